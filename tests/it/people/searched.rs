//! Lists of people and organisations are searched by a part of what people know about them.

use std::collections::BTreeMap;

use collation::sort_key;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
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

#[test]
fn members_by_role_and_order_are_what_a_naive_loop_gives() {
    with_database(async |world| {
        world.as_(VIEWER_OF_ACME).act("updateProfile", json!({ "name": "Ångström" }), "").await;
        world.as_(MEMBER_OF_ACME).act("updateProfile", json!({ "name": "angstrom" }), "").await;
        let custom = json!({ "organisationId": id_of(ACME), "name": "Reader", "permissions": ["SERVICE_READ"] });
        let custom = world.as_(OWNER_OF_ACME).act("createRole", custom, "role { id }").await["role"]["id"].clone();
        let roles = json!([{ "roleId": custom }, { "builtIn": "VIEWER" }]);
        let input = json!({ "membershipId": world.membership(ACME, MEMBER_OF_ACME).await, "roles": roles });
        world.as_(OWNER_OF_ACME).act("updateMember", input, "").await;

        let query = "query($id: ID!, $first: Int, $last: Int, $after: String, $before: String, $search: String, \
                     $role: RoleChoice, $orderBy: MembershipOrder) { organisation(id: $id) { members(first: $first, \
                     last: $last, after: $after, before: $before, search: $search, role: $role, orderBy: $orderBy) { \
                     totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } \
                     edges { node { id email joinedAt user { name } roles { id name } } } } } }";
        let ask = async |more: Value| {
            let mut variables = json!({ "id": id_of(ACME) });
            variables.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            world.as_(OWNER_OF_ACME).run(query, variables).await.ok()["organisation"]["members"].clone()
        };
        let nodes = |page: &Value| -> Vec<Value> {
            page["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
        };
        let all = nodes(&ask(json!({ "first": 100 })).await);
        let text = |node: &Value, path: &str| node.pointer(path).unwrap().as_str().unwrap().to_owned();
        let roles: Vec<Option<Value>> = ["VIEWER", "OWNER", "ADMIN", "TECHNICAL"]
            .into_iter()
            .map(|name| Some(json!({ "builtIn": name })))
            .chain([None, Some(json!({ "roleId": custom }))])
            .collect();
        let any = (
            prop::sample::select(roles),
            prop::option::of((any::<bool>(), any::<bool>())),
            any::<bool>(),
            prop::sample::select(vec!["", "a", "acme"]),
        );
        let mut runner = TestRunner::deterministic();
        let mut found_some = BTreeMap::<bool, usize>::new();
        for _ in 0..40 {
            let (role, order, backwards, search) = any.new_tree(&mut runner).unwrap().current();
            let has_role = |node: &&Value| match &role {
                None => true,
                Some(role) => node["roles"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|held| role["builtIn"] == held["name"] || role["roleId"] == held["id"]),
            };
            let is_found = |node: &&Value| {
                [text(node, "/user/name"), text(node, "/email")].iter().any(|text| text.to_lowercase().contains(search))
            };
            let mut expected: Vec<&Value> = all.iter().filter(has_role).filter(is_found).collect();
            let (by_name, descending) = order.unwrap_or((false, false));
            // Without an order, they come in that of joining already.
            if by_name {
                expected.sort_by_cached_key(|node| (sort_key(&text(node, "/user/name")), text(node, "/id")));
            }
            if descending {
                expected.reverse();
            }
            let expected: Vec<String> = expected.into_iter().map(|node| text(node, "/id")).collect();
            let order_by = order.map(|(by_name, descending)| json!({
                "field": if by_name { "NAME" } else { "JOINED_AT" }, "direction": if descending { "DESC" } else { "ASC" },
            }));
            let (mut found, mut from) = (Vec::new(), Value::Null);
            loop {
                let page =
                    if backwards { json!({ "last": 2, "before": from }) } else { json!({ "first": 2, "after": from }) };
                let mut asked = json!({ "role": role, "orderBy": order_by, "search": search });
                asked.as_object_mut().unwrap().extend(page.as_object().unwrap().clone());
                let page = ask(asked).await;
                assert_eq!(page["totalCount"], expected.len(), "{role:?} {order:?} {search}");
                let ids: Vec<String> = nodes(&page).iter().map(|node| text(node, "/id")).collect();
                let (more, next) =
                    if backwards { ("hasPreviousPage", "startCursor") } else { ("hasNextPage", "endCursor") };
                found = if backwards { [ids, found].concat() } else { [found, ids].concat() };
                if page["pageInfo"][more] == false {
                    break;
                }
                from = page["pageInfo"][next].clone();
            }
            assert_eq!(found, expected, "{role:?} {order:?} {search}");
            *found_some.entry(expected.is_empty()).or_default() += 1;
        }
        assert!(found_some.get(&false).is_some_and(|count| *count > 20), "{found_some:?}");
        let wrong = json!({ "id": id_of(ACME), "role": { "roleId": id_of(ACME) } });
        world.as_(OWNER_OF_ACME).run(query, wrong).await.refused("INVALID_INPUT");
    });
}

#[test]
fn memberships_in_custody_are_left_out_or_listed_alone() {
    with_database(async |world| {
        world.db_verify(OWNER_OF_FJORD).await;
        let owner = world.as_(OWNER_OF_FJORD);
        let input = json!({ "organisationId": id_of(FJORD), "client": { "name": "Kept", "kind": "COMPANY",
            "delegation": { "permissions": ["ORGANISATION_READ"] }, "ownerEmail": "ada@example.org" } });
        owner.act("createClient", input, "").await;
        let query = "query($custody: Boolean) { viewer { memberships(first: 100, custody: $custody) { totalCount \
                     edges { node { organisation { name } custodyOf { name } } } } } }";
        let counts: Vec<(u64, usize)> =
            futures_util::future::join_all([Value::Null, json!(false), json!(true)].map(async |custody| {
                let answer = owner.run(query, json!({ "custody": custody })).await;
                let list = &answer.ok()["viewer"]["memberships"];
                let kept = list["edges"].as_array().unwrap().iter().filter(|edge| !edge["node"]["custodyOf"].is_null());
                (list["totalCount"].as_u64().unwrap(), kept.count())
            }))
            .await;
        let [all, own, kept] = counts[..] else { panic!("{counts:?}") };
        assert_eq!((all.1, own.1, kept), (1, 0, (1, 1)), "{counts:?}");
        assert_eq!(own.0 + 1, all.0);
    });
}
