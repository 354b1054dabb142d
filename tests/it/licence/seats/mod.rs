//! Seats of people in the directory of Acme: by hand, by rules and by pins.

mod by_hand;
mod daily;
mod outside;
mod pinned;
mod previewed;
mod refused;
mod school;
mod speed;
mod used;

use entity::entitlement;
use entity::feature::{self, Kind};
use serde_json::{Value, json};
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::catalogue::offers::*;
use crate::world::*;

/// The small licence of the family "office": a seat gives one.
const BASIC: Uuid = key(NORDIC, 700_401);
/// The large licence of the family "office": a seat plus gives one.
const FULL: Uuid = key(NORDIC, 700_402);
/// A licence without a family: a seat gives one.
const SCAN: Uuid = key(NORDIC, 700_403);

fn id_of_feature(feature: Uuid) -> String {
    Type::Feature.id(feature).0
}

/// Writes the products, their prices, and what they entitle to, and orders so many of both kinds of seats for Acme. Returns
/// the ids of the subscriptions.
async fn db_seats(world: &World, seats: i32, plus: i32) -> Vec<String> {
    db_offer(world).await;
    let feature = |id, key: &str, name: &str, family: Option<&str>| feature::Model {
        id,
        organisation_id: OPERATOR.id,
        key: key.to_owned(),
        name: name.to_owned(),
        name_key: collation::sort_key(name),
        kind: Kind::Seat,
        family: family.map(str::to_owned),
        created_at: now(),
    };
    let db = world.db().writer();
    let features = vec![
        feature(BASIC, "basic", "Office basic", Some("office")),
        feature(FULL, "full", "Office full", Some("office")),
        feature(SCAN, "scan", "Scanner", None),
    ];
    db_insert(db, features).await;
    let gives = |product, feature| entitlement::Model { product_id: product, feature_id: feature, quantity: 1 };
    db_insert(db, vec![gives(SEAT, BASIC), gives(SEAT, SCAN), gives(SEAT_PLUS, FULL)]).await;
    let mut ids = Vec::new();
    for (product, quantity, price) in [(SEAT, seats, 10_000), (SEAT_PLUS, plus, 15_000)] {
        if quantity > 0 {
            let total = i64::from(quantity) * price;
            ids.extend(buy(world, OWNER_OF_ACME, ACME, &[line(product, quantity)], total).await);
        }
    }
    ids
}

/// A person of the directory.
fn person(number: usize, unit: &str) -> Value {
    json!({
        "externalId": format!("p{number:03}"), "name": format!("Person {number:03}"),
        "email": format!("p{number:03}@acme.example"), "unitPath": unit,
    })
}

/// Brings people and groups into the directory of Acme. Returns the ids of the people.
async fn sync(world: &World, people: &[Value], groups: &[Value]) -> Vec<String> {
    let count = world.db_count("directory_sync").await;
    let input = json!({
        "organisationId": id_of(ACME), "syncId": format!("sync {count}"), "mode": "PATCH", "people": people,
        "groups": groups,
    });
    let selection = "people { objectId userErrors { message } } groups { userErrors { message } }";
    let payload = world.as_(OWNER_OF_ACME).act("syncDirectory", input, selection).await;
    let rows = payload["people"].as_array().unwrap().iter().chain(payload["groups"].as_array().unwrap());
    assert!(rows.clone().all(|row| row["userErrors"] == json!([])), "{payload}");
    let ids = payload["people"].as_array().unwrap().iter();
    ids.map(|row| row["objectId"].as_str().unwrap().to_owned()).collect()
}

/// So many people of one unit. Returns their ids.
async fn hire(world: &World, count: usize, unit: &str) -> Vec<String> {
    let people: Vec<Value> = (0..count).map(|number| person(number, unit)).collect();
    sync(world, &people, &[]).await
}

/// Says that these people logged in so many days ago, and that all log-ins until now are known.
async fn log_in(world: &World, numbers: impl Iterator<Item = usize>, days: i64) {
    let now = world.app.clock.now();
    let at = now - chrono::TimeDelta::days(days);
    let log_ins: Vec<Value> =
        numbers.map(|number| json!({ "externalId": format!("p{number:03}"), "at": at })).collect();
    let input = json!({ "organisationId": id_of(ACME), "logIns": log_ins, "completeUntil": now });
    let payload = world.as_(OWNER_OF_ACME).act("recordLogIns", input, "results { userErrors { message } }").await;
    assert!(!payload["results"].to_string().contains("message"), "{payload}");
}

/// Who has what at Acme: `Person 001: Office basic ACTIVE RULE`, in the order of the names.
async fn holders(world: &World) -> Vec<String> {
    let query = "query($id: ID!) { organisation(id: $id) { licenceAssignments(first: 100) { edges { node {
      state source person { name } feature { name } endsOn } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    let edges = answer.ok()["organisation"]["licenceAssignments"]["edges"].as_array().unwrap();
    let text = |edge: &Value| {
        let node = &edge["node"];
        let name = |value: &Value| value.as_str().unwrap().to_owned();
        let [who, what] = [&node["person"]["name"], &node["feature"]["name"]].map(name);
        let [state, source] = [&node["state"], &node["source"]].map(name);
        format!("{who}: {what} {state} {source}")
    };
    let mut found: Vec<String> = edges.iter().map(text).collect();
    found.sort();
    found
}

/// Used and granted of a feature at Acme, by its name. What is used is the number of people who have it.
async fn pool(world: &World, name: &str) -> (i64, i64) {
    let query = "query($id: ID!) { organisation(id: $id) { licencePools(first: 10, kind: SEAT) { edges { node {
      feature { name } granted used } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    let edges = answer.ok()["organisation"]["licencePools"]["edges"].as_array().unwrap().clone();
    let node = edges.iter().map(|edge| &edge["node"]).find(|node| node["feature"]["name"] == name).unwrap().clone();
    let number = |key: &str| node[key].as_str().unwrap().parse::<i64>().unwrap();
    let holding = world
        .texts(&format!(
            "SELECT CAST(COUNT(*) AS text) FROM licence_assignment a JOIN feature f ON f.id = a.feature_id \
             WHERE a.state <> 'ENDED' AND f.name = '{name}'"
        ))
        .await;
    assert_eq!(holding, [number("used").to_string()], "{name}");
    (number("used"), number("granted"))
}

fn assigning(feature: Uuid, people: &[String]) -> Value {
    json!({ "organisationId": id_of(ACME), "featureId": id_of_feature(feature), "personIds": people })
}

const RESULTS: &str = "results { index assignment { id } userErrors { code field message } }";

/// The results of a list of rows: `ok`, or the code of the error.
fn results(payload: &Value) -> Vec<String> {
    let text = |row: &Value| match row["userErrors"].as_array().unwrap().first() {
        None => "ok".to_owned(),
        Some(error) => error["code"].as_str().unwrap().to_owned(),
    };
    payload["results"].as_array().unwrap().iter().map(text).collect()
}

/// Gives a feature to people of Acme by hand.
async fn assign(world: &World, feature: Uuid, people: &[String]) -> Vec<String> {
    results(&world.as_(OWNER_OF_ACME).act("assignLicences", assigning(feature, people), RESULTS).await)
}

/// A rule.
fn rule(name: &str, feature: Option<Uuid>, conditions: &[Value]) -> Value {
    json!({ "name": name, "featureId": feature.map(id_of_feature), "conditions": conditions })
}

fn in_unit(path: &str) -> Value {
    json!({ "kind": "UNIT", "path": path })
}

fn inactive(days: i32) -> Value {
    json!({ "kind": "INACTIVE", "days": days })
}

fn not(mut condition: Value) -> Value {
    condition["negated"] = json!(true);
    condition
}

/// The input that saves rules of a family at Acme.
fn saving(family: &str, version: i32, rules: &[Value]) -> Value {
    json!({ "organisationId": id_of(ACME), "family": family, "version": version, "rules": rules })
}

/// Saves rules of a family at Acme.
async fn save(world: &World, family: &str, version: i32, rules: &[Value]) {
    world.as_(OWNER_OF_ACME).act("saveLicenceRules", saving(family, version, rules), "rules { version }").await;
}

const PLAN: &str = "digest counts { assign change resume reclaim unmet } guard { losing of stops }
  savings { licences units interval from amount { amountMinor } feature { name } }
  rows(first: 100) { totalCount edges { node { action endsOn queuePlace source before { name } after { name }
    person { name } reason { sentence rule version facts { name value } } } } }";

/// The id of the rules of a family.
async fn rules_of(world: &World, family: &str) -> Value {
    let query = "query($id: ID!, $family: String) { organisation(id: $id) { licenceRules(family: $family) { id } } }";
    let variables = json!({ "id": id_of(ACME), "family": family });
    let answer = world.as_(OWNER_OF_ACME).run(query, variables).await;
    answer.ok()["organisation"]["licenceRules"][0]["id"].clone()
}

/// The preview of the rules of a family.
async fn preview(world: &World, family: &str) -> Value {
    let query = format!("query($id: ID!) {{ previewLicenceRules(licenceRuleSetId: $id) {{ {PLAN} }} }}");
    let variables = json!({ "id": rules_of(world, family).await });
    world.as_(OWNER_OF_ACME).run(&query, variables).await.ok()["previewLicenceRules"].clone()
}

/// The rows of a preview: `Person 001: ASSIGN Office basic`, with the place in the queue and the last day.
fn rows(plan: &Value) -> Vec<String> {
    let text = |edge: &Value| {
        let node = &edge["node"];
        let after = node["after"]["name"].as_str().map_or_else(String::new, |name| format!(" {name}"));
        let place = node["queuePlace"].as_i64().map_or_else(String::new, |place| format!(" #{place}"));
        let end = node["endsOn"].as_str().map_or_else(String::new, |day| format!(" until {day}"));
        let (who, action) = (node["person"]["name"].as_str().unwrap(), node["action"].as_str().unwrap());
        format!("{who}: {action}{after}{place}{end}")
    };
    let rows: Vec<String> = plan["rows"]["edges"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(plan["rows"]["totalCount"], rows.len());
    rows
}

fn applying(family: &str, plan: &Value) -> Value {
    json!({ "organisationId": id_of(ACME), "family": family, "digest": plan["digest"] })
}

/// Applies the rules of a family as the preview shows, and returns what the preview showed.
async fn apply(world: &World, family: &str) -> Vec<String> {
    let plan = preview(world, family).await;
    world.as_(OWNER_OF_ACME).act("applyLicenceRules", applying(family, &plan), "rules { version }").await;
    // A second time changes nothing.
    let again = preview(world, family).await;
    assert!(rows(&again).iter().all(|row| row.contains("UNMET")), "{again}");
    rows(&plan)
}
