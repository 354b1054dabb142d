//! What subscriptions give, what is used of it, and the assets that use it.

mod assets;
mod bad_rows;
mod partners;
mod pools;
mod seats;
mod totals;

use entity::entitlement;
use entity::feature::{self, Kind};
use serde_json::{Value, json};
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::catalogue::offers::*;
use crate::world::*;

/// Counts data loggers. A seat gives 10 of it, a seat plus 20 and a server 5.
const LOGGER: Uuid = key(NORDIC, 700_301);
/// Counts vaults: a seat gives one.
const VAULT: Uuid = key(NORDIC, 700_302);
/// Counts people: a seat gives one.
const MAILBOX: Uuid = key(NORDIC, 700_303);

fn id_of_feature(feature: Uuid) -> String {
    Type::Feature.id(feature).0
}

/// Writes the products, their prices, and what they entitle to.
async fn db_licences(world: &World) {
    db_offer(world).await;
    let feature = |id, key: &str, name: &str, kind| feature::Model {
        id,
        organisation_id: OPERATOR.id,
        key: key.to_owned(),
        name: name.to_owned(),
        name_key: collation::sort_key(name),
        kind,
        family: None,
        created_at: now(),
    };
    let features = vec![
        feature(LOGGER, "logger", "Data loggers", Kind::Quota),
        feature(VAULT, "vault", "Vaults", Kind::Quota),
        feature(MAILBOX, "mailbox", "Mailboxes", Kind::Seat),
    ];
    let db = world.db().writer();
    db_insert(db, features).await;
    let entitles =
        |product, feature, quantity| entitlement::Model { product_id: product, feature_id: feature, quantity };
    let entitlements = vec![
        entitles(SEAT, LOGGER, 10),
        entitles(SEAT, VAULT, 1),
        entitles(SEAT, MAILBOX, 1),
        entitles(SEAT_PLUS, LOGGER, 20),
        entitles(SERVER, LOGGER, 5),
        entitles(METAL, LOGGER, 5),
    ];
    db_insert(db, entitlements).await;
}

/// Orders so many seats for Acme, and returns the id of the subscription.
async fn buy_seats(world: &World, count: i32) -> String {
    buy(world, OWNER_OF_ACME, ACME, &[line(SEAT, count)], i64::from(count) * 10_000).await.remove(0)
}

/// The pools of Acme as its owner sees them: the feature, and what is granted, used, free and over.
async fn pools(world: &World) -> Vec<String> {
    let query = "query($id: ID!) { organisation(id: $id) { licencePools(first: 10) { edges { node {
      feature { name } granted used free over } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    let edges = answer.ok()["organisation"]["licencePools"]["edges"].as_array().unwrap();
    let text = |edge: &Value| {
        let number = |name: &str| edge["node"][name].as_str().unwrap().to_owned();
        let [granted, used, free, over] = ["granted", "used", "free", "over"].map(number);
        format!("{}: {used} of {granted}, {free} free, {over} over", edge["node"]["feature"]["name"].as_str().unwrap())
    };
    edges.iter().map(text).collect()
}

/// The pool of data loggers of Acme.
async fn loggers(world: &World) -> String {
    pools(world).await.into_iter().find(|pool| pool.starts_with("Data loggers")).unwrap_or_default()
}

/// A data logger to create.
fn logger(name: &str) -> Value {
    json!({ "featureId": id_of_feature(LOGGER), "name": name, "kind": "Logger" })
}

/// The input that creates these assets at Acme.
fn many(assets: &[Value]) -> Value {
    json!({ "organisationId": id_of(ACME), "assets": assets })
}

/// The input that creates this asset at Acme.
fn one(mut asset: Value) -> Value {
    asset["organisationId"] = json!(id_of(ACME));
    asset
}

/// The results of a list of rows: `ok`, or the code of the error with its field.
fn results(payload: &Value) -> Vec<String> {
    let text = |(index, result): (usize, &Value)| {
        assert_eq!(result["index"], index);
        match result["userErrors"].as_array().unwrap().first() {
            None => "ok".to_owned(),
            Some(error) => {
                let path: Vec<&str> =
                    error["field"].as_array().into_iter().flatten().filter_map(Value::as_str).skip(3).collect();
                format!("{} {}", error["code"].as_str().unwrap(), path.join(".")).trim_end().to_owned()
            }
        }
    };
    payload["results"].as_array().unwrap().iter().enumerate().map(text).collect()
}

const RESULTS: &str = "results { index asset { id name state externalId } userErrors { code field message } }";

/// Creates so many data loggers at Acme, and returns their ids.
async fn create_loggers(world: &World, count: usize) -> Vec<String> {
    let rows: Vec<Value> = (0..count).map(|number| logger(&format!("Logger {number}"))).collect();
    let payload = world.as_(OWNER_OF_ACME).act("createAssets", many(&rows), RESULTS).await;
    assert!(results(&payload).iter().all(|result| result == "ok"), "{payload}");
    payload["results"].as_array().unwrap().iter().map(|row| row["asset"]["id"].as_str().unwrap().to_owned()).collect()
}

/// What the table of pools says is used of data loggers at Acme, which is the number of assets that count.
async fn db_used(world: &World) -> i64 {
    let rows = world.db().rows("SELECT used FROM licence_pool WHERE organisation_id = $1", vec![ACME.id.into()]).await;
    let used: i64 = rows.unwrap().iter().map(|row| row.try_get_by_index::<i64>(0).unwrap()).sum();
    let sql = "SELECT name FROM asset WHERE state = 'ACTIVE' AND organisation_id IN (SELECT id FROM organisation \
               WHERE name = 'Acme')";
    assert_eq!(world.texts(sql).await.len(), usize::try_from(used).unwrap());
    used
}
