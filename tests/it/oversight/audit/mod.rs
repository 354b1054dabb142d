//! The audit log: its events, its chain, and its readers.

mod acts;
mod anchored;
mod chain;
mod kept;
mod refused;

use serde_json::{Value, json};
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

const SWITCH: &str = "mutation($input: SwitchOrganisationInput!) { tried: switchOrganisation(input: $input) { \
     organisation { id } userErrors { code } } }";

/// Somebody goes to work in an organisation, or tries to.
async fn switch(world: &World, caller: Caller, organisation: Uuid) -> Answer {
    world.as_(caller).run(SWITCH, json!({ "input": { "organisationId": id(organisation) } })).await
}

fn id(organisation: Uuid) -> String {
    Type::Organisation.id(organisation).0
}

/// The log of an organisation as somebody reads it, the newest first.
async fn events(world: &World, caller: Caller, organisation: Uuid, filter: Value) -> Vec<Value> {
    let query = "query($id: ID!, $filter: AuditFilter) { organisation(id: $id) { \
         auditEvents(first: 100, filter: $filter) { edges { node { id sequence at action outcome actorKind actorId \
         actorName way partnership { id reseller { name } } objectId before after requestId } } } } }";
    let answer = world.as_(caller).run(query, json!({ "id": id(organisation), "filter": filter })).await;
    answer.ok();
    let edges = answer.at("organisation/auditEvents/edges").as_array().unwrap();
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

/// These fields of the newest event.
async fn newest(world: &World, caller: Caller, organisation: Uuid, fields: &[&str]) -> Value {
    let event = events(world, caller, organisation, Value::Null).await.into_iter().next().unwrap_or_default();
    fields.iter().map(|field| event[*field].clone()).collect()
}

/// How many events there are in all logs.
async fn db_count(world: &World) -> i64 {
    let rows = world.db().rows("SELECT COUNT(*) FROM audit_event", Vec::new()).await.unwrap();
    rows[0].try_get_by_index(0).unwrap()
}

async fn verification(world: &World, caller: Caller, organisation: Uuid) -> Value {
    let query = "query($id: ID!) { organisation(id: $id) { auditVerification { valid events brokenAt reason } } }";
    let answer = world.as_(caller).run(query, json!({ "id": id(organisation) })).await;
    answer.ok()["organisation"]["auditVerification"].clone()
}

/// Runs `tenantry audit` on the database of the world: whether it succeeded, and both of its outputs.
fn command(world: &World, arguments: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
    program.run(&[&["audit"], arguments].concat())
}
