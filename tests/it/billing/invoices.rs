//! Lists of invoices, filtered. An invoice has one state on a day, the same in its field and in filters.

use entity::invoice;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tenantry::seed::rows as seed;

use super::*;

const INVOICES: &str = "query($id: ID!, $filter: InvoiceFilter) { organisation(id: $id) { \
     invoices(first: 100, filter: $filter) { totalCount edges { node { state dueOn } } } } }";

/// The numbers of the invoices of Acme that the filter lets through.
async fn numbers(world: &World, filter: Value) -> Vec<String> {
    let query = "query($id: ID!, $filter: InvoiceFilter) { organisation(id: $id) { \
                 invoices(first: 50, filter: $filter) { totalCount edges { node { number } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME), "filter": filter })).await;
    let list = &answer.ok()["organisation"]["invoices"];
    let mut numbers: Vec<String> = list["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| edge["node"]["number"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(list["totalCount"], numbers.len());
    numbers.sort();
    numbers
}

#[test]
fn invoices_are_filtered_by_states_days_and_number() {
    with_database(async |world| {
        let sql = "SELECT number FROM invoice WHERE organisation_id = $1 ORDER BY number";
        let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
        let old: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert_eq!(old.len(), 2);
        for (number, old, state, issued, due) in [("A-1", &old[0], "PAID", -60, -30), ("A-2", &old[1], "OPEN", -20, 10)]
        {
            let sql = "UPDATE invoice SET number = $1, state = $2, issued_on = $3, due_on = $4 WHERE number = $5";
            let days = [issued, due].map(|offset| (now() + TimeDelta::days(offset)).date_naive());
            let values = [number.into(), state.into(), days[0].into(), days[1].into(), old.as_str().into()];
            world.db_execute(sql, values).await;
        }
        for (filter, expected) in [
            (json!({}), &["A-1", "A-2"][..]),
            (json!({ "state": "PAID" }), &["A-1"]),
            (json!({ "state": ["PAID", "OPEN", "PAID"] }), &["A-1", "A-2"]),
            (json!({ "state": ["OVERDUE", "VOID"] }), &[]),
            (json!({ "state": [] }), &[]),
            (json!({ "number": "a-" }), &["A-1", "A-2"]),
            (json!({ "number": "-2" }), &["A-2"]),
            (json!({ "number": "%" }), &[]),
            (json!({ "issuedFrom": day(-60) }), &["A-1", "A-2"]),
            (json!({ "issuedFrom": day(-59) }), &["A-2"]),
            (json!({ "issuedUntil": day(-20) }), &["A-1", "A-2"]),
            (json!({ "issuedUntil": day(-21) }), &["A-1"]),
            (json!({ "dueFrom": day(-30), "dueUntil": day(-30) }), &["A-1"]),
            (json!({ "dueFrom": day(10) }), &["A-2"]),
            (json!({ "dueUntil": day(-31) }), &[]),
            (json!({ "state": "OPEN", "issuedFrom": day(-30), "number": "A" }), &["A-2"]),
        ] {
            assert_eq!(numbers(&world, filter.clone()).await, expected, "{filter}");
        }
        let yesterday = (now() - TimeDelta::days(1)).date_naive();
        world.db_execute("UPDATE invoice SET due_on = $1 WHERE number = 'A-2'", [yesterday.into()]).await;
        assert_eq!(numbers(&world, json!({ "state": ["OVERDUE"] })).await, ["A-2"]);
    });
}

#[test]
fn each_filter_shows_the_invoices_whose_state_it_names() {
    with_database(async |world| {
        let list = async |filter: Value| {
            let variables = json!({ "id": id_of(ACME), "filter": filter });
            let answer = world.as_(OWNER_OF_ACME).run(INVOICES, variables).await;
            answer.ok()["organisation"]["invoices"].clone()
        };
        for waited in [0, 60] {
            world.wait(TimeDelta::days(waited));
            let all = list(Value::Null).await["totalCount"].as_u64().unwrap();
            let mut shown = 0;
            for state in ["DRAFT", "OPEN", "OVERDUE", "PAID", "VOID"] {
                let found = list(json!({ "state": state })).await;
                let nodes: Vec<&Value> = found["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]).collect();
                assert!(nodes.iter().all(|node| node["state"] == state), "{found}");
                assert_eq!(found["totalCount"], nodes.len());
                let is_late = |node: &&Value| node["dueOn"].as_str().unwrap() < day(waited).as_str();
                assert!(state != "OPEN" || !nodes.iter().any(is_late), "{found}");
                assert!(state != "OVERDUE" || nodes.iter().all(is_late), "{found}");
                shown += nodes.len() as u64;
            }
            assert_eq!(shown, all, "each has one state");
        }
        assert_ne!(list(json!({ "state": "OVERDUE" })).await["totalCount"], 0);
    });
}

#[test]
fn invoices_are_ordered_and_filtered_by_payer_as_a_naive_loop_does_it() {
    with_database(async |world| {
        let mut runner = TestRunner::deterministic();
        let any = |strategy: &BoxedStrategy<i64>, runner: &mut TestRunner| strategy.new_tree(runner).unwrap().current();
        let days = (-5..5_i64).boxed();
        let rows = (0..25_u32).map(|number| {
            let payer = if any(&days, &mut runner) < 0 { ACME.id } else { FJORD.id };
            let issued = now().date_naive() + TimeDelta::days(any(&days, &mut runner));
            let due = issued + TimeDelta::days(any(&days, &mut runner).abs());
            let text = format!("{}-{number}", any(&days, &mut runner).abs());
            let id = key(NORDIC, 620_000 + number);
            let at = now() + TimeDelta::seconds(any(&days, &mut runner));
            let mut row = invoice::Model {
                created_at: at,
                ..seed::invoice(id, (ACME.id, payer, OPERATOR.id), text, "SEK", (issued, due))
            };
            if number % 6 == 0 {
                // A draft has neither number nor days.
                (row.state, row.number, row.issued_on, row.due_on) = (invoice::State::Draft, None, None, None);
            }
            row
        });
        let rows: Vec<invoice::Model> = rows.collect();
        db_insert(world.db().writer(), rows).await;
        let query = "query($id: ID!, $after: String, $before: String, $first: Int, $last: Int, $filter: InvoiceFilter, \
                     $orderBy: InvoiceOrder) { organisation(id: $id) { list: invoices(first: $first, after: $after, \
                     last: $last, before: $before, filter: $filter, orderBy: $orderBy) { totalCount \
                     pageInfo { hasNextPage endCursor hasPreviousPage startCursor } edges { node { id number issuedOn dueOn \
                     payer { name } } } } } }";
        let to_pay = query.replace("list: invoices(", "list: invoicesToPay(");
        let all = async |caller: Caller, query: &str, tenant: Tenant, more: Value, backwards: bool| -> Vec<Value> {
            let (mut found, mut from) = (Vec::new(), Value::Null);
            loop {
                let mut variables = if backwards {
                    json!({ "id": id_of(tenant), "last": 7, "before": from })
                } else {
                    json!({ "id": id_of(tenant), "first": 7, "after": from })
                };
                variables.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                let answer = world.as_(caller).run(query, variables).await;
                let list = &answer.ok()["organisation"]["list"];
                let nodes = list["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone());
                let (more, next) =
                    if backwards { ("hasPreviousPage", "startCursor") } else { ("hasNextPage", "endCursor") };
                found = if backwards { nodes.chain(found).collect() } else { found.into_iter().chain(nodes).collect() };
                if list["pageInfo"][more] == false {
                    assert_eq!(list["totalCount"], found.len());
                    return found;
                }
                from = list["pageInfo"][next].clone();
            }
        };
        for (caller, query, tenant, filter) in [
            (OWNER_OF_ACME, query, ACME, Value::Null),
            (OWNER_OF_ACME, query, ACME, json!({ "payerId": id_of(FJORD) })),
            (OWNER_OF_ACME, query, ACME, json!({ "payerId": id_of(LUND) })),
            (OWNER_OF_FJORD, &*to_pay, FJORD, Value::Null),
            (OWNER_OF_FJORD, &to_pay, FJORD, json!({ "organisationId": id_of(ACME) })),
        ] {
            let newest = all(caller, query, tenant, json!({ "filter": filter }), false).await;
            let payer = filter["payerId"].as_str().map(|id| if id == id_of(FJORD) { "Fjord" } else { "Lund" });
            assert!(newest.iter().all(|node| payer.is_none_or(|payer| node["payer"]["name"] == payer)));
            assert_eq!(newest.is_empty(), payer == Some("Lund"));
            for field in ["CREATED_AT", "ISSUED_ON", "DUE_ON", "NUMBER"] {
                let mut expected = newest.clone();
                expected.reverse();
                let value = |node: &Value| match field {
                    "ISSUED_ON" => node["issuedOn"].as_str().unwrap_or("9999").to_owned(),
                    "DUE_ON" => node["dueOn"].as_str().unwrap_or("9999").to_owned(),
                    _ => node["number"].as_str().unwrap_or("~").to_owned(),
                };
                if field != "CREATED_AT" {
                    expected.sort_by_cached_key(|node| (value(node), node["id"].as_str().unwrap().to_owned()));
                }
                for (direction, backwards) in [("ASC", false), ("DESC", false), ("ASC", true), ("DESC", true)] {
                    let order = json!({ "filter": filter, "orderBy": { "field": field, "direction": direction } });
                    let found = all(caller, query, tenant, order, backwards).await;
                    let wanted: Vec<&Value> =
                        if direction == "ASC" { expected.iter().collect() } else { expected.iter().rev().collect() };
                    assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{field} {direction} {backwards} {filter}");
                }
            }
        }
        let wrong = json!({ "id": id_of(ACME), "filter": { "payerId": "acme" } });
        world.as_(OWNER_OF_ACME).run(query, wrong).await.refused("INVALID_INPUT");
    });
}

#[test]
fn the_invoices_of_an_organisation_are_a_table_too() {
    with_database(async |world| {
        let small = world.with_settings(|config| config.limits.export_rows = 1).await;
        let export = async |caller: Caller, query: &str| {
            let path = format!("/organisations/{}/invoices.csv{query}", id_of(ACME));
            small.send(small.as_(caller).get(&path).await).await
        };
        let lines = async |query: &str| -> Vec<Vec<String>> {
            let answer = export(OWNER_OF_ACME, query).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
            let text = answer.body.strip_prefix('\u{feff}').unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            reader.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect()
        };
        let query = "query($id: ID!) { organisation(id: $id) { invoices(first: 100) { edges { node { number state issuedOn \
                     dueOn recipientName payer { name } total { amountMinor currency } paymentReference } } } } }";
        let listed = small.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let listed = listed.ok()["organisation"]["invoices"]["edges"].as_array().unwrap().clone();
        let all = lines("").await;
        let names = "number,state,issuedOn,dueOn,recipientName,payer,currency,net,vat,total,paid,credited,balance,paymentReference";
        assert_eq!(all[0].join(","), names);
        assert!(listed.len() > 1 && all.len() == listed.len() + 1);
        for (line, edge) in all[1..].iter().zip(&listed) {
            let node = &edge["node"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let total: i64 = text(&node["total"]["amountMinor"]).parse().unwrap();
            let expected = [
                text(&node["number"]),
                text(&node["state"]),
                text(&node["issuedOn"]),
                text(&node["dueOn"]),
                text(&node["recipientName"]),
                text(&node["payer"]["name"]),
                text(&node["total"]["currency"]),
            ];
            assert_eq!(line[..7], expected);
            assert_eq!(line[9], format!("{}.{:02}", total / 100, total % 100));
            assert_eq!(line[13], text(&node["paymentReference"]));
        }
        // {"state":["VOID"]}
        assert_eq!(lines("?filter=%7B%22state%22%3A%5B%22VOID%22%5D%7D").await.len(), 1, "the names of the columns");
        for (caller, query, status) in [
            (NOBODY, "", 401),
            (SOLE_PERSON, "", 404),
            (MEMBER_OF_ACME, "", 403),
            (OWNER_OF_ACME, "?filter=x", 400),
            (OWNER_OF_ACME, "?filter=%7B%22colour%22%3A1%7D", 400),
            (OWNER_OF_ACME, "?state=PAID", 400),
        ] {
            let answer = export(caller, query).await;
            assert_eq!(answer.status, status, "{} {query}: {}", caller.name(), answer.body);
        }
    });
}
