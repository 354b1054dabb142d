//! The catalogue, orders, subscriptions and services.

mod customers;
mod exchange;
pub mod killed;
mod of_record;
pub mod offers;
mod orders;
mod provisioning;
mod refused;
mod renewals;
mod searched;
mod staff;
mod subscriptions;
mod taken_back;

use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::*;

/// Id of one of the operator's products.
fn product(number: usize) -> String {
    Type::Product.id(PRODUCTS[number]).0
}

/// Id of the default plan.
fn list_prices() -> String {
    Type::PricePlan.id(LIST_PRICES).0
}

/// Id of the plan for partners.
fn partner_prices() -> String {
    Type::PricePlan.id(PARTNER_PRICES).0
}

/// What a caller sees of the catalogue of a tenant on a day.
async fn catalogue(world: &World, caller: Caller, tenant: Tenant, on: &str) -> Answer {
    let query = "query($id: ID!, $on: NaiveDate) { organisation(id: $id) { \
         catalogue(first: 100, on: $on) { totalCount edges { node { product { code state } prices { \
         term interval fromQuantity unitPrice { formatted } setup { formatted } validFrom } } } } \
         pricePlan(on: $on) { name isDefault plan { id } } } }";
    world.as_(caller).run(query, json!({ "id": id_of(tenant), "on": on })).await
}

/// The products of a catalogue, each with its code and its prices as `1+ 100.00 SEK`.
fn offers(answer: &Answer) -> Vec<String> {
    let edges = answer.ok()["organisation"]["catalogue"]["edges"].as_array().unwrap();
    let offer = |edge: &Value| {
        let prices = edge["node"]["prices"].as_array().map(|prices| {
            let text = |price: &Value| {
                format!("{}+ {}", price["fromQuantity"], price["unitPrice"]["formatted"].as_str().unwrap())
            };
            prices.iter().map(text).collect::<Vec<_>>().join(", ")
        });
        format!("{}: {}", edge["node"]["product"]["code"].as_str().unwrap(), prices.as_deref().unwrap_or("null"))
    };
    edges.iter().map(offer).collect()
}

/// A price of the first product to add to a plan.
fn new_price(plan: &str, unit: i64, from: &str) -> Value {
    json!({
        "pricePlanId": plan, "productId": product(0), "currency": "SEK", "term": "MONTHLY", "interval": "MONTH",
        "unitMinor": unit.to_string(), "validFrom": from,
    })
}

/// Adds a price, and returns its id.
async fn add_price(world: &World, price: Value) -> String {
    let staff = world.as_(OWNER_OF_OPERATOR);
    let selection = "results { index price { id } userErrors { code field message } }";
    let payload = staff.act("addPrices", json!({ "prices": [price] }), selection).await;
    assert_eq!(payload["results"][0]["userErrors"], json!([]), "{payload}");
    payload["results"][0]["price"]["id"].as_str().unwrap().to_owned()
}
