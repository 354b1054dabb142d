//! The money of random histories: whatever happens in whatever order, every stored sum is what its parts add up to, and in
//! the end exactly what is due was billed.

use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::issued::*;
use super::paid::balance;
use super::*;
use crate::catalogue::offers::*;

/// Statements that find what does not add up.
const WRONG: [(&str, &str); 8] = [
    (
        "payments put to an invoice",
        "SELECT i.id FROM invoice i WHERE i.paid_minor <> COALESCE((SELECT SUM(a.amount_minor) FROM allocation a \
         WHERE a.invoice_id = i.id AND a.payment_id IS NOT NULL), 0) AND i.payment_reference IS NOT NULL",
    ),
    (
        "credit notes put to an invoice",
        "SELECT i.id FROM invoice i WHERE i.settled_minor <> COALESCE((SELECT SUM(a.amount_minor) FROM allocation a \
         WHERE a.invoice_id = i.id AND a.credit_note_id IS NOT NULL), 0)",
    ),
    (
        "credit notes of an invoice",
        "SELECT i.id FROM invoice i WHERE i.credited_minor <> COALESCE((SELECT SUM(n.total_minor) FROM credit_note n \
         WHERE n.invoice_id = i.id), 0)",
    ),
    (
        "credits of a line",
        "SELECT l.id FROM invoice_line l WHERE l.credited_minor <> COALESCE((SELECT SUM(c.net_minor) \
         FROM credit_note_line c WHERE c.invoice_line_id = l.id), 0)",
    ),
    (
        "what a payment was put to",
        "SELECT p.id FROM payment p WHERE p.allocated_minor <> COALESCE((SELECT SUM(a.amount_minor) FROM allocation a \
         WHERE a.payment_id = p.id), 0)",
    ),
    (
        "what a credit note was put to",
        "SELECT n.id FROM credit_note n WHERE n.allocated_minor <> COALESCE((SELECT SUM(a.amount_minor) FROM allocation a \
         WHERE a.credit_note_id = n.id), 0)",
    ),
    (
        "the lines and the VAT of an invoice",
        "SELECT i.id FROM invoice i WHERE i.payment_reference IS NOT NULL AND (i.total_minor <> i.net_minor + i.vat_minor \
         OR i.net_minor <> (SELECT SUM(l.net_minor) FROM invoice_line l WHERE l.invoice_id = i.id) \
         OR i.vat_minor <> (SELECT SUM(v.vat_minor) FROM invoice_vat v WHERE v.invoice_id = i.id))",
    ),
    (
        "the state of an invoice",
        "SELECT i.id FROM invoice i WHERE i.payment_reference IS NOT NULL AND i.state <> CASE \
         WHEN i.paid_minor + i.settled_minor < i.total_minor THEN 'OPEN' \
         WHEN i.credited_minor > 0 AND i.credited_minor = i.total_minor THEN 'VOID' ELSE 'PAID' END",
    ),
];

async fn adds_up(world: &World, step: &str) {
    for (what, sql) in WRONG {
        let wrong = world.db().rows(sql, vec![]).await.unwrap();
        assert!(wrong.is_empty(), "{what} does not add up after {step}");
    }
    // All money that came in is somewhere: at invoices, paid back, or in the balance.
    let left_over = "SELECT CAST(COALESCE((SELECT SUM(amount_minor) FROM payment WHERE state <> 'RETURNED'), 0) \
                   - COALESCE((SELECT SUM(a.amount_minor) FROM allocation a JOIN payment p ON p.id = a.payment_id \
                     WHERE p.state <> 'RETURNED'), 0) \
                   - COALESCE((SELECT SUM(amount_minor - allocated_minor) FROM payment WHERE state <> 'RETURNED'), 0) \
                   AS BIGINT)";
    let row = world.db().rows(left_over, vec![]).await.unwrap();
    assert_eq!(row[0].try_get_by_index::<i64>(0).unwrap(), 0, "money is lost or made after {step}");
    // What a payer has is what it gave and was credited, less what invoices used and what it got back.
    let expected = "SELECT CAST(COALESCE((SELECT SUM(amount_minor) FROM payment WHERE state = 'MATCHED'), 0) \
                    + COALESCE((SELECT SUM(total_minor) FROM credit_note), 0) \
                    - COALESCE((SELECT SUM(amount_minor) FROM allocation WHERE invoice_id IS NOT NULL), 0) \
                    - COALESCE((SELECT SUM(amount_minor) FROM refund), 0) AS BIGINT)";
    let row = world.db().rows(expected, vec![]).await.unwrap();
    let expected = row[0].try_get_by_index::<i64>(0).unwrap();
    assert_eq!(balance(world, ACME).await, expected.to_string(), "the balance after {step}");
}

/// One act at random. Many are refused, and that changes nothing.
async fn act(world: &World, dice: &mut StdRng, bought: &[String], number: usize) -> String {
    let staff = world.as_(OWNER_OF_OPERATOR);
    let known = invoices(world, OWNER_OF_ACME, ACME).await;
    let pick = |dice: &mut StdRng| {
        let place = dice.random_range(0..known.len().max(1));
        known.get(place).map_or(Value::Null, |invoice| invoice["id"].clone())
    };
    let money = |minor: i64| json!({ "amountMinor": (minor + 1).to_string(), "currency": "SEK" });
    let (mutation, input) = match dice.random_range(0..10) {
        0 | 1 => {
            let (id, quantity) = (&bought[0], dice.random_range(1..=30));
            let olga = world.as_(OWNER_OF_ACME);
            let input = json!({ "subscriptionId": id, "quantity": quantity });
            olga.attempt("changeQuantity", input.clone(), "").await;
            return format!("changeQuantity {input}");
        }
        2 => {
            bill(world).await;
            return "a run".to_owned();
        }
        3 => {
            world.wait(TimeDelta::days(dice.random_range(0..20)));
            return "some days".to_owned();
        }
        4 | 5 => {
            let amount = money(dice.random_range(0..60_000));
            let input = json!({ "invoiceId": pick(dice), "amount": amount, "sourceKey": number.to_string() });
            ("recordPayment", input)
        }
        6 => {
            let lines = json!([{ "position": 1, "netMinor": dice.random_range(1..9_000).to_string() }]);
            let again = dice.random_range(0..2) == 0;
            (
                "creditInvoice",
                json!({ "invoiceId": pick(dice), "reason": "A test", "lines": lines, "billsAgain": again }),
            )
        }
        7 => ("applyBalance", json!({ "invoiceId": pick(dice) })),
        8 => ("recordRefund", json!({ "payerId": id_of(ACME), "amount": money(dice.random_range(0..20_000)) })),
        _ => {
            let rows = world.db().rows("SELECT id FROM payment ORDER BY id", vec![]).await.unwrap();
            let place = dice.random_range(0..rows.len().max(1));
            let Some(row) = rows.get(place) else { return "nothing".to_owned() };
            let id = tenantry::base::id::Type::Payment.id(row.try_get_by_index(0).unwrap());
            ("returnPayment", json!({ "paymentId": id.as_str() }))
        }
    };
    if input["invoiceId"] == Value::Null && input.get("invoiceId").is_some() {
        return "nothing".to_owned();
    }
    staff.attempt(mutation, input.clone(), "").await;
    format!("{mutation} {input}")
}

#[test]
fn every_sum_of_a_random_history_is_what_its_parts_add_up_to() {
    for seed in [7, 2_026, 31_337] {
        with_database(async |world| {
            db_offer(&world).await;
            db_nobody_pays(&world).await;
            // The samples have invoices and payments that nobody made by acts.
            for table in [
                "commission_line",
                "allocation",
                "payment",
                "document",
                "credit_note_line",
                "credit_note_vat",
                "credit_note",
                "refund",
            ] {
                world.db_execute(&format!("DELETE FROM {table}"), []).await;
            }
            set_issuer(&world, json!({})).await;
            let bought = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 10)], 100_000).await;
            let mut dice = StdRng::seed_from_u64(seed);
            for number in 0..40 {
                let step = act(&world, &mut dice, &bought, number).await;
                adds_up(&world, &format!("step {number} of seed {seed}: {step}")).await;
            }
            bill(&world).await;
            let due = "query($id: ID!) { node(id: $id) { ... on Subscription { charge { due { amountMinor } \
                       billed { amountMinor } delta { amountMinor } } } } }";
            let answer = world.as_(OWNER_OF_ACME).run(due, json!({ "id": bought[0] })).await;
            assert_eq!(minor(&answer.ok()["node"]["charge"]["delta"]), 0, "seed {seed}: {}", answer.text);
        });
    }
}
