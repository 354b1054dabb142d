//! Stories of the directory: synchronising people and groups in parts, and recording log-ins.

mod access;
mod full;
mod groups;
mod histories;
mod log_ins;
mod people;
mod races;
mod speed;

use serde_json::{Value, json};

use crate::world::*;

/// What a test selects of a synchronisation.
const SELECTION: &str = "sync { state created updated unchanged deleted failed } \
     people { externalId outcome objectId userErrors { code field message } } \
     groups { externalId outcome objectId userErrors { code field message } }";

/// A person with this id, address and name.
fn person(external_id: &str, email: &str) -> Value {
    json!({ "externalId": external_id, "email": email, "name": external_id.to_uppercase() })
}

/// People `p0`, `p1`, … with addresses of their own.
fn people(numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers.map(|number| person(&format!("p{number}"), &format!("p{number}@acme.example"))).collect()
}

/// A group with these people and groups.
fn group(external_id: &str, people: &[&str], groups: &[&str]) -> Value {
    let people = people.iter().map(|id| json!({ "personExternalId": id }));
    let groups = groups.iter().map(|id| json!({ "groupExternalId": id }));
    let members: Vec<Value> = people.chain(groups).collect();
    json!({ "externalId": external_id, "name": external_id.to_uppercase(), "members": members })
}

/// The same value with another field.
fn with(mut input: Value, field: &str, value: impl Into<Value>) -> Value {
    input[field] = value.into();
    input
}

/// The last part of a synchronisation of Acme.
fn part(sync_id: &str, mode: &str, people: &[Value]) -> Value {
    json!({ "organisationId": id_of(ACME), "syncId": sync_id, "mode": mode, "people": people })
}

/// Sends a part that is taken.
async fn sync(world: &World, input: Value) -> Value {
    world.as_(OWNER_OF_ACME).act("syncDirectory", input, SELECTION).await
}

/// Sends a part that is refused, and returns the code and the message.
async fn refused(world: &World, input: Value) -> (String, String) {
    let error = world.as_(OWNER_OF_ACME).mistake("syncDirectory", input).await;
    (error["code"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
}

/// The outcomes of the rows: `CREATED`, or the code of the refusal.
fn outcomes(payload: &Value, list: &str) -> Vec<String> {
    let one = |row: &Value| {
        let code = row["userErrors"].as_array().and_then(|errors| Some(errors.first()?["code"].as_str()?.to_owned()));
        code.unwrap_or_else(|| row["outcome"].as_str().unwrap().to_owned())
    };
    payload[list].as_array().unwrap().iter().map(one).collect()
}

/// What happened to how many: created, updated, unchanged, deleted and failed.
fn counts(payload: &Value) -> [i64; 5] {
    ["created", "updated", "unchanged", "deleted", "failed"].map(|name| payload["sync"][name].as_i64().unwrap())
}

/// The people of Acme with this filter, as `p0 p0@acme.example`, by name.
async fn listed(world: &World, filter: Value) -> Vec<String> {
    let query = "query($id: ID!, $filter: DirectoryPersonFilter) { organisation(id: $id) { \
         people(first: 100, filter: $filter) { edges { node { externalId email } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME), "filter": filter })).await;
    let edges = answer.ok()["organisation"]["people"]["edges"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    let text = |edge: &Value| {
        let [id, email] = ["externalId", "email"].map(|name| edge["node"][name].as_str().unwrap_or_default());
        format!("{id} {email}").trim().to_owned()
    };
    edges.iter().map(text).collect()
}

/// The state and the id of a person of Acme in the database.
async fn db_person(world: &World, external_id: &str) -> Option<(String, uuid::Uuid)> {
    let sql = "SELECT state, id FROM directory_person WHERE organisation_id = $1 AND external_id = $2";
    let rows = world.db().rows(sql, vec![ACME.id.into(), external_id.into()]).await.unwrap();
    rows.first().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()))
}

/// How many people of Acme are in each state.
async fn db_states(world: &World) -> Vec<String> {
    let backend = world.db().backend();
    let count = if backend == sea_orm::DbBackend::Postgres { "COUNT(*)::text" } else { "CAST(COUNT(*) AS TEXT)" };
    let sql = format!(
        "SELECT state || ' ' || {count} FROM directory_person WHERE organisation_id = $1 GROUP BY state ORDER BY state"
    );
    let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
