//! Products with prices for stories about orders and subscriptions.

use chrono::TimeDelta;
use entity::subscription::{Interval, Term};
use entity::{price, product, service};
use serde_json::{Value, json};
use tenantry::base::id::Type;
use tenantry::seed::rows as seed;
use uuid::Uuid;

use crate::world::*;

/// Seats: 100.00 SEK a month, committed for a year, 1 to 500. They can be returned within 7 days.
pub const SEAT: Uuid = key(NORDIC, 700_001);
/// More than seats, for 150.00. Seats can be changed to it.
pub const SEAT_PLUS: Uuid = key(NORDIC, 700_002);
/// A server: 240.00 SEK a month and 50.00 once, with a service that must be created.
pub const SERVER: Uuid = key(NORDIC, 700_003);
/// A server that is charged from the day on which it is ready.
pub const METAL: Uuid = key(NORDIC, 700_004);
/// No longer sold.
pub const RELIC: Uuid = key(NORDIC, 700_005);
/// Not offered yet.
pub const DRAFT: Uuid = key(NORDIC, 700_006);

/// The id of a product in the API.
pub fn id_of_product(product: Uuid) -> String {
    Type::Product.id(product).0
}

fn product(id: Uuid, code: &str, name: &str) -> product::Model {
    seed::product(id, OPERATOR.id, code, name, now() - TimeDelta::days(100))
}

/// A price of the product in the default plan, from a day on.
pub fn price(number: u32, product: Uuid, (term, interval): (Term, Interval), unit: i64, setup: i64) -> price::Model {
    price::Model {
        id: key(NORDIC, 700_100 + number),
        organisation_id: OPERATOR.id,
        plan_id: LIST_PRICES,
        product_id: product,
        currency: "SEK".to_owned(),
        term,
        interval,
        from_quantity: 1,
        unit_minor: unit,
        setup_minor: setup,
        valid_from: (now() - TimeDelta::days(90)).date_naive(),
        created_at: now() - TimeDelta::days(90),
    }
}

/// Writes the products and their prices.
pub async fn db_offer(world: &World) {
    let server = Some(service::Kind::VirtualServer);
    let products = vec![
        product::Model { max_quantity: Some(500), return_days: 7, ..product(SEAT, "SEAT", "Seat") },
        product::Model { max_quantity: Some(500), ..product(SEAT_PLUS, "SEAT-PLUS", "Seat plus") },
        product::Model { service_kind: server, ..product(SERVER, "VM-S", "Virtual server S") },
        product::Model {
            service_kind: server,
            bills_from: product::BillsFrom::Activation,
            ..product(METAL, "METAL", "Bare metal")
        },
        product::Model { state: product::State::Retired, ..product(RELIC, "RELIC", "Relic") },
        product::Model { state: product::State::Draft, ..product(DRAFT, "SKETCH", "Sketch") },
    ];
    let db = world.db().writer();
    db_insert(db, products).await;
    let (yearly, monthly) = ((Term::Annual, Interval::Month), (Term::Monthly, Interval::Month));
    let prices = vec![
        price(1, SEAT, yearly, 10_000, 0),
        price(2, SEAT_PLUS, yearly, 15_000, 0),
        price(3, SERVER, monthly, 24_000, 5_000),
        price(4, METAL, monthly, 90_000, 0),
        price(5, RELIC, monthly, 1_000, 0),
        price(6, DRAFT, monthly, 1_000, 0),
        price(7, SEAT, (Term::Annual, Interval::Year), 110_000, 0),
    ];
    db_insert(db, prices).await;
    let upgrade = entity::product_upgrade::Model { from_id: SEAT, to_id: SEAT_PLUS };
    db_insert(db, vec![upgrade]).await;
}

/// A line of an order.
pub fn line(product: Uuid, quantity: i32) -> Value {
    let term = if [SEAT, SEAT_PLUS].contains(&product) { "ANNUAL" } else { "MONTHLY" };
    let mut line =
        json!({ "productId": id_of_product(product), "quantity": quantity, "term": term, "interval": "MONTH" });
    if [SERVER, METAL].contains(&product) {
        line["attributes"] = json!([{ "name": "hostname", "value": "web1.acme.example" }]);
    }
    line
}

/// The input of an order of these lines for this total in öre.
pub fn order(tenant: Tenant, lines: &[Value], total: i64) -> Value {
    json!({
        "organisationId": id_of(tenant),
        "lines": lines,
        "expectedTotal": { "amountMinor": total.to_string(), "currency": "SEK" },
    })
}

/// Orders, and returns the ids of the subscriptions.
pub async fn buy(world: &World, caller: Caller, tenant: Tenant, lines: &[Value], total: i64) -> Vec<String> {
    let selection = "order { lines(first: 10) { edges { node { subscription { id } } } } }";
    let payload = world.as_(caller).act("placeOrder", order(tenant, lines, total), selection).await;
    let edges = payload["order"]["lines"]["edges"].as_array().unwrap().clone();
    edges.iter().map(|edge| edge["node"]["subscription"]["id"].as_str().unwrap().to_owned()).collect()
}
