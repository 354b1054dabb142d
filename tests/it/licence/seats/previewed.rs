//! Rules: what the preview shows is done, and nothing else.

use super::*;

#[test]
fn a_preview_shows_who_gets_what_and_why_and_applying_it_does_just_that() {
    with_database(async |world| {
        db_seats(&world, 2, 1).await;
        let mut people: Vec<Value> = (0..3).map(|number| person(number, "/Sales/North")).collect();
        people.extend([person(3, "/SalesOps"), person(4, "/IT")]);
        sync(&world, &people, &[]).await;
        log_in(&world, [1, 0].into_iter(), 5).await;
        let rules = [rule("IT", Some(FULL), &[in_unit("/IT")]), rule("Sales", Some(BASIC), &[in_unit("/Sales")])];
        save(&world, "office", 0, &rules).await;
        let plan = preview(&world, "office").await;
        let expected = [
            "Person 000: ASSIGN Office basic",
            "Person 001: ASSIGN Office basic",
            "Person 004: ASSIGN Office full",
            "Person 002: UNMET Office basic #1",
        ];
        assert_eq!(rows(&plan), expected);
        assert_eq!(plan["counts"], json!({ "assign": 3, "change": 0, "resume": 0, "reclaim": 0, "unmet": 1 }));
        let reason = &plan["rows"]["edges"][0]["node"]["reason"];
        assert_eq!(reason["sentence"], "The rule Sales matches.");
        assert_eq!(reason["facts"], json!([{ "name": "unit", "value": "/Sales/North" }]));
        assert_eq!((&reason["rule"], &reason["version"]), (&json!("Sales"), &json!(1)));
        assert_eq!(holders(&world).await, Vec::<String>::new(), "a look changes nothing");
        assert_eq!(apply(&world, "office").await, expected);
        let given = [
            "Person 000: Office basic ACTIVE RULE",
            "Person 001: Office basic ACTIVE RULE",
            "Person 004: Office full ACTIVE RULE",
        ];
        assert_eq!(holders(&world).await, given);
        assert_eq!((pool(&world, "Office basic").await, pool(&world, "Office full").await), ((2, 2), (1, 1)));
    });
}

#[test]
fn a_digest_of_yesterday_or_of_other_rules_people_or_licences_is_stale() {
    with_database(async |world| {
        let subscriptions = db_seats(&world, 3, 0).await;
        hire(&world, 2, "").await;
        let all = [rule("All", Some(BASIC), &[])];
        save(&world, "office", 0, &all).await;
        let owner = world.as_(OWNER_OF_ACME);
        let stale =
            async |plan: &Value| owner.mistake("applyLicenceRules", applying("office", plan)).await["code"].clone();

        let plan = preview(&world, "office").await;
        hire(&world, 3, "").await;
        assert_eq!(stale(&plan).await, "STALE_STATE");
        let plan = preview(&world, "office").await;
        save(&world, "office", 1, &all).await;
        assert_eq!(stale(&plan).await, "STALE_STATE");
        let plan = preview(&world, "office").await;
        let input = json!({ "subscriptionId": subscriptions[0], "quantity": 4 });
        owner.act("changeQuantity", input, "subscription { id }").await;
        assert_eq!(stale(&plan).await, "STALE_STATE");
        let plan = preview(&world, "office").await;
        world.wait(chrono::TimeDelta::days(1));
        assert_eq!(stale(&plan).await, "STALE_STATE");
        assert_eq!(holders(&world).await, Vec::<String>::new());
        assert_eq!(apply(&world, "office").await.len(), 3);
        assert_eq!(owner.mistake("saveLicenceRules", saving("office", 1, &all)).await["code"], "STALE_STATE");
    });
}

#[test]
fn many_losses_need_their_very_number_and_free_licences_say_what_they_cost() {
    with_database(async |world| {
        db_seats(&world, 60, 0).await;
        hire(&world, 60, "/Sales").await;
        save(&world, "office", 0, &[rule("Sales", Some(BASIC), &[in_unit("/Sales")])]).await;
        apply(&world, "office").await;
        let moved: Vec<Value> = (0..7).map(|number| person(number, "/Gone")).collect();
        sync(&world, &moved, &[]).await;
        let plan = preview(&world, "office").await;
        assert_eq!(plan["guard"], json!({ "losing": 7, "of": 60, "stops": true }));
        let saving = json!([{ "licences": 7, "units": 7, "interval": "MONTH", "from": "2027-03-15",
                              "amount": { "amountMinor": "70000" }, "feature": { "name": "Office basic" } }]);
        assert_eq!(plan["savings"], saving);
        let owner = world.as_(OWNER_OF_ACME);
        let mut input = applying("office", &plan);
        assert_eq!(owner.mistake("applyLicenceRules", input.clone()).await["code"], "LICENCE_GUARD");
        input["confirmLosses"] = json!(6);
        assert_eq!(owner.mistake("applyLicenceRules", input.clone()).await["code"], "LICENCE_GUARD");
        assert!(holders(&world).await.iter().all(|one| one.contains("ACTIVE")));
        input["confirmLosses"] = json!(7);
        input["idempotencyKey"] = json!("once");
        owner.act("applyLicenceRules", input.clone(), "rules { version }").await;
        owner.act("applyLicenceRules", input, "rules { version }").await;
        assert_eq!(holders(&world).await.iter().filter(|one| one.contains("ENDING")).count(), 7);
        assert_eq!(pool(&world, "Office basic").await, (60, 60), "they count for the days of grace");
        world.wait(chrono::TimeDelta::days(7));
        tenantry::licence::assignment::settling::settle_all(&world.app.request(tenantry::access::Actor::Anonymous))
            .await
            .unwrap();
        assert_eq!(pool(&world, "Office basic").await, (53, 60));
    });
}

#[test]
fn applying_takes_as_many_statements_for_hundreds_as_for_one() {
    with_database(async |world| {
        db_seats(&world, 400, 0).await;
        save(&world, "office", 0, &[rule("All", Some(BASIC), &[])]).await;
        let mut counts = Vec::new();
        for (from, until) in [(0, 2), (2, 302)] {
            let people: Vec<Value> = (from..until).map(|number| person(number, "")).collect();
            sync(&world, &people, &[]).await;
            let plan = preview(&world, "office").await;
            let before = world.db().statements();
            let owner = world.as_(OWNER_OF_ACME);
            owner.act("applyLicenceRules", applying("office", &plan), "rules { version }").await;
            counts.push(world.db().statements() - before);
        }
        assert_eq!(counts[0], counts[1]);
        assert_eq!(pool(&world, "Office basic").await, (302, 400));
    });
}
