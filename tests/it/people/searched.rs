//! Lists of people and organisations are searched by a part of what people know about them.

use serde_json::{Value, json};

use crate::world::*;

/// The list in an answer.
fn edges(value: &Value) -> Option<&Vec<Value>> {
    match value.get("edges") {
        Some(edges) => edges.as_array(),
        None => value.as_object()?.values().find_map(edges),
    }
}

/// The text at the bottom of a node.
fn text(value: &Value) -> String {
    match value.as_object() {
        Some(fields) => text(fields.values().next().unwrap()),
        None => value.as_str().unwrap().to_owned(),
    }
}

/// What the list in `query` gives for a search.
async fn found(world: &World, caller: Caller, query: &str, search: &str) -> Vec<String> {
    let variables = json!({ "id": id_of(ACME), "top": id_of(NORDEN), "search": search });
    let answer = world.as_(caller).run(query, variables).await;
    edges(answer.ok()).unwrap().iter().map(|edge| text(&edge["node"])).collect()
}

#[test]
fn members_are_found_by_name_and_address() {
    with_database(async |world| {
        world.as_(VIEWER_OF_ACME).act("updateProfile", json!({ "name": "Jörg Strauß" }), "").await;
        let query = "query($id: ID!, $search: String) { organisation(id: $id) { \
                     members(first: 100, search: $search) { edges { node { user { name } } } } } }";
        let all = found(&world, OWNER_OF_ACME, query, "").await.len();
        assert!(all > 5);
        for (search, count) in [
            ("jörg", 1),
            (" JO\u{308}RG STRAUSS ", 1),
            ("jorg", 0),
            (VIEWER_OF_ACME.person().email, 1),
            ("%", 0),
            ("@", all),
        ] {
            assert_eq!(found(&world, OWNER_OF_ACME, query, search).await.len(), count, "{search}");
        }
    });
}

#[test]
fn accessors_are_found_by_name_and_memberships_by_that_of_the_organisation() {
    with_database(async |world| {
        world.as_(VIEWER_OF_ACME).act("updateProfile", json!({ "name": "Jörg Strauß" }), "").await;
        let query = "query($id: ID!, $search: String) { organisation(id: $id) { accessors(permission: SERVICE_READ, \
                     first: 100, search: $search) { edges { node { actor { ... on User { name } } } } } } }";
        assert_eq!(found(&world, OWNER_OF_ACME, query, "olga").await, [OWNER_OF_ACME.name()]);
        assert_eq!(found(&world, OWNER_OF_ACME, query, "STRAUSS").await, ["Jörg Strauß"]);
        assert_eq!(found(&world, OWNER_OF_ACME, query, "%").await, Vec::<String>::new());
        world.db_execute("UPDATE organisation SET name = 'Ångström' WHERE id = $1", [ACME.id.into()]).await;
        migration::fill(world.db().writer()).await.unwrap();
        let query = "query($search: String) { viewer { memberships(search: $search) { edges { node { \
                     organisation { name } } } } } }";
        for (search, expected) in [("", vec!["Ångström"]), ("ÅNGS", vec!["Ångström"]), ("angs", vec![]), ("_", vec![])]
        {
            assert_eq!(found(&world, OWNER_OF_ACME, query, search).await, expected, "{search}");
        }
    });
}

#[test]
fn invitations_are_found_by_address() {
    with_database(async |world| {
        for address in ["lo@first.example", "lo@second.example"] {
            let input = json!({ "organisationId": id_of(ACME), "email": address, "roles": [{ "builtIn": "VIEWER" }] });
            world.as_(OWNER_OF_ACME).act("inviteMember", input, "").await;
        }
        let query = "query($id: ID!, $search: String) { organisation(id: $id) { \
                     invitations(first: 100, search: $search) { edges { node { email } } } } }";
        assert_eq!(found(&world, OWNER_OF_ACME, query, "LO@").await.len(), 2);
        assert_eq!(found(&world, OWNER_OF_ACME, query, "second").await, ["lo@second.example"]);
        assert_eq!(found(&world, OWNER_OF_ACME, query, "third").await, Vec::<String>::new());
    });
}

#[test]
fn organisations_are_found_by_name_and_ordered_by_it() {
    with_database(async |world| {
        for (tenant, name) in [(ACME, "Ångström"), (MYR, "angst"), (HAMRA, "Zürich")] {
            world.db_execute("UPDATE organisation SET name = $1 WHERE id = $2", [name.into(), tenant.id.into()]).await;
        }
        migration::fill(world.db().writer()).await.unwrap();
        let reached = "query($search: String) { viewer { organisations(first: 100, search: $search) { \
                       edges { node { name } } } } }";
        let below = "query($top: ID!, $search: String) { reseller(id: $top) { \
                     descendants(first: 100, search: $search) { edges { node { organisation { name } } } } } }";
        let staff = "query($search: String) { operator { organisations(first: 100, search: $search) { \
                     edges { node { name } } } } }";
        for query in [reached, below, staff] {
            let of_a = found(&world, OWNER_OF_OPERATOR, query, "ANGST").await;
            assert!(!of_a.contains(&"Ångström".to_owned()), "{query}");
            assert_eq!(found(&world, OWNER_OF_OPERATOR, query, "A\u{30a}NG").await, ["Ångström"], "{query}");
        }
        for query in [reached, staff] {
            let names = found(&world, OWNER_OF_OPERATOR, query, "").await;
            let ours: Vec<&String> = names.iter().filter(|name| name.starts_with(['a', 'Å', 'Z'])).collect();
            assert_eq!(ours, ["angst", "Ångström", "Zürich"], "{query}");
        }
    });
}
