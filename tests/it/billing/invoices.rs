//! Lists of invoices, filtered. An invoice has one state on a day, the same in its field and in filters.

use serde_json::{Value, json};

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
