//! An invoice has one state on a day, the same in its field and in filters.

use super::*;

const INVOICES: &str = "query($id: ID!, $filter: InvoiceFilter) { organisation(id: $id) { \
     invoices(first: 100, filter: $filter) { totalCount edges { node { state dueOn } } } } }";

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
