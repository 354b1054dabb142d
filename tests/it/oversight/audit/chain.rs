//! The chain holds whatever the server does, and reveals changes made directly in the table.

use entity::audit_event;
use futures_util::future::join_all;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use tenantry::oversight::audit::hash_of;

use super::{command, db_count, events, id, switch, verification};
use crate::world::*;

/// Place of the newest event in the log of the hub.
const NEWEST: i64 = 3;

/// A change made directly in the database: its name, the statement, the event where it shows, and how.
fn damages() -> Vec<(&'static str, String, i64, &'static str)> {
    let columns = "organisation_id, at, actor_kind, actor_id, acting_organisation_id, way, partnership_id, action, \
         object_id, outcome, details, details_hash, request_id, previous_hash, hash";
    let put_in = |place: i64| {
        format!(
            "INSERT INTO audit_event (id, sequence, {columns}) \
             SELECT organisation_id, {place}, {columns} FROM audit_event WHERE organisation_id = $1 AND sequence = 2"
        )
    };
    let of_the_second = "WHERE organisation_id = $1 AND sequence = 2";
    vec![
        ("a changed act", format!("UPDATE audit_event SET action = 'nothing' {of_the_second}"), 2, "was changed"),
        ("another actor", format!("UPDATE audit_event SET actor_id = NULL {of_the_second}"), 2, "was changed"),
        ("changed details", format!("UPDATE audit_event SET details = '{{}}' {of_the_second}"), 2, "were changed"),
        ("a changed hash", format!("UPDATE audit_event SET hash = details_hash {of_the_second}"), 2, "was changed"),
        ("one moved", format!("UPDATE audit_event SET sequence = 9 {of_the_second}"), 2, "was removed"),
        ("one removed", format!("DELETE FROM audit_event {of_the_second}"), 2, "was removed"),
        (
            "the first removed",
            "DELETE FROM audit_event WHERE organisation_id = $1 AND sequence = 1".into(),
            1,
            "removed",
        ),
        (
            "the newest removed",
            format!("DELETE FROM audit_event WHERE organisation_id = $1 AND sequence = {NEWEST}"),
            NEWEST,
            "newest events were removed",
        ),
        ("all removed", "DELETE FROM audit_event WHERE organisation_id = $1".into(), 1, "newest events were removed"),
        ("the end removed", "DELETE FROM audit_chain WHERE organisation_id = $1".into(), NEWEST + 1, "end of the log"),
        ("one put in before all", put_in(0), 0, "was inserted"),
        ("one put in behind all", put_in(NEWEST + 1), NEWEST + 1, "was inserted"),
    ]
}

#[test]
fn tampering_with_a_log_is_found_by_query_and_command() {
    with_database(async |world| {
        let holds = json!({ "valid": true, "events": NEWEST, "brokenAt": null, "reason": null });
        for (what, statement, place, reason) in damages() {
            assert_eq!(verification(&world, HUB.owner, HUB.id()).await, holds, "before {what}");
            world.db_execute(&statement, [HUB.id().into()]).await;
            let found = verification(&world, HUB.owner, HUB.id()).await;
            assert_eq!((&found["valid"], &found["brokenAt"]), (&json!(false), &json!(place)), "{what}: {found}");
            assert!(found["reason"].as_str().unwrap().contains(reason), "{what}: {found}");
            let (succeeded, said) = command(&world, &["verify"]);
            assert!(!succeeded, "{what}: {said}");
            let line = format!("{}: event {place}: ", id(HUB.id()));
            assert!(said.contains(&line) && said.contains("Broken logs: 1 of 2"), "{what}: {said}");
            world.db_reset().await;
        }
    });
}

#[test]
fn a_rewritten_newest_event_is_found() {
    with_database(async |world| {
        let sql = "SELECT * FROM audit_event WHERE organisation_id = $1 ORDER BY sequence DESC LIMIT 1";
        let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
        let mut event = audit_event::Model::from_query_result(&rows[0], "").unwrap();
        event.action = "nothing".to_owned();
        let sql = "UPDATE audit_event SET action = $1, hash = $2 WHERE id = $3";
        let values = [event.action.as_str().into(), hash_of(&event).into(), event.id.into()];
        world.db_execute(sql, values).await;
        let found = verification(&world, HUB.owner, HUB.id()).await;
        assert_eq!((&found["valid"], &found["brokenAt"]), (&json!(false), &json!(NEWEST)), "{found}");
    });
}

#[test]
fn a_log_verifies_after_details_are_forgotten() {
    with_database(async |world| {
        world.db_execute("UPDATE audit_event SET details = NULL WHERE organisation_id = $1", [HUB.id().into()]).await;
        let holds = json!({ "valid": true, "events": NEWEST, "brokenAt": null, "reason": null });
        assert_eq!(verification(&world, HUB.owner, HUB.id()).await, holds);
        let event = events(&world, HUB.owner, HUB.id(), Value::Null).await.remove(0);
        assert_eq!((&event["actorName"], &event["after"]), (&Value::Null, &Value::Null));
        assert!(!event["actorId"].is_null());
        let (succeeded, said) = command(&world, &["verify"]);
        assert!(
            succeeded && said.contains("All logs are intact. Logs: 2. Events: 6, of which forgotten: 3."),
            "{said}"
        );
    });
}

#[test]
fn concurrent_acts_form_one_chain_without_a_gap() {
    with_database(async |world| {
        let callers = [OWNER_OF_ACME, ADMIN_OF_ACME, MEMBER_OF_ACME, SUPPORT_OF_FJORD];
        for caller in callers {
            world.as_(caller).run("{ viewer { name } }", json!({})).await.ok();
        }
        let acts = (0..6).flat_map(|_| callers).map(|caller| switch(&world, caller, ACME.id));
        for answer in join_all(acts).await {
            answer.ok();
        }
        let holds = json!({ "valid": true, "events": 24, "brokenAt": null, "reason": null });
        assert_eq!(verification(&world, OWNER_OF_ACME, ACME.id).await, holds);
        let found = events(&world, OWNER_OF_ACME, ACME.id, Value::Null).await;
        let places: Vec<i64> = found.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
        assert_eq!(places, (1..=24).rev().collect::<Vec<_>>());
        assert_eq!(verification(&world, HUB.owner, HUB.id()).await["events"], NEWEST);
    });
}

#[test]
fn the_command_verifies_one_log_and_says_what_is_wrong_with_its_arguments() {
    with_database(async |world| {
        world.db_execute("DELETE FROM audit_event WHERE organisation_id = $1", [BOREAL.id().into()]).await;
        let before = db_count(&world).await;
        let (succeeded, said) = command(&world, &["verify", "--organisation", &id(HUB.id())]);
        assert!(succeeded && said.contains("Logs: 1. Events: 3, of which forgotten: 0."), "{said}");
        for (organisation, expected) in [
            (id(BOREAL.id()), "Broken logs: 1 of 1"),
            (id(key(HUB.tree, 999_999_999)), "There is no such organisation."),
            ("acme".to_owned(), "This is not an id."),
            (id(HUB.id()).replace("organisation", "user"), "give the id of an organisation"),
        ] {
            let (succeeded, said) = command(&world, &["verify", "--organisation", &organisation]);
            assert!(!succeeded && said.contains(expected), "{organisation}: {said}");
        }
        let (succeeded, said) = command(&world, &["verify", "--help"]);
        assert!(succeeded && said.contains("Examples:") && said.contains("The exit code is 0"), "{said}");
        assert_eq!(before, db_count(&world).await);
    });
}
