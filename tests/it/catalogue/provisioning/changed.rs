//! What customers and partners want of services that exist, also while a program works on them.

use entity::service::DesiredState;
use tenantry::catalogue::service::store;
use tenantry::catalogue::task::rules::Bought;

use super::*;

fn hostname(service: &str, value: &str) -> Value {
    json!({ "serviceId": service, "attributes": [{ "name": "hostname", "value": value }] })
}

/// Sends a wish of the product for a service of Acme.
async fn wish(world: &World, service: &str, desired: DesiredState) -> usize {
    let (id, request) = (key_of(service), world.request(OWNER_OF_ACME));
    let wished = request.transaction(async |work| {
        let row = store::find_in(work.tx, id).await?.unwrap();
        match desired {
            DesiredState::Active => provisioning::resume(work, vec![row]).await,
            DesiredState::Suspended => provisioning::suspend(work, vec![row]).await,
            DesiredState::Ended => provisioning::end(work, vec![row]).await,
        }
    });
    wished.await.unwrap().len()
}

#[test]
fn a_change_while_a_program_works_makes_its_report_stale() {
    with_programs(async |world| {
        let service = running(&world, "acme-server").await;
        let owner = world.as_(OWNER_OF_ACME);
        owner.act("updateService", hostname(&service, "web-1"), "service { name }").await;
        let old = claim_one(&world, FIRST).await;
        assert_eq!((&old["kind"], &old["generation"]), (&json!("CHANGE"), &json!(2)));
        owner.act("updateService", hostname(&service, "web-2"), "service { name }").await;
        for (mutation, more) in [("completeServiceTask", json!({})), ("failServiceTask", json!({ "error": "x" }))] {
            assert_eq!(mistake(&world, FIRST, mutation, report(&old, more)).await, "STALE_STATE");
        }
        let new = claim_one(&world, SECOND).await;
        assert_eq!((&new["id"], &new["generation"], &new["attempts"]), (&old["id"], &json!(3), &json!(1)));
        assert_eq!(new["wanted"]["attributes"], json!([{ "name": "hostname", "value": "web-2" }]));
        // The old generation stays stale, although its attempt has the same number.
        assert_eq!(mistake(&world, FIRST, "completeServiceTask", report(&old, json!({}))).await, "STALE_STATE");
        complete(&world, SECOND, &new, json!({})).await;
        assert_eq!(seen(&world, OWNER_OF_ACME, &service).await["name"], "web-2");
        // One task did both.
        assert_eq!(seen(&world, OWNER_OF_ACME, &service).await["tasks"]["edges"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn services_are_suspended_resumed_and_ended_by_one_generation_each() {
    with_programs(async |world| {
        let service = running(&world, "acme-server").await;
        for (desired, kind, state) in [
            (DesiredState::Suspended, "SUSPEND", "SUSPENDED"),
            (DesiredState::Active, "RESUME", "ACTIVE"),
            (DesiredState::Ended, "END", "ENDED"),
        ] {
            assert_eq!(wish(&world, &service, desired).await, 1);
            // A second time, nothing is left to wish.
            assert_eq!(wish(&world, &service, desired).await, 0);
            let task = claim_one(&world, FIRST).await;
            assert_eq!((&task["kind"], &task["wanted"]["state"]), (&json!(kind), &json!(state)));
            complete(&world, FIRST, &task, json!({})).await;
            assert_eq!(seen(&world, OWNER_OF_ACME, &service).await["state"], state);
        }
        assert_eq!(seen(&world, OWNER_OF_ACME, &service).await["generation"], 4);
        assert_eq!(wish(&world, &service, DesiredState::Active).await, 0);
        let owner = world.as_(OWNER_OF_ACME);
        assert_eq!(owner.mistake("updateService", hostname(&service, "web-9")).await["code"], "STALE_STATE");
    });
}

#[test]
fn many_services_are_created_and_ended_in_a_constant_number_of_statements() {
    with_database(async |world| {
        let world = world.with_one_connection().await;
        let mut counted = Vec::new();
        for count in [1, 40] {
            let label = check(service::Kind::Other, &[("label".to_owned(), "Backup".to_owned())]).unwrap();
            let new = NewService {
                organisation: ACME.id,
                subscription_id: None,
                kind: service::Kind::Other,
                attributes: label,
                bought: Bought::units(1),
            };
            let new = vec![new; count];
            let before = world.db().statements();
            let request = world.request(OWNER_OF_ACME);
            let rows = request.transaction(async |work| provisioning::create_all(work, &new).await).await.unwrap();
            let ended = request.transaction(async |work| provisioning::end(work, rows).await).await.unwrap();
            assert_eq!(ended.len(), count);
            counted.push(world.db().statements() - before);
        }
        assert_eq!(counted[0], counted[1]);
    });
}

#[test]
fn an_action_is_requested_once_and_survives_a_change() {
    with_programs(async |world| {
        let service = running(&world, "acme-server").await;
        let owner = world.as_(TECHNICAL_OF_ACME);
        let restart = json!({ "serviceId": service, "action": "RESTART" });
        owner.act("requestServiceAction", restart.clone(), "service { state }").await;
        assert_eq!(owner.mistake("requestServiceAction", restart.clone()).await["code"], "DUPLICATE");
        let other = json!({ "serviceId": service, "action": "RESET_PASSWORD" });
        assert_eq!(owner.mistake("requestServiceAction", other).await["code"], "IN_USE");
        owner.act("updateService", hostname(&service, "web-2"), "").await;
        let task = claim_one(&world, FIRST).await;
        assert_eq!((&task["kind"], &task["action"]), (&json!("CHANGE"), &json!("RESTART")));
        complete(&world, FIRST, &task, json!({})).await;
        owner.act("requestServiceAction", restart, "").await;
        let task = claim_one(&world, FIRST).await;
        assert_eq!(
            (&task["kind"], &task["action"], &task["generation"]),
            (&json!("ACTION"), &json!("RESTART"), &json!(4))
        );
    });
}

#[test]
fn a_partner_with_delegated_service_manage_acts_and_the_log_names_the_partnership() {
    with_programs(async |world| {
        let service = running(&world, "acme-server").await;
        let restart = json!({ "serviceId": service, "action": "RESTART" });
        world.as_(SUPPORT_OF_FJORD).act("requestServiceAction", restart, "service { state }").await;
        let query = "query($id: ID!) { organisation(id: $id) { auditEvents(filter: {actions: [\"requestServiceAction\"]}) \
                     { edges { node { action way partnership { reseller { name } } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let event = &answer.ok()["organisation"]["auditEvents"]["edges"][0]["node"];
        assert_eq!(event["way"], "PARTNERSHIP", "{}", answer.text);
        assert_eq!(event["partnership"]["reseller"]["name"], "Fjord");
        let task = claim_one(&world, FIRST).await;
        assert_eq!(task["action"], "RESTART");
        // What the program does there is done by the operator.
        complete(&world, FIRST, &task, json!({})).await;
        let query = query.replace("requestServiceAction", "completeServiceTask");
        let answer = world.as_(OWNER_OF_ACME).run(&query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.ok()["organisation"]["auditEvents"]["edges"][0]["node"]["way"], "OPERATOR");
    });
}
