//! What becomes of tasks that fail.

use chrono::TimeDelta;

use super::*;

#[test]
fn failures_are_tried_again_later_and_then_wait_for_staff_with_the_problem_shown() {
    with_programs(async |world| {
        let service = ordered_server(&world).await;
        let mut wait = 1;
        for attempt in 1..10 {
            let task = claim_one(&world, FIRST).await;
            assert_eq!(task["attempts"], attempt);
            let failed = fail(&world, FIRST, &task, json!({ "error": "no answer\u{0}" })).await;
            assert_eq!((&failed["state"], &failed["error"]), (&json!("WAITING"), &json!("no answer")));
            assert_eq!(seen(&world, OWNER_OF_ACME, &service).await["problem"], json!(null));
            world.wait(TimeDelta::minutes(wait) - TimeDelta::seconds(1));
            assert_eq!(claim(&world, SECOND).await, Vec::<Value>::new(), "after {wait} minutes");
            world.wait(TimeDelta::seconds(1));
            wait *= 2;
        }
        let task = claim_one(&world, FIRST).await;
        assert_eq!(fail(&world, FIRST, &task, json!({ "error": "no answer" })).await["state"], "FAILED");
        world.wait(TimeDelta::days(30));
        assert_eq!(claim(&world, FIRST).await, Vec::<Value>::new());
        let problem = seen(&world, OWNER_OF_ACME, &service).await["problem"].clone();
        assert_eq!(problem, "The service could not be set up yet. Our staff are looking into it.");
        let shown = seen(&world, OWNER_OF_ACME, &service).await;
        assert_eq!(
            (&shown["state"], &shown["tasks"]["edges"][0]["node"]["state"]),
            (&json!("PENDING"), &json!("FAILED"))
        );

        // Staff try again, and it works.
        world.as_(OWNER_OF_OPERATOR).act("retryServiceTask", json!({ "taskId": task["id"] }), "").await;
        let again = claim_one(&world, SECOND).await;
        assert_eq!((&again["id"], &again["attempts"]), (&task["id"], &json!(11)));
        complete(&world, SECOND, &again, json!({})).await;
        let shown = seen(&world, OWNER_OF_ACME, &service).await;
        assert_eq!((&shown["state"], &shown["problem"]), (&json!("ACTIVE"), &json!(null)));
    });
}

#[test]
fn a_final_failure_waits_for_staff_at_once_and_a_new_wish_opens_it_again() {
    with_programs(async |world| {
        let service = ordered(&world, service::Kind::Domain, &[("domain", "taken.example")], None).await;
        let task = claim_one(&world, FIRST).await;
        let more =
            json!({ "error": "EPP 2302", "isFinal": true, "problem": "This domain is taken. Choose another one." });
        assert_eq!(fail(&world, FIRST, &task, more).await["state"], "FAILED");
        let shown = seen(&world, DOMAINS_OF_ACME, &service).await;
        assert_eq!(shown["problem"], "This domain is taken. Choose another one.");
        let input = json!({ "serviceId": service, "attributes": [{ "name": "domain", "value": "Free.example" }] });
        world.as_(DOMAINS_OF_ACME).act("updateService", input, "").await;
        let shown = seen(&world, DOMAINS_OF_ACME, &service).await;
        assert_eq!((&shown["problem"], &shown["name"]), (&json!(null), &json!("free.example")));
        // It does not exist yet, so it is still to be created, under the same id.
        let again = claim_one(&world, FIRST).await;
        assert_eq!((&again["id"], &again["kind"], &again["generation"]), (&task["id"], &json!("CREATE"), &json!(2)));
        assert_eq!(again["wanted"]["attributes"][0]["value"], "free.example");
        assert_eq!(again["attempts"], 1);
    });
}

#[test]
fn only_tasks_that_wait_are_tried_again() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let task = claim_one(&world, FIRST).await;
        let input = json!({ "taskId": task["id"] });
        assert_eq!(staff.mistake("retryServiceTask", input.clone()).await["code"], "STALE_STATE");
        fail(&world, FIRST, &task, json!({ "error": "no answer" })).await;
        // It need not wait for a minute.
        staff.act("retryServiceTask", input.clone(), "").await;
        assert_eq!(staff.mistake("retryServiceTask", input.clone()).await["code"], "STALE_STATE");
        let task = claim_one(&world, FIRST).await;
        complete(&world, FIRST, &task, json!({})).await;
        assert_eq!(staff.mistake("retryServiceTask", input).await["code"], "STALE_STATE");
    });
}
