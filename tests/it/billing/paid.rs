//! Invoices that are to be paid, and what became of them.

use serde_json::json;
use tenantry::base::id::Type;
use tenantry::billing::invoice::reference::{ReferenceKind, make};

use crate::world::*;

/// Gives the invoice of an organisation a number and the reference of it. It is open, of 750.00 SEK, and was due ten days
/// ago. No other payment waits. Returns its id.
pub async fn db_bill(world: &World, organisation: Tenant, payer: Tenant, number: &str) -> String {
    world.db_execute("DELETE FROM payment WHERE state = 'UNMATCHED'", []).await;
    let of_it = [number.into(), reference(number).into(), organisation.id.into(), payer.id.into()];
    let sql = "UPDATE invoice SET number = $1, payment_reference = $2 WHERE organisation_id = $3 AND payer_id = $4";
    world.db_execute(sql, of_it).await;
    let sql = "SELECT id FROM invoice WHERE number = $1";
    let rows = world.db().rows(sql, vec![number.into()]).await.unwrap();
    Type::Invoice.id(rows[0].try_get_by_index(0).unwrap()).0
}

/// The reference with check digits of an invoice.
pub fn reference(number: &str) -> String {
    make(ReferenceKind::Rf, number).unwrap()
}

/// State, what is paid, and what is left to pay of an invoice.
pub async fn settled(world: &World, invoice: &str) -> (String, String, String) {
    let query =
        "query($id: ID!) { node(id: $id) { ... on Invoice { state paid { amountMinor } balance { amountMinor } } } }";
    let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({ "id": invoice })).await;
    let text = |path: &str| answer.ok().pointer(path).unwrap().as_str().unwrap().to_owned();
    (text("/node/state"), text("/node/paid/amountMinor"), text("/node/balance/amountMinor"))
}

/// What an organisation has with the operator in SEK, in öre.
pub async fn balance(world: &World, payer: Tenant) -> String {
    let query = "query($id: ID!) { organisation(id: $id) { balance { amountMinor currency } } }";
    let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({ "id": id_of(payer) })).await;
    let sums = answer.ok()["organisation"]["balance"].as_array().unwrap();
    let sum = sums.iter().find(|sum| sum["currency"] == "SEK");
    sum.map_or_else(|| "0".to_owned(), |sum| sum["amountMinor"].as_str().unwrap().to_owned())
}

/// The sums that are kept with the operator's invoices, payments and credit notes are those of their allocations, and none
/// is exceeded.
pub async fn db_check_sums(world: &World) {
    let sum = |of: &str| format!("(SELECT COALESCE(SUM(a.amount_minor), 0) FROM allocation a WHERE {of})");
    let paid = sum("a.invoice_id = t.id AND a.payment_id IS NOT NULL");
    let settled = sum("a.invoice_id = t.id AND a.credit_note_id IS NOT NULL");
    for (table, wrong) in [
        (
            "invoice",
            format!(
                "t.paid_minor <> {paid} OR t.settled_minor <> {settled} OR t.paid_minor + t.settled_minor > t.total_minor"
            ),
        ),
        ("payment", format!("t.allocated_minor <> {}", sum("a.payment_id = t.id"))),
        ("credit_note", format!("t.allocated_minor <> {}", sum("a.credit_note_id = t.id"))),
        ("refund", format!("t.amount_minor <> {}", sum("a.refund_id = t.id"))),
    ] {
        let own = "t.issuer_id IN (SELECT o.id FROM organisation o WHERE o.kind = 'OPERATOR')";
        assert_eq!(world.db_count(&format!("{table} t WHERE {own} AND ({wrong})")).await, 0, "{table}");
    }
}

/// How many payments in these states the operator has received.
pub async fn db_payments(world: &World, states: &str) -> i64 {
    let own = "p.issuer_id IN (SELECT o.id FROM organisation o WHERE o.kind = 'OPERATOR')";
    world.db_count(&format!("payment p WHERE {own} AND p.state IN ({states})")).await
}
