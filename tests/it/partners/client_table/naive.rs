//! Random filters and orders, compared with a naive loop over all clients.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;

const KEYS: [(&str, &str); 4] = [("text", "TEXT"), ("number", "NUMBER"), ("day", "DATE"), ("truth", "BOOLEAN")];
const CLIENTS: u32 = 40;
const TRIES: usize = 80;

/// A client: its id, and the values that are set.
type Clients = BTreeMap<String, BTreeMap<&'static str, String>>;

fn any_value(key: &str) -> BoxedStrategy<String> {
    match key {
        "text" => "[a-cA-Cäö%_!]{1,3}".boxed(),
        "number" => prop_oneof![
            (-20..20_i32).prop_map(|number| number.to_string()),
            (-2000..2000_i32).prop_map(|number| (f64::from(number) / 100.0).to_string()),
            (-300..300_i32, 1..10_i32).prop_map(|(power, digit)| format!("{digit}e{power}")),
        ]
        .boxed(),
        "day" => (1..5_i32, 1..13_u32, 1..29_u32)
            .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
            .boxed(),
        _ => any::<bool>().prop_map(|truth| truth.to_string()).boxed(),
    }
}

/// Any valid filter.
fn any_filter() -> BoxedStrategy<Value> {
    let of = |key: &'static str| {
        let value = || any_value(key);
        let mut kinds = vec![
            value().prop_map(move |value| json!({ "key": key, "eq": value })).boxed(),
            prop::collection::vec(value(), 1..6).prop_map(move |values| json!({ "key": key, "in": values })).boxed(),
            any::<bool>().prop_map(move |is_set| json!({ "key": key, "isSet": is_set })).boxed(),
        ];
        match key {
            "text" => kinds.push(value().prop_map(move |part| json!({ "key": key, "contains": part })).boxed()),
            "number" | "day" => {
                kinds.push(value().prop_map(move |from| json!({ "key": key, "from": from })).boxed());
                kinds.push(value().prop_map(move |to| json!({ "key": key, "to": to })).boxed());
                let both = (value(), value()).prop_map(move |(one, other)| {
                    let (from, to) = if compare(key, &one, &other).is_gt() { (other, one) } else { (one, other) };
                    json!({ "key": key, "from": from, "to": to })
                });
                kinds.push(both.boxed());
            }
            _ => {}
        }
        proptest::strategy::Union::new(kinds)
    };
    let one = proptest::strategy::Union::new(KEYS.map(|(key, _)| of(key).boxed()));
    prop::collection::vec(one, 0..3).prop_map(|filters| json!({ "properties": filters })).boxed()
}

fn any_order() -> BoxedStrategy<Option<(&'static str, bool)>> {
    prop::option::of((prop::sample::select(KEYS.map(|(key, _)| key).to_vec()), any::<bool>())).boxed()
}

fn compare(key: &str, one: &str, other: &str) -> Ordering {
    match key {
        "number" => one.parse::<f64>().unwrap().partial_cmp(&other.parse::<f64>().unwrap()).unwrap(),
        _ => one.to_lowercase().cmp(&other.to_lowercase()),
    }
}

fn is_equal(key: &str, one: &str, other: &str) -> bool {
    if key == "number" { compare(key, one, other).is_eq() } else { one == other }
}

fn holds(filter: &Value, values: &BTreeMap<&'static str, String>) -> bool {
    let key = filter["key"].as_str().unwrap();
    let Some(value) = values.get(key) else { return filter["isSet"] == json!(false) };
    let text = |name: &str| filter[name].as_str();
    filter["isSet"] != json!(false)
        && text("eq").is_none_or(|wanted| is_equal(key, value, wanted))
        && text("from").is_none_or(|from| compare(key, value, from).is_ge())
        && text("to").is_none_or(|to| compare(key, value, to).is_le())
        && text("contains").is_none_or(|part| value.to_lowercase().contains(&part.to_lowercase()))
        && filter["in"].as_array().is_none_or(|list| list.iter().any(|one| is_equal(key, value, one.as_str().unwrap())))
}

fn naive(clients: &Clients, filter: &Value, order: Option<(&'static str, bool)>) -> Vec<String> {
    let filters = filter["properties"].as_array().unwrap();
    let mut found: Vec<(&String, &BTreeMap<&'static str, String>)> =
        clients.iter().filter(|(_, values)| filters.iter().all(|filter| holds(filter, values))).collect();
    if let Some((key, descending)) = order {
        found.sort_by(|(id, one), (other_id, other)| match (one.get(key), other.get(key)) {
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (one, other) => {
                let values = one.zip(other).map_or(Ordering::Equal, |(one, other)| compare(key, one, other));
                let both = values.then(id.cmp(other_id));
                if descending { both.reverse() } else { both }
            }
        });
    }
    found.into_iter().map(|(id, _)| id.clone()).collect()
}

/// Gives the hub many clients with random values, half of them set.
async fn db_fill(world: &World, runner: &mut TestRunner) -> Clients {
    world.db_crowd(&HUB, 0..CLIENTS).await;
    let hub = Type::Organisation.id(HUB.id()).0;
    let owner = world.as_(HUB.owner);
    for (key, kind) in KEYS {
        let input = json!({ "resellerId": hub, "key": key, "label": key, "type": kind });
        owner.act("createPropertyDefinition", input, "").await;
    }
    let rows =
        world.db().rows("SELECT id FROM partnership WHERE reseller_id = $1", vec![HUB.id().into()]).await.unwrap();
    let mut clients = Clients::new();
    let mut input = Vec::new();
    for row in rows {
        let id = Type::Partnership.id(row.try_get_by_index(0).unwrap()).0;
        let values = KEYS.iter().filter_map(|(key, _)| {
            let value = prop::option::of(any_value(key)).new_tree(runner).unwrap().current();
            Some((*key, value?))
        });
        let values: BTreeMap<&'static str, String> = values.collect();
        let list: Vec<(&str, Option<&str>)> = values.iter().map(|(key, value)| (*key, Some(value.as_str()))).collect();
        if !list.is_empty() {
            input.push(json!({ "partnershipId": id, "properties": properties(&list) }));
        }
        clients.insert(id, values);
    }
    let input = json!({ "resellerId": hub, "rows": input });
    let payload = owner.act("setManyClientProperties", input, "results { userErrors { message } }").await;
    assert!(!payload.to_string().contains("message"), "{payload}");
    clients
}

#[test]
fn lists_are_what_a_naive_loop_gives() {
    with_database(async |world| {
        let mut runner = TestRunner::deterministic();
        let clients = db_fill(&world, &mut runner).await;
        let query = "query($id: ID!, $first: Int, $after: String, $filter: ClientFilter, $orderBy: ClientOrder) { \
                     reseller(id: $id) { clients(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { totalCount \
                     pageInfo { endCursor hasNextPage } edges { partnership { id } } } } }";
        let mut not_empty = 0;
        for _ in 0..TRIES {
            let filter = any_filter().new_tree(&mut runner).unwrap().current();
            let order = any_order().new_tree(&mut runner).unwrap().current();
            let expected = naive(&clients, &filter, order);
            let order_by = order.map(
                |(key, descending)| json!({ "property": key, "direction": if descending { "DESC" } else { "ASC" } }),
            );
            let (mut found, mut after) = (Vec::new(), Value::Null);
            loop {
                let variables = json!({ "id": Type::Reseller.id(HUB.id()).0, "first": 9, "after": after,
                                        "filter": filter, "orderBy": order_by });
                let answer = world.as_(HUB.owner).run(query, variables).await;
                let page = &answer.ok()["reseller"]["clients"];
                assert_eq!(page["totalCount"], expected.len(), "{filter} {order:?}");
                let edges = page["edges"].as_array().unwrap();
                found.extend(edges.iter().map(|edge| edge["partnership"]["id"].as_str().unwrap().to_owned()));
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
            if order.is_none() {
                // Lists without an order are sorted by name, which the naive loop does not do.
                found.sort();
            }
            assert_eq!(found, expected, "{filter} {order:?}");
            not_empty += usize::from(!expected.is_empty());
        }
        assert!(not_empty > TRIES / 3, "{not_empty} of {TRIES} found something");
    });
}
