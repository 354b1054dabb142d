//! Stories of billing: details, contacts, organisations that pay for others, payments, and reminders.

mod accounting;
mod bank;
mod business_day;
mod commission;
mod corrected;
mod credited;
mod details;
mod documents;
mod exchange;
mod invoices;
pub mod issued;
mod killed;
mod paid;
mod payer;
mod payments;
mod reminders;
mod runs;
mod sums;
mod taxed;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::{Value, json};
use tenantry::access::BuiltinRole;
use uuid::Uuid;

use crate::world::*;

/// The selection of an agreement.
const AGREEMENT: &str = "agreement { id state soughtCode payer { name } organisation { name } startsOn endsOn }";

/// The day this many days after the day of the tests.
fn day(offset: i64) -> String {
    (now() + TimeDelta::days(offset)).date_naive().to_string()
}

/// Asks for a payer by its id.
fn asking(organisation: Tenant, payer: Tenant, from: i64) -> Value {
    json!({ "organisationId": id_of(organisation), "payer": { "organisationId": id_of(payer) }, "startsOn": day(from) })
}

/// Asks for a payer by a code.
fn seeking(organisation: Tenant, code: &str, from: i64) -> Value {
    json!({ "organisationId": id_of(organisation), "payer": { "code": code }, "startsOn": day(from) })
}

/// Makes a request, and gives it.
async fn ask(world: &World, caller: Caller, input: Value) -> Value {
    world.as_(caller).act("requestPayer", input, AGREEMENT).await["agreement"].clone()
}

/// The input that names an agreement.
fn named(agreement: &Value) -> Value {
    json!({ "agreementId": agreement["id"] })
}

/// Both sides agree that one pays for the other: somebody may act for both.
async fn agree(world: &World, organisation: Tenant, payer: Tenant, from: i64) -> Value {
    let agreed = ask(world, OWNER_OF_OPERATOR, asking(organisation, payer, from)).await;
    assert!(agreed["state"] == "ACTIVE" || agreed["state"] == "SCHEDULED", "{agreed}");
    agreed
}

/// Somebody has a role at a tenant as well.
async fn db_role_at(world: &World, number: u32, caller: Caller, tenant: Tenant, role: BuiltinRole) {
    world.db_join(number, tenant, caller.person().id, &[Held::Builtin(role)], None).await;
}

/// Nobody pays for anybody yet.
async fn db_nobody_pays(world: &World) {
    world.db_execute("DELETE FROM payer", []).await;
}

/// Downloads a file.
async fn download(world: &World, caller: Caller, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = world.as_(caller).get(path).await;
    let (head, body): (_, Body) = world.begin(request).await.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes().to_vec())
}

/// The database refuses rows of a table with this key: a fault that nothing foresees.
async fn db_refuse(world: &World, table: &str, column: &str, key: Uuid) {
    let refuse = if world.db().backend() == DbBackend::Postgres {
        format!("ALTER TABLE {table} ADD CONSTRAINT refused CHECK ({column} <> '{key}') NOT VALID")
    } else {
        let key = key.simple();
        format!(
            "CREATE TRIGGER refused BEFORE INSERT ON {table} WHEN NEW.{column} = x'{key}' \
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    };
    world.db().writer().execute_unprepared(&refuse).await.unwrap();
}

/// The names in the chain of payers on a day, as staff see it.
async fn chain_on(world: &World, tenant: Tenant, offset: i64) -> Vec<String> {
    let query =
        "query($id: ID!, $on: NaiveDate) { explainPayer(organisationId: $id, on: $on) { steps { payer { name } } } }";
    let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({ "id": id_of(tenant), "on": day(offset) })).await;
    let steps = answer.ok()["explainPayer"]["steps"].as_array().unwrap();
    steps.iter().map(|step| step["payer"]["name"].as_str().unwrap().to_owned()).collect()
}
