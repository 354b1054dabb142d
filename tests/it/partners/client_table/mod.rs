//! A reseller's table of clients with its own columns: property definitions, values, filters, orders and saved views.

mod bulk;
mod changed;
mod cost;
mod definitions;
mod exported;
mod few;
mod figures;
mod filtered;
mod naive;
mod private;
mod refused;
mod sorted;
mod two_orders;
mod values;
mod views;

use serde_json::{Value, json};
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

/// Defines a property. Returns its id.
pub async fn define(world: &World, caller: Caller, tenant: Tenant, key: &str, kind: &str, more: Value) -> String {
    let mut input = json!({ "resellerId": id_of(tenant), "key": key, "label": format!("The {key}"), "type": kind });
    input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let payload = world.as_(caller).act("createPropertyDefinition", input, "propertyDefinition { id }").await;
    payload["propertyDefinition"]["id"].as_str().unwrap().to_owned()
}

/// One property of each type, of Fjord.
pub async fn define_all(world: &World) {
    for (key, kind) in [("note", "TEXT"), ("score", "NUMBER"), ("since", "DATE"), ("vip", "BOOLEAN"), ("site", "URL")] {
        define(world, OWNER_OF_FJORD, FJORD, key, kind, Value::Null).await;
    }
    define(world, OWNER_OF_FJORD, FJORD, "region", "CHOICE", json!({ "choices": ["north", "south", "west"] })).await;
}

/// Id of the partnership of a reseller and its client.
pub async fn partnership(world: &World, reseller: Tenant, client: Tenant) -> String {
    let sql = "SELECT id FROM partnership WHERE reseller_id = $1 AND client_id = $2";
    let rows = world.db().rows(sql, vec![reseller.id.into(), client.id.into()]).await.unwrap();
    Type::Partnership.id(rows[0].try_get_by_index::<Uuid>(0).unwrap()).0
}

/// Properties in the form of the input.
pub fn properties(list: &[(&str, Option<&str>)]) -> Value {
    list.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

/// Tries to set properties of a client of Fjord.
pub async fn try_set(world: &World, caller: Caller, client: Tenant, list: &[(&str, Option<&str>)]) -> Answer {
    let input = json!({ "partnershipId": partnership(world, FJORD, client).await, "properties": properties(list) });
    world.as_(caller).attempt("setClientProperties", input, "partnership { properties { key value } }").await
}

/// Sets properties of a client of Fjord.
pub async fn set(world: &World, client: Tenant, list: &[(&str, Option<&str>)]) {
    let answer = try_set(world, OWNER_OF_FJORD, client, list).await;
    assert_eq!(answer.ok()["setClientProperties"]["userErrors"], json!([]), "{}", answer.text);
}

/// Code and field of each mistake.
pub fn mistakes(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            let field = error["field"]
                .as_array()
                .map_or_else(Vec::new, |parts| parts.iter().map(|part| part.as_str().unwrap().to_owned()).collect());
            assert!(error["message"].as_str().unwrap().len() > 10, "{error}");
            format!("{} {}", error["code"].as_str().unwrap(), field.join("."))
        })
        .collect()
}

/// Asks for the clients of Fjord with these arguments.
pub async fn ask(world: &World, caller: Caller, arguments: Value) -> Answer {
    let query = "query($id: ID!, $first: Int, $last: Int, $before: String, $after: String, $filter: ClientFilter, \
                 $orderBy: ClientOrder, $view: ID) { reseller(id: $id) { clients(first: $first, last: $last, \
                 before: $before, after: $after, filter: $filter, orderBy: $orderBy, view: $view) { totalCount \
                 pageInfo { hasNextPage endCursor startCursor } \
                 edges { client { name } partnership { properties { key value } } } } } }";
    let mut variables = json!({ "id": id_of(FJORD) });
    variables.as_object_mut().unwrap().extend(arguments.as_object().cloned().unwrap_or_default());
    world.as_(caller).run(query, variables).await
}

/// Names of the clients in the list. Checks that the count agrees.
pub async fn names(world: &World, filter: Value, order: Value) -> Vec<String> {
    let answer = ask(world, OWNER_OF_FJORD, json!({ "first": 100, "filter": filter, "orderBy": order })).await;
    let clients = &answer.ok()["reseller"]["clients"];
    let names: Vec<String> = clients["edges"].as_array().unwrap().iter().map(name).collect();
    assert_eq!(clients["totalCount"], names.len(), "{}", answer.text);
    names
}

/// Name of the client of an edge.
pub fn name(edge: &Value) -> String {
    edge["client"]["name"].as_str().unwrap().to_owned()
}

/// The error message for a list of clients with this filter and order.
pub async fn refusal(world: &World, filter: Value, order: Value) -> String {
    let answer = ask(world, OWNER_OF_FJORD, json!({ "first": 100, "filter": filter, "orderBy": order })).await;
    answer.refused("INVALID_INPUT");
    answer.errors()[0]["message"].as_str().unwrap().to_owned()
}
