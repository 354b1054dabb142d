//! Totals of an organisation, and the clients of a reseller.

use entity::{invoice, product, subscription};
use serde_json::{Value, json};
use tenantry::seed::rows as seed;

use crate::world::*;

const OVERVIEW: &str = "query($id: ID!) { organisation(id: $id) { overview {
  memberCount subscriptionCount monthlyRecurring { amountMinor currency }
  openInvoices { count amounts { amountMinor currency formatted } }
  overdueInvoices { count amounts { amountMinor currency } } } } }";

const SUMMARY: &str = "query($id: ID!) { reseller(id: $id) { summary {
  clientsByState { state count }
  monthlyRecurring { amounts { amountMinor currency } clients ofClients }
  openInvoices { count amounts { amountMinor currency } clients ofClients }
  overdueInvoices { count amounts { amountMinor currency } clients ofClients } } } }";

fn money(minor: &str, currency: &str) -> Value {
    json!({ "amountMinor": minor, "currency": currency })
}

fn hosting() -> product::Model {
    seed::product(key(NORDIC, 600_000), OPERATOR.id, "hosting", "Hosting", now())
}

fn subscription(number: u32, tenant: Tenant, unit_price_minor: i64, currency: &str) -> subscription::Model {
    subscription::Model {
        interval: subscription::Interval::Year,
        ..seed::subscription(
            key(NORDIC, 600_000 + number),
            tenant.id,
            &hosting(),
            (unit_price_minor, currency),
            now().date_naive(),
        )
    }
}

/// Adds subscriptions and invoices of Acme to those in the sample world.
async fn db_trade(world: &World) {
    use subscription::State;
    db_insert(world.db().writer(), vec![hosting()]).await;
    let mut rows: Vec<subscription::Model> =
        (1..=6).map(|number| subscription(number, ACME, 1_001, if number == 6 { "EUR" } else { "SEK" })).collect();
    for (number, state) in [(7, State::Cancelled), (8, State::Ended)] {
        rows.push(subscription::Model { state, ..subscription(number, ACME, 1_000_000, "SEK") });
    }
    db_insert(world.db().writer(), rows).await;
    let today = now().date_naive();
    let invoice = |number: u32, currency: &str, state| invoice::Model {
        state,
        net_minor: 800,
        vat_minor: 200,
        total_minor: 1_000,
        paid_minor: 250,
        ..seed::invoice(
            key(NORDIC, 610_000 + number),
            (ACME.id, ACME.id, OPERATOR.id),
            number.to_string(),
            currency,
            // It is due today.
            (today, today),
        )
    };
    let rows = [
        (1, "SEK", invoice::State::Open),
        (2, "EUR", invoice::State::Open),
        (3, "SEK", invoice::State::Paid),
        (4, "SEK", invoice::State::Draft),
        (5, "SEK", invoice::State::Void),
    ];
    let mut rows = rows.map(|(number, currency, state)| invoice(number, currency, state)).to_vec();
    // A draft has neither number nor days.
    (rows[3].number, rows[3].issued_on, rows[3].due_on) = (None, None, None);
    db_insert(world.db().writer(), rows).await;
}

#[test]
fn an_organisation_sees_its_totals() {
    with_database(async |world| {
        db_trade(&world).await;
        let answer = world.as_(OWNER_OF_ACME).run(OVERVIEW, json!({ "id": id_of(ACME) })).await;
        // Three units for 129.00 each month, and a twelfth of 50.05: 4.1708.
        let recurring = json!([money("83", "EUR"), money("39117", "SEK")]);
        let open = [("750", "EUR", "7.50 EUR"), ("150750", "SEK", "1,507.50 SEK")];
        let open = open
            .map(|(minor, currency, text)| json!({ "amountMinor": minor, "currency": currency, "formatted": text }));
        let members = world.members(ACME).await.len();
        let expected = json!({
            "memberCount": members,
            "subscriptionCount": 8,
            "monthlyRecurring": recurring,
            "openInvoices": { "count": 4, "amounts": open },
            "overdueInvoices": { "count": 2, "amounts": [money("150000", "SEK")] },
        });
        assert_eq!(answer.ok()["organisation"]["overview"], expected);
        // An organisation without rows has zero totals.
        let answer = world.as_(SOLE_PERSON).run(OVERVIEW, json!({ "id": id_of(SOLO) })).await;
        let nothing = json!({ "memberCount": 1, "subscriptionCount": 0, "monthlyRecurring": [],
            "openInvoices": { "count": 0, "amounts": [] }, "overdueInvoices": { "count": 0, "amounts": [] } });
        assert_eq!(answer.ok()["organisation"]["overview"], nothing);
        let answer = world.as_(INVOICES_OF_ACME).run(OVERVIEW, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"; 3]);
        assert_eq!(answer.at("organisation/overview/openInvoices/count"), 4);
    });
}

#[test]
fn totals_that_overflow_are_an_error_that_says_so() {
    with_database(async |world| {
        db_insert(world.db().writer(), vec![hosting()]).await;
        let large = (1..=3).map(|number| subscription::Model {
            quantity: i32::MAX,
            interval: subscription::Interval::Month,
            ..subscription(number, ACME, i64::MAX, "EUR")
        });
        db_insert(world.db().writer(), large.collect()).await;
        let answer = world.as_(OWNER_OF_ACME).run(OVERVIEW, json!({ "id": id_of(ACME) })).await;
        answer.refused("CONFLICT");
        // The message has the exact sum: three subscriptions of the largest price and quantity.
        let sum = i128::from(i64::MAX) * i128::from(i32::MAX) * 3;
        assert!(answer.text.contains(&format!("add up to {sum} minor units")), "{}", answer.text);
        assert_eq!(answer.at("organisation/overview/subscriptionCount"), 4);
    });
}

#[test]
fn figures_of_many_clients_take_as_many_statements_as_those_of_one() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..100).await;
        let world = world.with_one_connection().await;
        let query =
            "query($id: ID!, $first: Int!) { reseller(id: $id) { clients(first: $first) { edges { node { overview {
            memberCount subscriptionCount monthlyRecurring { currency } openInvoices { count } overdueInvoices { count }
              seats { granted } }
            reseller { summary { clientsByState { count } monthlyRecurring { clients } openInvoices { count }
              overdueInvoices { count } seats { clients } } } } } } } }";
        let mut counted = Vec::new();
        for first in [1, 100] {
            let id = tenantry::base::id::Type::Reseller.id(HUB.id()).0;
            let answer = world.as_(HUB.owner).run(query, json!({ "id": id, "first": first })).await;
            let edges = answer.ok()["reseller"]["clients"]["edges"].as_array().unwrap();
            assert_eq!(edges.len(), first);
            assert!(edges.iter().all(|edge| edge["node"]["overview"]["openInvoices"]["count"].as_u64() > Some(0)));
            counted.push(answer.statements);
        }
        assert_eq!(counted[0], counted[1], "for 1 and for 100");
    });
}

async fn summary(world: &World, caller: Caller, tenant: Tenant) -> Value {
    let answer = world.as_(caller).run(SUMMARY, json!({ "id": id_of(tenant) })).await;
    answer.ok()["reseller"]["summary"].clone()
}

#[test]
fn a_reseller_sees_totals_of_its_clients_within_each_delegation() {
    with_database(async |world| {
        let states = json!([{ "state": "ACTIVE", "count": 4 }, { "state": "EXPIRED", "count": 1 }, { "state": "ENDED", "count": 1 }]);
        // The total covers Acme and Eken. Gran is closed and hides its invoices, and Myr delegates nothing.
        let recurring = json!({ "amounts": [money("77400", "SEK")], "clients": 2, "ofClients": 4 });
        let open = json!({ "count": 4, "amounts": [money("300000", "SEK")], "clients": 3, "ofClients": 4 });
        for caller in [OWNER_OF_FJORD, MANAGER_OF_FJORD, SUPPORT_OF_FJORD] {
            let totals = summary(&world, caller, FJORD).await;
            let expected = json!({ "clientsByState": states, "monthlyRecurring": recurring, "openInvoices": open, "overdueInvoices": open });
            assert_eq!(totals, expected, "{}", caller.name());
        }
        // The key may see only services of clients.
        let of_key = summary(&world, KEY_OF_FJORD, FJORD).await;
        assert_eq!(of_key["monthlyRecurring"], json!({ "amounts": [], "clients": 0, "ofClients": 4 }));
        // A reseller further up sees only clients whose partnership includes upstream: Acme.
        let from_above = summary(&world, OWNER_OF_NORDEN, FJORD).await;
        assert_eq!(from_above["monthlyRecurring"]["clients"], 1);
        // Staff see all of them, the closed one too.
        let of_staff = summary(&world, OWNER_OF_OPERATOR, FJORD).await;
        assert_eq!(of_staff["monthlyRecurring"]["amounts"], json!([money("116100", "SEK")]));
        assert_eq!(of_staff["openInvoices"]["clients"], 4);
        // Lund delegates an overview of itself: its subscriptions, but not its open invoices.
        let above = summary(&world, OWNER_OF_NORDEN, NORDEN).await;
        let clients = |figure: &str| (above[figure]["clients"].clone(), above[figure]["ofClients"].clone());
        assert_eq!(clients("monthlyRecurring"), (json!(2), json!(2)));
        assert_eq!(clients("overdueInvoices"), (json!(1), json!(2)));
        world.as_(OWNER_OF_ACME).run(SUMMARY, json!({ "id": id_of(FJORD) })).await.refused("NOT_FOUND");
    });
}
