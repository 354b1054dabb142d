//! People: what a list from a source changes, row by row, and how people are found.

use chrono::TimeDelta;
use tenantry::base::id::Type;
use tenantry::directory::person::forget;

use super::*;

#[test]
fn a_patch_creates_changes_and_deletes_the_people_that_it_names() {
    with_database(async |world| {
        let done = sync(&world, part("1", "PATCH", &people(0..3))).await;
        assert_eq!(counts(&done), [3, 0, 0, 0, 0]);
        assert_eq!(done["sync"]["state"], "DONE");
        let list = [
            person("p0", "p0@acme.example"),
            with(person("p1", "new@acme.example"), "unitPath", " Sales / North/"),
            with(person("p2", "p2@acme.example"), "isDeleted", true),
            with(person("gone", "gone@acme.example"), "isDeleted", true),
        ];
        let done = sync(&world, part("2", "PATCH", &list)).await;
        assert_eq!(outcomes(&done, "people"), ["UNCHANGED", "UPDATED", "DELETED", "UNKNOWN"]);
        assert_eq!(counts(&done), [0, 1, 1, 1, 1]);
        assert_eq!(listed(&world, json!({})).await, ["p0 p0@acme.example", "p1 new@acme.example"]);
        assert_eq!(listed(&world, json!({ "state": "DELETED" })).await, ["p2 p2@acme.example"]);
        assert_eq!(listed(&world, json!({ "unitPath": "/Sales/North" })).await.len(), 1);
        let query = "query($id: ID!) { organisation(id: $id) { directory { version logInsUntil } \
             directorySyncs(first: 5) { edges { node { syncId mode state created failed } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.at("organisation/directory"), &json!({ "version": 2, "logInsUntil": null }));
        let syncs = answer.at("organisation/directorySyncs/edges").as_array().unwrap();
        assert_eq!((syncs.len(), &syncs[0]["node"]["syncId"]), (2, &json!("2")), "{}", answer.text);
    });
}

#[test]
fn a_person_keeps_the_id_with_another_address_and_with_another_external_id() {
    with_database(async |world| {
        let done = sync(&world, part("1", "PATCH", &people(0..1))).await;
        let id = done["people"][0]["objectId"].clone();
        let done = sync(&world, part("2", "PATCH", &[person("p0", "Married@Acme.example")])).await;
        assert_eq!((outcomes(&done, "people"), &done["people"][0]["objectId"]), (vec!["UPDATED".into()], &id));
        // The source was replaced by another, which has other ids.
        let done = sync(&world, part("3", "PATCH", &[person("x0", "married@acme.example")])).await;
        assert_eq!((outcomes(&done, "people"), &done["people"][0]["objectId"]), (vec!["UPDATED".into()], &id));
        assert_eq!(db_person(&world, "p0").await, None);
        // What is only written in another way is the same id.
        let done = sync(&world, part("4", "PATCH", &[person(" e\u{301} ", "e@acme.example")])).await;
        assert_eq!(outcomes(&done, "people"), ["CREATED"]);
        let done = sync(&world, part("5", "PATCH", &[person("\u{e9}", "e@acme.example")])).await;
        assert_eq!(outcomes(&done, "people"), ["UNCHANGED"]);
        let list = [with(person("e\u{301}", "e@acme.example"), "name", " ")];
        let done = sync(&world, part("6", "FULL", &list)).await;
        assert_eq!(counts(&done), [0, 0, 0, 1, 1], "{done}");
        assert_eq!(db_states(&world).await, ["ACTIVE 1", "DELETED 1"]);
    });
}

#[test]
fn people_swap_addresses_and_take_those_of_who_leaves_in_any_order() {
    with_database(async |world| {
        sync(&world, part("1", "PATCH", &people(0..4))).await;
        let swapped = [person("p0", "p1@acme.example"), person("p1", "p0@acme.example")];
        let done = sync(&world, part("2", "PATCH", &swapped)).await;
        assert_eq!(outcomes(&done, "people"), ["UPDATED", "UPDATED"]);
        // The new holder comes before the one who leaves.
        let gone = with(person("p2", "p2@acme.example"), "isDeleted", true);
        let done = sync(&world, part("3", "PATCH", &[person("n", "p2@acme.example"), gone])).await;
        assert_eq!(outcomes(&done, "people"), ["CREATED", "DELETED"]);
        // An address alone deletes nobody.
        let other = with(person("unknown", "p3@acme.example"), "isDeleted", true);
        let done = sync(&world, part("4", "PATCH", &[other, person("m", "p3@acme.example")])).await;
        assert_eq!(outcomes(&done, "people"), ["UNKNOWN", "UPDATED"]);
        let all = ["m p3@acme.example", "n p2@acme.example", "p0 p1@acme.example", "p1 p0@acme.example"];
        assert_eq!(listed(&world, json!({})).await, all);
    });
}

#[test]
fn doubled_rows_are_refused_one_by_one_while_the_others_go_in() {
    with_database(async |world| {
        sync(&world, part("1", "PATCH", &people(0..1))).await;
        let list = [
            person("a", "a@acme.example"),
            person(" a ", "b@acme.example"),
            person("c", "A@ACME.example"),
            person("d", "nonsense"),
            with(person("e", "e@acme.example"), "name", " "),
            person("f", "p0@acme.example"),
            person("p0", "p0@acme.example"),
            person("g", "g@acme.example"),
            with(person(&"x".repeat(101), "h@acme.example"), "unitPath", "/a"),
            with(person("i", "i@acme.example"), "unitPath", "/a".repeat(21)),
        ];
        let done = sync(&world, part("2", "PATCH", &list)).await;
        let expected = [
            "CREATED",
            "DUPLICATE",
            "DUPLICATE",
            "INVALID_INPUT",
            "INVALID_INPUT",
            "DUPLICATE",
            "UNCHANGED",
            "CREATED",
            "INVALID_INPUT",
            "INVALID_INPUT",
        ];
        assert_eq!(outcomes(&done, "people"), expected, "{done}");
        assert_eq!(counts(&done), [2, 0, 1, 0, 7]);
        assert_eq!(done["people"][4]["userErrors"][0]["field"], json!(["input", "people", "4", "name"]), "{done}");
        assert_eq!(done["people"][1]["objectId"], Value::Null);
    });
}

#[test]
fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    with_database(async |world| {
        sync(&world, part("1", "PATCH", &people(0..3))).await;
        let before = world.db_dump().await;
        let mut list = people(1..2);
        list.push(person("new", "new@acme.example"));
        list.push(person("other", "new@acme.example"));
        let input = with(part("2", "FULL", &list), "dryRun", true);
        let input = with(input, "groups", json!([group("g", &["new"], &[])]));
        let done = sync(&world, input.clone()).await;
        assert_eq!(outcomes(&done, "people"), ["UNCHANGED", "CREATED", "DUPLICATE"]);
        assert_eq!(outcomes(&done, "groups"), ["CREATED"]);
        assert_eq!((&done["sync"], &done["people"][1]["objectId"]), (&Value::Null, &Value::Null));
        assert_eq!(before, world.db_dump().await);
        // A dry run is refused like the real one.
        sync(&world, part("3", "PATCH", &people(3..20))).await;
        let before = world.db_dump().await;
        assert_eq!(refused(&world, input).await.0, "DIRECTORY_GUARD");
        assert_eq!(before, world.db_dump().await);
    });
}

#[test]
fn who_comes_back_is_the_same_person_until_forgotten() {
    with_database(async |world| {
        let done = sync(&world, part("1", "PATCH", &people(0..2))).await;
        let id = done["people"][0]["objectId"].clone();
        let at = json!([{ "externalId": "p0", "at": "2026-03-01T10:00:00Z" }]);
        let input = json!({ "organisationId": id_of(ACME), "logIns": at });
        world.as_(OWNER_OF_ACME).act("recordLogIns", input, "results { personId }").await;
        let group_input = with(part("g", "PATCH", &[]), "groups", json!([group("g", &["p0", "p1"], &[])]));
        sync(&world, group_input).await;
        let gone = with(person("p0", "p0@acme.example"), "isDeleted", true);
        sync(&world, part("2", "PATCH", std::slice::from_ref(&gone))).await;
        world.wait(TimeDelta::days(29));
        assert_eq!(forget(&world.request(OWNER_OF_OPERATOR)).await.unwrap(), 0);
        let done = sync(&world, part("3", "PATCH", &people(0..1))).await;
        assert_eq!((outcomes(&done, "people"), &done["people"][0]["objectId"]), (vec!["UPDATED".into()], &id));
        let query = "query($id: ID!) { node(id: $id) { ... on DirectoryPerson { state lastLogInAt \
             groups(first: 5) { edges { node { externalId } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id })).await;
        assert_eq!(answer.at("node/state"), "ACTIVE");
        assert_eq!(answer.at("node/groups/edges/0/node/externalId"), "g", "{}", answer.text);
        assert!(answer.at("node/lastLogInAt").is_string(), "{}", answer.text);
        // Deleted again, and forgotten after 30 days with the places in groups.
        sync(&world, part("4", "PATCH", &[gone])).await;
        world.wait(TimeDelta::days(30) + TimeDelta::seconds(1));
        assert_eq!(forget(&world.request(OWNER_OF_OPERATOR)).await.unwrap(), 1);
        assert_eq!(db_person(&world, "p0").await, None);
        assert_eq!(
            world
                .db_count(
                    "directory_group_member m JOIN directory_group g ON g.id = m.group_id AND g.external_id = 'g'"
                )
                .await,
            1
        );
        world.as_(OWNER_OF_ACME).run(query, json!({ "id": id })).await.refused("NOT_FOUND");
        let done = sync(&world, part("5", "PATCH", &people(0..1))).await;
        assert_eq!(outcomes(&done, "people"), ["CREATED"]);
        assert_ne!(done["people"][0]["objectId"], id);
    });
}

#[test]
fn people_are_filtered_by_unit_group_and_text() {
    with_database(async |world| {
        let of_unit = |id: &str, path: &str| with(person(id, &format!("{id}@acme.example")), "unitPath", path);
        let list = [
            of_unit("a", "/Sales"),
            of_unit("b", "/Sales/North"),
            of_unit("c", "/SalesOps"),
            of_unit("d", "/Sales-East"),
            of_unit("e", ""),
            with(of_unit("f", "/Sales"), "isActive", false),
            with(person("g", "ignored"), "email", Value::Null),
        ];
        let input = with(part("1", "PATCH", &list), "groups", json!([group("team", &["a", "c"], &[])]));
        let done = sync(&world, input).await;
        let team = done["groups"][0]["objectId"].clone();
        let ids = async |filter: Value| {
            let found = listed(&world, filter).await;
            found.iter().map(|one| one.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(ids(json!({})).await, "a b c d e f g");
        assert_eq!(ids(json!({ "unitPath": "/Sales" })).await, "a b f");
        assert_eq!(ids(json!({ "unitPath": " Sales/ " })).await, "a b f");
        assert_eq!(ids(json!({ "unitPath": "/Sales/North/West" })).await, "");
        assert_eq!(ids(json!({ "unitPath": "/" })).await, "a b c d e f g");
        assert_eq!(ids(json!({ "unitPath": "/Sales", "state": "SUSPENDED" })).await, "f");
        assert_eq!(ids(json!({ "groupId": team })).await, "a c");
        assert_eq!(ids(json!({ "groupId": team, "unitPath": "/SalesOps" })).await, "c");
        assert_eq!(ids(json!({ "search": "B@ACME" })).await, "b");
        assert_eq!(ids(json!({ "search": "%" })).await, "");
        // A group of another organisation has nobody of this one.
        let (_, fixtures) = HUB.rows();
        assert_eq!(ids(json!({ "groupId": fixtures.id("DirectoryGroup", "", "") })).await, "");
        let query = "query($id: ID!) { organisation(id: $id) { people(first: 2, orderBy: {direction: DESC}) { \
             totalCount edges { node { externalId } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.at("organisation/people/edges/0/node/externalId"), "g", "{}", answer.text);
        assert_eq!(answer.at("organisation/people/edges/1/node/externalId"), "f");
        let wrong = "query($id: ID!, $path: String!) { organisation(id: $id) { people(filter: {unitPath: $path}) { totalCount } } }";
        let variables = json!({ "id": id_of(ACME), "path": "/a".repeat(21) });
        world.as_(OWNER_OF_ACME).run(wrong, variables).await.refused("INVALID_INPUT");
        let wrong = json!({ "id": id_of(ACME), "filter": { "groupId": Type::Organisation.id(ACME.id).0 } });
        let query = "query($id: ID!, $filter: DirectoryPersonFilter) { organisation(id: $id) { people(filter: $filter) { totalCount } } }";
        world.as_(OWNER_OF_ACME).run(query, wrong).await.refused("INVALID_INPUT");
    });
}

#[test]
fn a_part_takes_as_many_statements_for_five_people_as_for_five_hundred() {
    with_database(async |world| {
        let send = async |id: &str, people: &[Value], groups: usize| {
            let ids: Vec<String> = people.iter().map(|one| one["externalId"].as_str().unwrap().to_owned()).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let groups: Vec<Value> =
                (0..groups).map(|number| group(&format!("g{number}"), &ids[..5], &["g0"])).collect();
            let input = with(part(id, "FULL", people), "groups", json!(groups));
            let input = with(input, "confirmRemovals", 495);
            let answer = world.as_(OWNER_OF_ACME).attempt("syncDirectory", input, "sync { failed }").await;
            assert_eq!(answer.ok()["syncDirectory"]["sync"]["failed"], 0, "{}", answer.text);
            answer.statements
        };
        let (few, many) = (people(0..5), people(0..500));
        // Once more, so that the caller is known.
        send("0", &few, 2).await;
        let first = send("1", &few, 2).await;
        let created = send("2", &many, 500).await;
        let unchanged = send("3", &many, 500).await;
        let changed: Vec<Value> = many.iter().map(|one| with(one.clone(), "name", "Other")).collect();
        let changed = send("4", &changed, 500).await;
        // Long lists are inserted with two statements instead of one.
        assert!(first <= 40, "{first}");
        for many in [created, unchanged, changed] {
            assert!(many <= first + 6, "{first} for five, {created}, {unchanged} and {changed} for five hundred");
        }
    });
}
