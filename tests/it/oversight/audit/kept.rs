//! Retention of a log, forgetting personal details, and exports.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::id::Type;
use tenantry::base::random::Random;
use tenantry::oversight::audit::{Event, prune, record_by_system, store};

use super::{command, id, switch, verification};
use crate::world::*;

const RETENTION: &str = "mutation($input: SetAuditRetentionInput!) { setAuditRetention(input: $input) { \
     organisation { auditRetentionDays } userErrors { code field } } }";

async fn set(world: &World, caller: Caller, days: Value) -> Answer {
    let input = json!({ "organisationId": id(ACME.id), "days": days });
    world.as_(caller).run(RETENTION, json!({ "input": input })).await
}

/// Places of the events that are there.
async fn places(world: &World) -> Vec<i64> {
    let sql = "SELECT sequence FROM audit_event WHERE organisation_id = $1 ORDER BY 1";
    let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[test]
fn events_past_retention_are_removed_and_the_rest_verifies() {
    with_database(async |world| {
        for _ in 0..3 {
            switch(&world, OWNER_OF_ACME, ACME.id).await.ok();
        }
        world.app.clock.advance(TimeDelta::days(60));
        let later = world.app.clock.now();
        // A session lasts for thirty days.
        let answer = world.as_(ADMIN_OF_ACME).run("{ viewer { name } }", json!({})).await;
        assert_eq!(answer.ok()["viewer"]["name"], ADMIN_OF_ACME.name());
        for (days, code) in
            [(json!(89), "INVALID_INPUT"), (json!(0), "INVALID_INPUT"), (json!(36_501), "INVALID_INPUT")]
        {
            let answer = set(&world, ADMIN_OF_ACME, days).await;
            assert_eq!(answer.ok()["setAuditRetention"]["userErrors"][0]["code"], code);
        }
        set(&world, NOBODY, json!(90)).await.refused("UNAUTHENTICATED");
        set(&world, VIEWER_OF_ACME, json!(90)).await.refused("FORBIDDEN");
        let answer = set(&world, ADMIN_OF_ACME, json!(90)).await;
        assert_eq!(answer.ok()["setAuditRetention"]["organisation"]["auditRetentionDays"], 90);

        // The refusal stands in the log as well.
        assert_eq!(prune(world.db(), later).await.unwrap(), 0);
        assert_eq!(places(&world).await, [1, 2, 3, 4, 5]);
        assert_eq!(prune(world.db(), later + TimeDelta::days(31)).await.unwrap(), 3);
        assert_eq!(places(&world).await, [4, 5]);
        let valid = verification(&world, ADMIN_OF_ACME, ACME.id).await;
        assert_eq!(valid, json!({ "valid": true, "events": 2, "brokenAt": null, "reason": null }));
        assert!(command(&world, &["verify"]).0);

        // The log continues, and events removed by hand are still noticed.
        let answer = set(&world, ADMIN_OF_ACME, Value::Null).await;
        assert_eq!(answer.ok()["setAuditRetention"]["organisation"]["auditRetentionDays"], Value::Null);
        assert_eq!(prune(world.db(), later + TimeDelta::days(3_000)).await.unwrap(), 0);
        world.db_execute("DELETE FROM audit_event WHERE organisation_id = $1 AND sequence = 4", [ACME.id.into()]).await;
        let broken = verification(&world, ADMIN_OF_ACME, ACME.id).await;
        assert_eq!((&broken["valid"], &broken["brokenAt"]), (&json!(false), &json!(4)));
    });
}

#[test]
fn a_log_emptied_by_retention_continues() {
    with_database(async |world| {
        set(&world, OWNER_OF_ACME, json!(90)).await.ok();
        assert_eq!(prune(world.db(), now() + TimeDelta::days(90)).await.unwrap(), 0);
        // For the command, which has a real clock, it is all long ago.
        for removed in [1, 0] {
            let (ok, said) = command(&world, &["prune"]);
            assert!(ok && said.contains(&format!(": {removed}.")), "{said}");
        }
        switch(&world, OWNER_OF_ACME, ACME.id).await.ok();
        assert_eq!(places(&world).await, [2]);
        let valid = verification(&world, OWNER_OF_ACME, ACME.id).await;
        assert_eq!((&valid["valid"], &valid["events"]), (&json!(true), &json!(1)));
    });
}

#[test]
fn details_about_an_erased_person_are_forgotten_and_the_log_verifies() {
    with_database(async |world| {
        switch(&world, OWNER_OF_ACME, ACME.id).await.ok();
        switch(&world, ADMIN_OF_ACME, ACME.id).await.ok();
        let person = OWNER_OF_ACME.person().id;
        let about = "UPDATE audit_event SET person_id = $1 WHERE organisation_id = $2 AND sequence = 2";
        world.db_execute(about, [person.into(), ACME.id.into()]).await;
        switch(&world, ADMIN_OF_ACME, ACME.id).await.ok();
        let forget = async |user| world.db().write(async |tx| Ok(store::forget_person(tx, user).await?)).await.unwrap();
        assert_eq!(forget(person).await, 2);
        assert_eq!(forget(person).await, 0);
        let query = "query($id: ID!) { organisation(id: $id) { auditEvents { edges { node { actorName } } } \
             auditVerification { valid events forgotten } } }";
        let answer = world.as_(ADMIN_OF_ACME).run(query, json!({ "id": id(ACME.id) })).await;
        let names = json!([{ "node": { "actorName": ADMIN_OF_ACME.name() } }, { "node": { "actorName": null } },
            { "node": { "actorName": null } }]);
        assert_eq!(answer.ok()["organisation"]["auditEvents"]["edges"], names);
        let valid = json!({ "valid": true, "events": 3, "forgotten": 2 });
        assert_eq!(answer.ok()["organisation"]["auditVerification"], valid);
    });
}

/// The export of the log of an organisation, asked for by somebody.
async fn export(world: &World, caller: Caller, organisation: &str, query: &str) -> HttpAnswer {
    let path = format!("/organisations/{organisation}/audit.ndjson{query}");
    world.send(world.as_(caller).get(&path).await).await
}

#[test]
fn readers_of_a_log_export_it_as_lines() {
    with_database(async |world| {
        switch(&world, OWNER_OF_ACME, ACME.id).await.ok();
        world.app.clock.advance(TimeDelta::minutes(5));
        switch(&world, SUPPORT_OF_FJORD, ACME.id).await.ok();
        let acme = id(ACME.id);
        let all = export(&world, OWNER_OF_ACME, &acme, "").await.export_lines();
        let told: Vec<Value> = all
            .iter()
            .map(|line| json!([line["sequence"], line["actorName"], line["way"], line["organisationId"]]))
            .collect();
        let expected =
            json!([[1, OWNER_OF_ACME.name(), "MEMBERSHIP", acme], [2, SUPPORT_OF_FJORD.name(), "PARTNERSHIP", acme],]);
        assert_eq!(json!(told), expected);
        assert_eq!(all[1]["previousHash"], all[0]["hash"]);
        assert!(all[1]["partnershipId"].as_str().unwrap().starts_with("partnership_"));
        let later = (now() + TimeDelta::minutes(1)).to_rfc3339().replace('+', "%2B");
        for (query, expected) in [(format!("?from={later}"), 2), (format!("?until={later}"), 1)] {
            let some = export(&world, OWNER_OF_ACME, &acme, &query).await.export_lines();
            assert_eq!((some.len(), &some[0]["sequence"]), (1, &json!(expected)), "{query}");
        }
        for (caller, organisation, query, status) in [
            (NOBODY, acme.as_str(), "", StatusCode::UNAUTHORIZED),
            (INVOICES_OF_ACME, &acme, "", StatusCode::FORBIDDEN),
            (SOLE_PERSON, &acme, "", StatusCode::NOT_FOUND),
            (SOLE_PERSON, &id(HUB.id()), "", StatusCode::NOT_FOUND),
            (OWNER_OF_ACME, "acme", "", StatusCode::BAD_REQUEST),
            (OWNER_OF_ACME, &Type::User.id(OWNER_OF_ACME.person().id).0, "", StatusCode::BAD_REQUEST),
            (OWNER_OF_ACME, &acme, "?from=yesterday", StatusCode::BAD_REQUEST),
            (OWNER_OF_ACME, &acme, "?since=1", StatusCode::BAD_REQUEST),
        ] {
            let answer = export(&world, caller, organisation, query).await;
            assert_eq!(answer.status, status, "{organisation}{query}: {}", answer.body);
        }
    });
}

#[test]
fn an_export_has_the_whole_log_and_hides_partnerships_from_readers_without_access() {
    with_database(async |world| {
        let random = Random::seeded(3);
        let write = async |tx: &DatabaseTransaction| {
            for _ in 0..2_500 {
                record_by_system(tx, &random, now(), Event::done("example", HUB.id(), None)).await?;
            }
            Ok(())
        };
        world.db().write(write).await.unwrap();
        world.db_role(&HUB, PermissionSet::of(&[Permission::AuditRead]), PermissionSet::EMPTY).await;
        let all = export(&world, HUB.probe, &id(HUB.id()), "").await.export_lines();
        assert_eq!(all.len(), 2_503);
        assert!(all.windows(2).all(|two| two[1]["previousHash"] == two[0]["hash"]));
        assert!(all.iter().all(|line| line["partnershipId"].is_null()));
        let of_owner = export(&world, HUB.owner, &id(HUB.id()), "").await.export_lines();
        assert_eq!(of_owner.iter().filter(|line| !line["partnershipId"].is_null()).count(), 1);
    });
}
