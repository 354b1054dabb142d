//! Examples of the mutations of payments and reminders: a valid and an invalid one each.

use chrono::TimeDelta;
use entity::payment::{Model, State};
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

/// A payment of 100.00 SEK to the operator, of which nothing is used: the hub's own, or from nobody known.
async fn db_payment(world: &World, payer: Option<Uuid>) -> String {
    let count = u32::try_from(world.db_count("payment").await).unwrap();
    let row = Model {
        id: key(HUB.tree, 810_000 + count),
        issuer_id: OPERATOR.id,
        payer_id: payer,
        amount_minor: 10_000,
        currency: "SEK".to_owned(),
        received_on: now().date_naive(),
        returned_on: None,
        source_key: format!("example {count}"),
        bank_reference: None,
        end_to_end_id: None,
        return_key: None,
        reference: None,
        text: String::new(),
        paid_by: None,
        state: if payer.is_some() { State::Matched } else { State::Unmatched },
        allocated_minor: 0,
        created_at: now(),
    };
    let id = row.id;
    db_insert(world.db().writer(), vec![row]).await;
    Type::Payment.id(id).0
}

/// An invoice that the hub is to pay.
fn invoice() -> String {
    let (_, fixtures) = HUB.rows();
    fixtures.id("Invoice", "PAYER", "").to_owned()
}

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

fn amount(minor: i64) -> String {
    format!("amount: {{amountMinor: \"{minor}\", currency: \"SEK\"}}")
}

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "recordPayment" => {
            let source = format!("new {}", world.db_count("payment").await);
            format!("(input: {{{}, sourceKey: {source:?}}})", amount(100))
        }
        "matchPayment" => {
            format!("(input: {{paymentId: {:?}, payerId: {:?}}})", db_payment(world, None).await, hub())
        }
        "returnPayment" => format!("(input: {{paymentId: {:?}}})", db_payment(world, Some(HUB.id())).await),
        "recordRefund" => {
            db_payment(world, Some(HUB.id())).await;
            format!("(input: {{payerId: {:?}, {}}})", hub(), amount(100))
        }
        "applyBalance" => {
            db_payment(world, Some(HUB.id())).await;
            format!("(input: {{invoiceId: {:?}, amountMinor: \"1\"}})", invoice())
        }
        "pauseReminders" => {
            let until = (now() + TimeDelta::days(20)).date_naive();
            format!("(input: {{invoiceId: {:?}, until: \"{until}\"}})", invoice())
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "recordPayment" => format!("(input: {{{}, sourceKey: \"none\"}})", amount(0)),
        // Nobody is named.
        "matchPayment" => format!("(input: {{paymentId: {:?}}})", db_payment(world, None).await),
        "returnPayment" => {
            let id = db_payment(world, Some(HUB.id())).await;
            world.db_execute("UPDATE payment SET state = 'RETURNED', returned_on = received_on WHERE source_key LIKE 'example %'", []).await;
            format!("(input: {{paymentId: {id:?}}})")
        }
        "recordRefund" => format!("(input: {{payerId: {:?}, {}}})", hub(), amount(1_000_000_000)),
        "applyBalance" => {
            db_payment(world, Some(HUB.id())).await;
            format!("(input: {{invoiceId: {:?}, amountMinor: \"0\"}})", invoice())
        }
        "pauseReminders" => format!("(input: {{invoiceId: {:?}, until: \"{}\"}})", invoice(), now().date_naive()),
        _ => return None,
    })
}
