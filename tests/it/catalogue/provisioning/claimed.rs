//! Who gets a task, for how long, and what its report does.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::*;

#[test]
fn a_task_is_claimed_and_completed_and_the_service_runs() {
    with_programs(async |world| {
        let service = ordered_server(&world).await;
        let before = seen(&world, OWNER_OF_ACME, &service).await;
        assert_eq!((&before["state"], &before["desiredState"]), (&json!("PENDING"), &json!("ACTIVE")));
        assert_eq!(before["tasks"]["edges"][0]["node"]["state"], "WAITING");

        let task = claim_one(&world, FIRST).await;
        assert_eq!(
            (&task["kind"], &task["state"], &task["attempts"]),
            (&json!("CREATE"), &json!("CLAIMED"), &json!(1))
        );
        assert_eq!(task["service"]["id"], json!(service));
        let hostname = json!([{ "name": "hostname", "value": "web-1" }]);
        let wanted = json!({ "state": "ACTIVE", "name": "web-1", "quantity": 2, "attributes": hostname });
        assert_eq!(task["wanted"], wanted);
        assert_eq!(claim(&world, SECOND).await, Vec::<Value>::new());

        let learned = json!([{ "name": "ipv4", "value": "192.0.2.7" }]);
        let done = complete(&world, FIRST, &task, json!({ "externalId": "vm-17", "attributes": learned })).await;
        assert_eq!((&done["state"], &done["leaseUntil"]), (&json!("DONE"), &json!(null)));
        let after = seen(&world, OWNER_OF_ACME, &service).await;
        assert_eq!((&after["state"], &after["externalId"]), (&json!("ACTIVE"), &json!("vm-17")));
        assert_eq!(after["attributes"][1], learned[0]);
        assert!(after["tasks"]["edges"][0]["node"]["finishedAt"].is_string());
        // A second report of the same is told that it is done.
        let again = mistake(&world, FIRST, "completeServiceTask", report(&task, json!({}))).await;
        assert_eq!(again, "STALE_STATE");
        assert_eq!(claim(&world, FIRST).await, Vec::<Value>::new());
    });
}

#[test]
fn programs_that_claim_at_the_same_time_never_get_the_same_task() {
    with_programs(async |world| {
        for _ in 0..20 {
            ordered_server(&world).await;
        }
        let (first, second) = (Caller::Key(FIRST), Caller::Key(SECOND));
        let claims = (0..16).map(async |number| {
            let client = world.as_(if number % 2 == 0 { first } else { second });
            let payload = client.act("claimServiceTasks", json!({ "first": 2 }), "tasks { id attempts }").await;
            payload["tasks"].as_array().unwrap().clone()
        });
        let claimed: Vec<Value> = join_all(claims).await.concat();
        let ids: BTreeSet<&str> = claimed.iter().map(|task| task["id"].as_str().unwrap()).collect();
        assert_eq!((claimed.len(), ids.len()), (20, 20));
        assert!(claimed.iter().all(|task| task["attempts"] == 1));
    });
}

#[test]
fn a_lease_that_ended_hands_out_the_same_task_and_the_first_holder_is_refused() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let first = claim_one(&world, FIRST).await;
        world.wait(TimeDelta::seconds(299));
        assert_eq!(claim(&world, SECOND).await, Vec::<Value>::new());
        world.wait(TimeDelta::seconds(1));
        // Nobody else has it yet, but its time is over.
        let late = mistake(&world, FIRST, "completeServiceTask", report(&first, json!({}))).await;
        assert_eq!(late, "LEASE_LOST");
        let second = claim_one(&world, SECOND).await;
        assert_eq!((&second["id"], &second["attempts"]), (&first["id"], &json!(2)));
        for (mutation, more) in [
            ("completeServiceTask", json!({})),
            ("failServiceTask", json!({ "error": "no answer" })),
            ("extendServiceTask", json!({})),
        ] {
            assert_eq!(mistake(&world, FIRST, mutation, report(&first, more)).await, "LEASE_LOST", "{mutation}");
        }
        // With the other's number it is still another program.
        let stolen = mistake(&world, FIRST, "completeServiceTask", report(&second, json!({}))).await;
        assert_eq!(stolen, "LEASE_LOST");
        assert_eq!(complete(&world, SECOND, &second, json!({})).await["state"], "DONE");
    });
}

#[test]
fn a_program_that_extends_its_lease_keeps_the_task() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let task = claim_one(&world, FIRST).await;
        for _ in 0..3 {
            world.wait(TimeDelta::seconds(200));
            let input = report(&task, json!({ "leaseSeconds": 300 }));
            world.as_(Caller::Key(FIRST)).act("extendServiceTask", input, "").await;
            assert_eq!(claim(&world, SECOND).await, Vec::<Value>::new());
        }
        assert_eq!(complete(&world, FIRST, &task, json!({})).await["state"], "DONE");
    });
}

#[test]
fn staff_claim_too_and_kinds_narrow_a_claim() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let domain = ordered(&world, service::Kind::Domain, &[("domain", "new.example")], None).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let selection = format!("tasks {{ {TASK} }}");
        let payload = staff.act("claimServiceTasks", json!({ "kinds": ["DOMAIN"] }), &selection).await;
        let tasks = payload["tasks"].as_array().unwrap();
        assert_eq!((tasks.len(), &tasks[0]["service"]["id"]), (1, &json!(domain)));
        assert_eq!(mistake(&world, FIRST, "completeServiceTask", report(&tasks[0], json!({}))).await, "LEASE_LOST");
        staff.act("completeServiceTask", report(&tasks[0], json!({})), "").await;
        assert_eq!(seen(&world, DOMAINS_OF_ACME, &domain).await["state"], "ACTIVE");
    });
}

#[test]
fn tasks_of_suspended_and_closed_organisations_are_done_as_well() {
    with_programs(async |world| {
        let service = ordered_server(&world).await;
        for (state, mutation) in [("SUSPENDED", "failServiceTask"), ("CLOSED", "completeServiceTask")] {
            let sql = "UPDATE organisation SET state = $1 WHERE id = $2";
            world.db_execute(sql, [state.into(), ACME.id.into()]).await;
            world.wait(TimeDelta::hours(1));
            let task = claim_one(&world, FIRST).await;
            assert_eq!(task["service"]["id"], json!(service), "{state}");
            let more = if mutation == "failServiceTask" { json!({ "error": "not yet" }) } else { json!({}) };
            world.as_(Caller::Key(FIRST)).act(mutation, report(&task, more), "").await;
        }
        assert_eq!(seen(&world, Caller::Key(FIRST), &service).await["state"], "ACTIVE");
    });
}
