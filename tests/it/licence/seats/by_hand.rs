//! Licences that somebody gives and takes by hand.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::*;

#[test]
fn people_get_licences_until_none_is_left_and_a_released_one_goes_to_the_next() {
    with_database(async |world| {
        db_seats(&world, 2, 0).await;
        let people = hire(&world, 4, "/Sales").await;
        let given = assign(&world, BASIC, &people[..3]).await;
        assert_eq!(given, ["ok", "ok", "LICENCE_EXHAUSTED"]);
        assert_eq!(pool(&world, "Office basic").await, (2, 2));
        assert_eq!(assign(&world, BASIC, &people[..1]).await, ["DUPLICATE"]);
        let query = "query($id: ID!) { node(id: $id) { ... on DirectoryPerson { licences(first: 5) { edges { node {
          id reason { sentence rule } } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": people[0] })).await;
        let licence = answer.ok()["node"]["licences"]["edges"][0]["node"].clone();
        assert_eq!(licence["reason"]["sentence"], "It was assigned by hand.");
        let input = json!({ "organisationId": id_of(ACME), "assignmentIds": [licence["id"], people[0]] });
        let selection = "results { index userErrors { code field message } }";
        let released = world.as_(OWNER_OF_ACME).act("releaseLicences", input.clone(), selection).await;
        assert_eq!(results(&released), ["ok", "UNKNOWN"]);
        assert_eq!(pool(&world, "Office basic").await, (1, 2));
        let again = world.as_(OWNER_OF_ACME).act("releaseLicences", input, selection).await;
        assert_eq!(results(&again), ["STALE_STATE", "UNKNOWN"]);
        assert_eq!(assign(&world, BASIC, &people[3..]).await, ["ok"]);
        assert_eq!(
            holders(&world).await,
            ["Person 001: Office basic ACTIVE MANUAL", "Person 003: Office basic ACTIVE MANUAL"]
        );
    });
}

#[test]
fn assigning_takes_as_many_statements_for_many_as_for_few() {
    with_database(async |world| {
        db_seats(&world, 100, 0).await;
        let people = hire(&world, 82, "").await;
        let mut counts = Vec::new();
        for some in [&people[..2], &people[2..]] {
            let before = world.db().statements();
            assert!(assign(&world, BASIC, some).await.iter().all(|outcome| outcome == "ok"));
            counts.push(world.db().statements() - before);
        }
        assert_eq!(counts[0], counts[1]);
    });
}

#[test]
fn a_person_has_one_licence_of_a_family_and_any_of_others() {
    with_database(async |world| {
        db_seats(&world, 2, 2).await;
        let people = hire(&world, 1, "").await;
        assert_eq!(assign(&world, BASIC, &people).await, ["ok"]);
        assert_eq!(assign(&world, FULL, &people).await, ["DUPLICATE"]);
        assert_eq!(assign(&world, SCAN, &people).await, ["ok"]);
    });
}

#[test]
fn only_active_people_of_the_own_directory_get_licences() {
    with_database(async |world| {
        db_seats(&world, 9, 0).await;
        let mut gone = person(1, "");
        gone["isActive"] = json!(false);
        let mut people = sync(&world, &[person(0, ""), gone.clone()], &[]).await;
        people.push(Type::DirectoryPerson.id(ACME.id).0);
        people.push("nonsense".to_owned());
        people.push(people[0].clone());
        let given = assign(&world, BASIC, &people).await;
        assert_eq!(given, ["ok", "STALE_STATE", "UNKNOWN", "UNKNOWN", "DUPLICATE"]);
        gone["isDeleted"] = json!(true);
        sync(&world, &[gone], &[]).await;
        assert_eq!(assign(&world, BASIC, &people[1..2]).await, ["STALE_STATE"]);
        let owner = world.as_(OWNER_OF_ACME);
        let many = vec![people[0].clone(); 501];
        for (people, code) in [(&many[..], "TOO_MANY"), (&[], "TOO_MANY")] {
            assert_eq!(owner.mistake("assignLicences", assigning(BASIC, people)).await["code"], code);
        }
        let unknown = assigning(ACME.id, &people[..1]);
        assert_eq!(owner.mistake("assignLicences", unknown).await["code"], "UNKNOWN");
    });
}

#[test]
fn missing_licences_are_ordered_in_the_same_step_or_nothing_happens() {
    with_database(async |world| {
        let subscriptions = db_seats(&world, 1, 0).await;
        let people = hire(&world, 3, "").await;
        let mut input = assigning(BASIC, &people);
        input["order"] = json!({ "subscriptionId": subscriptions[0], "quantity": 3 });
        input["dryRun"] = json!(true);
        let before = world.db_dump().await;
        let owner = world.as_(OWNER_OF_ACME);
        assert_eq!(results(&owner.act("assignLicences", input.clone(), RESULTS).await), ["ok", "ok", "ok"]);
        assert_eq!(world.db_dump().await, before);
        input["dryRun"] = json!(false);
        input["idempotencyKey"] = json!("once");
        let first = owner.act("assignLicences", input.clone(), RESULTS).await;
        assert_eq!(results(&first), ["ok", "ok", "ok"]);
        assert_eq!(pool(&world, "Office basic").await, (3, 3));
        assert_eq!(owner.act("assignLicences", input.clone(), RESULTS).await, first);
        input["idempotencyKey"] = Value::Null;
        for (quantity, code) in [(3, "INVALID_INPUT"), (501, "INVALID_INPUT")] {
            input["order"]["quantity"] = json!(quantity);
            assert_eq!(owner.mistake("assignLicences", input.clone()).await["code"], code);
        }
        // Without the right to order, the rest does not happen either.
        world
            .as_(OWNER_OF_ACME)
            .act(
                "releaseLicences",
                json!({
                    "organisationId": id_of(ACME), "assignmentIds": [first["results"][0]["assignment"]["id"]],
                }),
                "",
            )
            .await;
        let technical = world.as_(MANAGER_OF_FJORD);
        input["order"]["quantity"] = json!(4);
        let before = world.db_count("licence_assignment").await;
        let refused = technical.attempt("assignLicences", input, "").await;
        assert!(refused.text.contains("FORBIDDEN") || refused.text.contains("SUBSCRIPTION_ORDER"), "{}", refused.text);
        assert_eq!(world.db_count("licence_assignment").await, before);
    });
}

#[test]
fn of_fifty_requests_for_the_last_ten_seats_ten_succeed() {
    with_database(async |world| {
        db_seats(&world, 10, 0).await;
        let people = hire(&world, 50, "").await;
        let owner = world.as_(OWNER_OF_ACME);
        let calls = people.iter().map(async |id| {
            let one = std::slice::from_ref(id);
            results(&owner.act("assignLicences", assigning(BASIC, one), RESULTS).await)
        });
        let done: Vec<String> = join_all(calls).await.into_iter().flatten().collect();
        assert_eq!(done.iter().filter(|outcome| *outcome == "ok").count(), 10);
        assert_eq!(done.iter().filter(|outcome| *outcome == "LICENCE_EXHAUSTED").count(), 40);
        assert_eq!(pool(&world, "Office basic").await, (10, 10));
    });
}

#[test]
fn partners_give_licences_as_far_as_delegated_and_the_log_names_the_partnership() {
    with_database(async |world| {
        db_seats(&world, 5, 0).await;
        let people = hire(&world, 2, "").await;
        // Fjord has support of Acme, which includes the assignment of licences.
        let partner = world.as_(MANAGER_OF_FJORD);
        let given =
            partner.act("assignLicences", assigning(BASIC, &people[..1]), "results { userErrors { code } }").await;
        assert_eq!(results(&given), ["ok"]);
        let by = world
            .texts("SELECT action FROM audit_event WHERE action = 'assignLicences' AND partnership_id IS NOT NULL")
            .await;
        assert_eq!(by.len(), 1);
        // Rules are not part of support, and strangers see nothing.
        let saved = partner.attempt("saveLicenceRules", saving("office", 0, &[]), "").await;
        assert!(saved.text.contains("FORBIDDEN"), "{}", saved.text);
        let stranger = world.as_(SOLE_PERSON).attempt("assignLicences", assigning(BASIC, &people), "").await;
        assert!(stranger.text.contains("NOT_FOUND"), "{}", stranger.text);
    });
}

#[test]
fn fewer_seats_than_people_at_the_renewal_take_nobodys_without_a_row() {
    with_database(async |world| {
        let subscriptions = db_seats(&world, 2, 0).await;
        let people = hire(&world, 2, "").await;
        assign(&world, BASIC, &people).await;
        let input = json!({ "subscriptionId": subscriptions[0], "quantity": 1 });
        // Within the return window, the lowering counts from tomorrow on.
        world.as_(OWNER_OF_ACME).act("changeQuantity", input, "subscription { id }").await;
        world.wait(TimeDelta::days(1));
        assert_eq!(pool(&world, "Office basic").await, (2, 1));
        assert_eq!(assign(&world, BASIC, &people[..1]).await, ["DUPLICATE"]);
        save(&world, "office", 0, &[rule("All", Some(BASIC), &[])]).await;
        assert_eq!(apply(&world, "office").await, ["Person 001: RECLAIM until 2026-03-23"]);
    });
}

#[test]
fn a_deleted_person_keeps_the_licence_for_a_week_and_is_forgotten_afterwards() {
    with_database(async |world| {
        use tenantry::access::Actor;
        use tenantry::directory::person::forget;
        use tenantry::licence::assignment::settling::{release_deleted, settle_all};

        db_seats(&world, 2, 0).await;
        let people = hire(&world, 2, "").await;
        assign(&world, BASIC, &people).await;
        let mut gone = person(0, "");
        gone["isDeleted"] = json!(true);
        sync(&world, &[gone], &[]).await;
        let request = || world.app.request(Actor::Anonymous);
        assert_eq!(release_deleted(&request()).await.unwrap(), 1);
        assert_eq!(pool(&world, "Office basic").await, (2, 2));
        world.wait(TimeDelta::days(7));
        assert_eq!((release_deleted(&request()).await.unwrap(), settle_all(&request()).await.unwrap()), (0, 1));
        assert_eq!(pool(&world, "Office basic").await, (1, 2));
        world.wait(TimeDelta::days(24));
        assert_eq!(forget(&request()).await.unwrap(), 1);
        let left = "SELECT name FROM directory_person WHERE email LIKE '%@acme.example'";
        assert_eq!(world.texts(left).await, ["Person 001"]);
    });
}
