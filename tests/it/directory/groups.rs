//! Groups: their members, groups in groups, and what a synchronisation removes.

use super::*;

/// The members of a group of Acme, as the API lists them.
async fn members(world: &World, external_id: &str) -> String {
    let query = "query($id: ID!, $search: String) { organisation(id: $id) { groups(first: 1, search: $search) { \
         edges { node { people(first: 50) { edges { node { externalId } } } \
         groups(first: 50) { edges { node { externalId } } } } } } } }";
    let variables = json!({ "id": id_of(ACME), "search": external_id });
    let answer = world.as_(OWNER_OF_ACME).run(query, variables).await;
    let node = answer.at("organisation/groups/edges/0/node");
    let ids = ["people", "groups"].map(|list| {
        let edges = node[list]["edges"].as_array().unwrap_or_else(|| panic!("{external_id}: {}", answer.text));
        edges.iter().map(|edge| edge["node"]["externalId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    });
    let mut all = ids.concat();
    all.sort_unstable();
    all.join(" ")
}

fn groups(sync_id: &str, mode: &str, groups: &[Value]) -> Value {
    with(part(sync_id, mode, &[]), "groups", groups.to_vec())
}

#[test]
fn groups_can_contain_each_other_in_circles_and_groups_of_the_same_part() {
    with_database(async |world| {
        let list = [
            group("team-a", &["p0", "p1"], &["team-b"]),
            group("team-b", &["p2"], &["team-c", "team-b"]),
            group("team-c", &[], &["team-a"]),
        ];
        let input = with(part("1", "PATCH", &people(0..3)), "groups", list.to_vec());
        let done = sync(&world, input.clone()).await;
        assert_eq!(outcomes(&done, "groups"), ["CREATED", "CREATED", "CREATED"]);
        assert_eq!(members(&world, "team-a").await, "p0 p1 team-b");
        assert_eq!(members(&world, "team-b").await, "p2 team-b team-c");
        assert_eq!(members(&world, "team-c").await, "team-a");
        let done = sync(&world, with(input, "syncId", "2")).await;
        assert_eq!(outcomes(&done, "groups"), ["UNCHANGED", "UNCHANGED", "UNCHANGED"]);
        // A group in the circle goes, and the others stay.
        let gone = with(json!({ "externalId": "team-b" }), "isDeleted", true);
        let done = sync(&world, groups("3", "PATCH", &[gone])).await;
        assert_eq!(outcomes(&done, "groups"), ["DELETED"]);
        assert_eq!(
            (members(&world, "team-a").await, members(&world, "team-c").await),
            ("p0 p1".into(), "team-a".into())
        );
    });
}

#[test]
fn a_patch_adds_and_removes_the_members_that_it_names() {
    with_database(async |world| {
        sync(&world, with(part("1", "PATCH", &people(0..4)), "groups", json!([group("team-a", &["p0", "p1"], &[])])))
            .await;
        let leaves = json!({ "personExternalId": "p0", "isRemoved": true });
        let change = json!({ "externalId": "team-a", "members": [
            leaves, { "personExternalId": "p3" }, { "personExternalId": "p3" },
            { "personExternalId": "nobody", "isRemoved": true }, { "groupExternalId": "nothing", "isRemoved": true },
        ] });
        let done = sync(&world, groups("2", "PATCH", std::slice::from_ref(&change))).await;
        assert_eq!(outcomes(&done, "groups"), ["UPDATED"], "{done}");
        assert_eq!(members(&world, "team-a").await, "p1 p3");
        let done = sync(&world, groups("3", "PATCH", &[change])).await;
        assert_eq!(outcomes(&done, "groups"), ["UNCHANGED"]);
        let renamed = json!({ "externalId": "team-a", "name": "team-a renamed" });
        let done = sync(&world, groups("4", "PATCH", &[renamed])).await;
        assert_eq!(outcomes(&done, "groups"), ["UPDATED"]);
        assert_eq!(members(&world, "team-a").await, "p1 p3");
    });
}

#[test]
fn a_full_synchronisation_removes_the_groups_and_members_that_it_does_not_name() {
    with_database(async |world| {
        let list = [group("team-a", &["p0", "p1", "p2"], &["team-b"]), group("team-b", &["p0"], &[])];
        let all = people(0..3);
        sync(&world, with(part("1", "FULL", &all), "groups", list.to_vec())).await;
        // A group comes in two parts, and keeps the members of both.
        let first = with(part("2", "FULL", &all), "groups", json!([group("team-a", &["p0"], &[])]));
        sync(&world, with(first, "isLast", false)).await;
        assert_eq!(members(&world, "team-a").await, "p0 p1 p2 team-b");
        let done = sync(&world, groups("2", "FULL", &[group("team-a", &["p2"], &[])])).await;
        assert_eq!(done["sync"]["deleted"], 1, "{done}");
        assert_eq!(members(&world, "team-a").await, "p0 p2");
        assert_eq!(world.db_count("directory_group WHERE external_id LIKE 'team-%'").await, 1);
    });
}

#[test]
fn many_missing_groups_are_deleted_only_with_their_exact_number() {
    with_database(async |world| {
        let named = |range: std::ops::Range<usize>| range.map(|n| group(&format!("team-{n}"), &[], &[])).collect();
        let many: Vec<Value> = named(0..40);
        sync(&world, with(part("0", "PATCH", &people(0..5)), "groups", many)).await;
        let before = world.db_dump().await;
        let (code, message) = refused(&world, part("1", "FULL", &people(0..5))).await;
        assert_eq!(code, "DIRECTORY_GUARD");
        let number: i32 = message.rsplit(' ').next().unwrap().trim_end_matches('.').parse().unwrap();
        assert!(number >= 40 && message.contains(" groups are missing"), "{message}");
        assert_eq!(before, world.db_dump().await, "nothing of the part was written");
        let done = sync(&world, with(part("1", "FULL", &people(0..5)), "confirmRemovals", number)).await;
        assert_eq!(done["sync"]["deleted"], number, "{done}");
    });
}

#[test]
fn a_group_is_refused_with_unknown_members_and_with_groups_that_are_refused() {
    with_database(async |world| {
        let both = json!({ "personExternalId": "p0", "groupExternalId": "team-a" });
        let list = [
            // The chain ends at a group with somebody unknown.
            group("team-a", &["p0"], &["team-b"]),
            group("team-b", &[], &["team-c"]),
            group("team-c", &["nobody"], &[]),
            group("team-d", &["p0"], &[]),
            group("team-d", &["p1"], &[]),
            json!({ "externalId": "team-e", "members": [] }),
            with(json!({ "externalId": "team-f" }), "isDeleted", true),
            json!({ "externalId": "team-g", "name": "G", "members": [both] }),
            group("team-h", &[], &["team-g"]),
        ];
        let done = sync(&world, with(part("1", "PATCH", &people(0..2)), "groups", list.to_vec())).await;
        let expected = [
            "UNKNOWN",
            "UNKNOWN",
            "UNKNOWN",
            "CREATED",
            "DUPLICATE",
            "INVALID_INPUT",
            "UNKNOWN",
            "INVALID_INPUT",
            "UNKNOWN",
        ];
        assert_eq!(outcomes(&done, "groups"), expected, "{done}");
        let field = json!(["input", "groups", "2", "members", "0", "externalId"]);
        let found = &done["groups"][2]["userErrors"][0]["field"];
        assert!(found == &field || found[4] == "0", "{done}");
        assert_eq!(world.db_count("directory_group WHERE external_id LIKE 'team-%'").await, 1);
    });
}
