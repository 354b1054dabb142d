//! The history of log-ins, and what organisations ask of the log-ins of their members.

mod required;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::people::sign_in::log_attempts;

use crate::world::accounts::*;
use crate::world::*;

const LOG_INS: &str =
    "{ viewer { logIns(first: 20) { totalCount edges { node { at outcome clientAddress userAgent } } } } }";

async fn attempt(world: &World, who: Caller, from: &str, password: &str) -> Answer {
    let input = json!({ "email": who.person().email, "password": password });
    log_in_from(world, Some(from), input).await
}

/// Outcome and address of the person's log-ins, the newest first.
async fn log_ins(world: &World, who: Caller) -> Vec<String> {
    let answer = world.as_(who).run(LOG_INS, json!({})).await;
    let nodes = answer.at("viewer/logIns/edges").as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
    let text = |node: &Value, field: &str| node["node"][field].as_str().unwrap_or("-").to_owned();
    nodes.iter().map(|node| format!("{} {}", text(node, "outcome"), text(node, "clientAddress"))).collect()
}

async fn write_logs(world: &World) {
    log_attempts(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
}

async fn set_policy(world: &World, who: Caller, at: Tenant, policy: &str) -> Answer {
    let query = format!(
        "mutation {{ setSignInPolicy(input: {{organisationId: {:?}, {policy}}}) {{ \
         organisation {{ signInPolicy {{ requiresSecondFactor logsLogIns }} }} userErrors {{ code field }} }} }}",
        id_of(at)
    );
    world.as_(who).run(&query, json!({})).await
}

#[test]
fn a_person_sees_successful_and_failed_log_ins_with_their_networks() {
    with_database(async |world| {
        attempt(&world, SOLE_PERSON, "192.0.2.1", "a wrong password").await.ok();
        access(&attempt(&world, SOLE_PERSON, "2001:db8::7", PASSWORD).await);
        attempt(&world, OWNER_OF_LUND, "198.51.100.1", "a wrong password").await.ok();
        log_in(&world, "nobody@example.org", PASSWORD).await.ok();
        let kept = log_ins(&world, SOLE_PERSON).await;
        assert!(kept.contains(&"LOGGED_IN 2001:db8::7".to_owned()), "{kept:?}");
        assert!(kept.contains(&"WRONG_PASSWORD 192.0.2.1".to_owned()), "{kept:?}");
        assert!(!kept.iter().any(|one| one.contains("198.51.100.1")), "{kept:?}");
        assert_eq!(log_ins(&world, OWNER_OF_LUND).await.last().unwrap(), "WRONG_PASSWORD 198.51.100.1");
        // An API key has no log-ins.
        let key = world.as_(KEY_OF_FJORD).run(LOG_INS, json!({})).await;
        assert_eq!(key.at("viewer/logIns"), &Value::Null);
        let known = attempt(&world, SOLE_PERSON, "192.0.2.9", "a wrong password").await;
        let input = json!({ "email": "nobody@example.org", "password": "a wrong password" });
        let unknown = log_in_from(&world, Some("192.0.2.10"), input).await;
        assert_eq!(known.statements, unknown.statements, "an unknown address costs the same");
        world.wait(TimeDelta::days(91));
        write_logs(&world).await;
        assert_eq!(world.db_count("log_in_attempt").await, 0);
    });
}

#[test]
fn a_right_password_without_a_code_is_kept_once_an_hour() {
    with_database(async |world| {
        let (secret, _) = turn_on(&world, SOLE_PERSON).await;
        world.db_execute("DELETE FROM log_in_attempt", []).await;
        for from in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] {
            assert_eq!(error(&attempt(&world, SOLE_PERSON, from, PASSWORD).await), "CODE_REQUIRED");
        }
        let input = json!({ "email": SOLE_PERSON.person().email, "password": PASSWORD, "code": "000000" });
        assert_eq!(error(&log_in_from(&world, Some("192.0.2.3"), input.clone()).await), "WRONG_CODE");
        let mut right = input;
        right["code"] = json!(code(&world, &secret, 0));
        let here = access(&log_in_from(&world, Some("192.0.2.4"), right).await);
        let answer = world.send_as(Some(&here), LOG_INS, json!({})).await;
        let edges = answer.at("viewer/logIns/edges").as_array().unwrap();
        let outcomes: Vec<&Value> = edges.iter().map(|edge| &edge["node"]["outcome"]).collect();
        assert_eq!(outcomes, ["LOGGED_IN", "WRONG_CODE", "CODE_REQUIRED", "CODE_REQUIRED"]);
    });
}

#[test]
fn log_ins_of_members_stand_in_the_log_of_an_organisation_that_asks_for_it() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).run("{ viewer { name } }", json!({})).await.ok();
        attempt(&world, VIEWER_OF_ACME, "192.0.2.1", PASSWORD).await.ok();
        write_logs(&world).await;
        let logged = "SELECT outcome || ' ' || details FROM audit_event WHERE action = 'logIn' ORDER BY sequence";
        assert_eq!(world.texts(logged).await.len(), 0, "nobody asked for it");
        let set = set_policy(&world, OWNER_OF_ACME, ACME, "logLogIns: true").await;
        let expected = json!({ "requiresSecondFactor": false, "logsLogIns": true });
        assert_eq!(set.at("setSignInPolicy/organisation/signInPolicy"), &expected);

        attempt(&world, VIEWER_OF_ACME, "192.0.2.2", PASSWORD).await.ok();
        attempt(&world, VIEWER_OF_ACME, "192.0.2.3", "a wrong password").await.ok();
        attempt(&world, SOLE_PERSON, "192.0.2.4", PASSWORD).await.ok();
        attempt(&world, EXPIRED_AT_ACME, "192.0.2.5", PASSWORD).await.ok();
        write_logs(&world).await;
        write_logs(&world).await;
        let kept = world.texts(logged).await;
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert!(kept[0].starts_with("DONE ") && kept[0].contains("192.0.2.2"), "{kept:?}");
        assert!(kept[1].starts_with("REFUSED ") && kept[1].contains("WRONG_PASSWORD"), "{kept:?}");
        let query = "query($id: ID!) { organisation(id: $id) { auditVerification { valid } \
             auditEvents(first: 2, filter: {actions: [\"logIn\"]}) { edges { node { actorName action outcome } } } } }";
        let seen = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(seen.at("organisation/auditEvents/edges/0/node/actorName"), VIEWER_OF_ACME.name(), "{}", seen.text);
    });
}

#[test]
fn servers_that_write_logs_at_once_write_each_log_in_once() {
    with_database(async |world| {
        set_policy(&world, OWNER_OF_ACME, ACME, "logLogIns: true").await.ok();
        for _ in 0..3 {
            access(&attempt(&world, VIEWER_OF_ACME, "192.0.2.2", PASSWORD).await);
        }
        futures_util::future::join_all((0..4).map(|_| write_logs(&world))).await;
        let written = "audit_event WHERE action = 'logIn' AND actor_id = (SELECT id FROM \"user\" WHERE email = '{}')";
        let written = written.replace("{}", VIEWER_OF_ACME.person().email);
        assert_eq!(world.db_count(&written).await, 3);
    });
}
