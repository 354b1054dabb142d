//! How stories bill: an issuer, runs, and what they made.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::access::Actor;
use tenantry::base::id;
use tenantry::billing::run::worker;

use crate::world::*;

/// The id of a run of nobody in particular that the worker is to do.
const RUN: &str = "run { id state mode invoiceCount creditNoteCount leftOutCount net { formatted } \
                   problems { organisationId message } }";

/// The details of the issuer: a Swedish company.
pub fn issuer() -> Value {
    json!({
        "legalName": "Operator AB", "address": "Storgatan 1", "postCode": "111 22", "city": "Stockholm",
        "country": "SE", "registrationNumber": "556677-8899", "vatId": "SE556677889901", "currency": "SEK",
        "iban": "SE45 5000 0000 0583 9825 7466", "bic": "ESSESESS", "contactName": "Accounts",
        "telephone": "+46 8 123 45", "email": "accounts@operator.example",
    })
}

/// Sets the issuer up. Nothing else is charged than what a story charges.
pub async fn set_issuer(world: &World, more: Value) {
    world
        .db_execute(
            "DELETE FROM pending_charge WHERE state = 'PENDING' AND created_at < $1",
            [(now() - TimeDelta::days(1)).into()],
        )
        .await;
    world.db_execute("DELETE FROM billing_run", []).await;
    let mut input = issuer();
    if let (Some(input), Some(more)) = (input.as_object_mut(), more.as_object()) {
        input.extend(more.clone());
    }
    world.as_(OWNER_OF_OPERATOR).act("setIssuer", input, "issuer { legalName iban referenceKind }").await;
}

/// Lets the worker do the runs that wait.
pub async fn work(world: &World) {
    worker::work(|| world.app.request(Actor::Anonymous)).await.unwrap();
}

/// Starts a run and lets the worker do it. Returns what it says of itself then.
pub async fn run_with(world: &World, input: Value) -> Value {
    let staff = world.as_(OWNER_OF_OPERATOR);
    let started = staff.act("runBilling", input, RUN).await["run"].clone();
    assert_eq!(started["state"], "RUNNING", "{started}");
    work(world).await;
    run_again(world, &started["id"]).await
}

/// What a run says of itself.
pub async fn run_again(world: &World, id: &Value) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on BillingRun {{ {} }} }} }}", &RUN[6..RUN.len() - 2]);
    world.as_(OWNER_OF_OPERATOR).run(&query, json!({ "id": id })).await.ok()["node"].clone()
}

/// Bills what is due today. Returns how many invoices and credit notes that made.
pub async fn bill(world: &World) -> (Value, Value) {
    let run = run_with(world, json!({})).await;
    assert_eq!((&run["state"], &run["leftOutCount"]), (&json!("DONE"), &json!(0)), "{run}");
    (run["invoiceCount"].clone(), run["creditNoteCount"].clone())
}

/// The fields that stories look at.
const INVOICE: &str = "id number state issuedOn dueOn recipientName payer { name } net { amountMinor } vat { amountMinor } \
  total { amountMinor } credited { amountMinor } paid { amountMinor } balance { amountMinor currency } paymentReference \
  vatLines { category basisPoints base { amountMinor } vat { amountMinor } exemption } \
  vatExplanation { rule isNumberUnconfirmed } \
  creditNotes(first: 10) { edges { node { number total { amountMinor } vat { amountMinor } } } } \
  lines(first: 20) { edges { node { description quantity unitPrice { amountMinor } net { amountMinor } days ofDays \
    periodStartsOn periodEndsOn vatCategory credited { amountMinor } } } }";

/// The invoices of a tenant that a run or a person made, the oldest first.
pub async fn invoices(world: &World, caller: Caller, tenant: Tenant) -> Vec<Value> {
    let query = format!(
        "query($id: ID!) {{ organisation(id: $id) {{ invoices(first: 50) {{ edges {{ node {{ {INVOICE} }} }} }} }} }}"
    );
    let answer = world.as_(caller).run(&query, json!({ "id": id_of(tenant) })).await;
    let edges = answer.ok()["organisation"]["invoices"]["edges"].as_array().unwrap().clone();
    let mut made: Vec<Value> = edges.into_iter().map(|edge| edge["node"].clone()).collect();
    // The invoices that were there before have other references.
    made.retain(|invoice| invoice["state"] == "DRAFT" || invoice["paymentReference"] != Value::Null);
    made.reverse();
    made
}

/// The amounts of an invoice before VAT, of VAT, and in all.
pub fn sums(invoice: &Value) -> [i64; 3] {
    ["net", "vat", "total"].map(|field| minor(&invoice[field]))
}

/// An amount in minor units.
pub fn minor(money: &Value) -> i64 {
    money["amountMinor"].as_str().unwrap().parse().unwrap()
}

/// The amounts of the lines of an invoice.
pub fn lines(invoice: &Value) -> Vec<i64> {
    let edges = invoice["lines"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| minor(&edge["node"]["net"])).collect()
}

/// An issuer in the database, for examples that need no more of it.
pub async fn db_issuer(world: &World, organisation: uuid::Uuid) {
    let row = entity::issuer::Model {
        organisation_id: organisation,
        legal_name: "Issuer".to_owned(),
        country: "SE".to_owned(),
        currency: "SEK".to_owned(),
        iban: Some("SE4550000000058398257466".to_owned()),
        ..tenantry::billing::issuer::rules::blank()
    };
    let sql = "DELETE FROM issuer WHERE organisation_id = $1";
    world.db_execute(sql, [organisation.into()]).await;
    db_insert(world.db().writer(), vec![row]).await;
}

/// The key of an object by its id.
pub fn key_of(id: &Value) -> uuid::Uuid {
    id::parse(&id.as_str().unwrap().into()).unwrap().1
}
