//! An existing partnership: narrowed, widened, renewed and ended, and what both sides see.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

const BOTH_ENDS: &str = "query($client: ID!, $reseller: ID!) {
  organisation(id: $client) { partnerships { edges { node { id state reseller { name } endedBy } } } }
  reseller(id: $reseller) { clients(first: 100) { edges { partnership { id state } client { name } } } } }";
const LOG: &str = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 5) { edges { node { \
     action actorName way partnership { reseller { name } } before after } } } } }";

#[test]
fn a_customer_narrows_its_partner_and_the_very_next_request_is_refused() {
    with_database(async |world| {
        let id = agreed(&world, "FULL").await;
        let members = "query($id: ID!) { organisation(id: $id) { members { totalCount } } }";
        let pia = world.as_(MANAGER_OF_FJORD);
        pia.run(members, json!({ "id": id_of(SOLO) })).await.ok();
        let input = json!({ "partnershipId": id, "delegation": { "preset": "BILLING" } });
        pia.attempt("updatePartnership", input.clone(), "").await.refused("FORBIDDEN");
        let changed =
            world.as_(SOLE_PERSON).act("updatePartnership", input, "partnership { delegatedPermissions }").await;
        assert!(!changed["partnership"]["delegatedPermissions"].as_array().unwrap().contains(&json!("MEMBER_READ")));
        pia.run(members, json!({ "id": id_of(SOLO) })).await.refused("FORBIDDEN");
        let mail = world.mails(OWNER_OF_FJORD.person().email).await.pop().unwrap();
        assert!(mail.starts_with("“Solo” has changed its partnership with “Fjord”"), "{mail}");
        let log = world.as_(OWNER_OF_FJORD).run(LOG, json!({ "id": id_of(FJORD) })).await;
        let event = &log.ok()["organisation"]["auditEvents"]["edges"][0]["node"];
        assert_eq!((&event["action"], &event["way"]), (&json!("updatePartnership"), &json!("PARTNERSHIP")));
        assert!(
            event["before"].to_string().contains("MEMBER_READ") && !event["after"].to_string().contains("MEMBER_READ")
        );
    });
}

#[test]
fn permissions_that_are_added_must_be_held_and_removed_ones_need_not() {
    with_database(async |world| {
        let id = agreed(&world, "OVERVIEW").await;
        let lars = db_manager_of_partnerships(&world).await;
        let widened = json!({ "partnershipId": id, "delegation": { "permissions": ["MEMBER_READ", "INVOICE_READ"] } });
        let error = lars.mistake("updatePartnership", widened).await;
        assert_eq!(error["missingPermissions"], json!(["INVOICE_READ"]), "MEMBER_READ was already delegated");
        let for_members = json!({ "partnershipId": id, "delegation": { "permissions": ["ROLE_MANAGE"] } });
        let error = lars.mistake("updatePartnership", for_members).await;
        assert!(error["message"].as_str().unwrap().contains("ROLE_MANAGE"), "{error}");
        let narrowed = json!({ "partnershipId": id, "delegation": { "permissions": ["MEMBER_READ"] } });
        lars.act("updatePartnership", narrowed, "partnership { id }").await;
    });
}

#[test]
fn a_suspended_client_can_narrow_a_partnership_but_not_widen_it() {
    with_database(async |world| {
        let id = agreed(&world, "SUPPORT").await;
        world.db_execute("UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1", [SOLO.id.into()]).await;
        let stig = world.as_(SOLE_PERSON);
        let more = json!({ "partnershipId": id, "delegation": { "preset": "FULL" } });
        assert_eq!(stig.mistake("updatePartnership", more).await["code"], "ORGANISATION_SUSPENDED");
        let less = json!({ "partnershipId": id, "delegation": { "preset": "OVERVIEW" } });
        stig.act("updatePartnership", less, "partnership { id }").await;
        stig.act("endPartnership", json!({ "partnershipId": id }), "partnership { state }").await;
    });
}

#[test]
fn an_expired_partnership_can_be_renewed() {
    with_database(async |world| {
        let id = agreed(&world, "OVERVIEW").await;
        let stig = world.as_(SOLE_PERSON);
        let select = "partnership { state endsAt }";
        let until = now() + TimeDelta::days(30);
        stig.act("updatePartnership", json!({ "partnershipId": id, "endsAt": until }), select).await;
        world.wait(TimeDelta::days(31));
        assert_eq!(may(&world).await, Vec::<String>::new());
        let past = json!({ "partnershipId": id, "endsAt": until });
        assert_eq!(stig.mistake("updatePartnership", past).await["field"], json!(["input", "endsAt"]));
        let renewed = json!({ "partnershipId": id, "endsAt": until + TimeDelta::days(365) });
        assert_eq!(stig.act("updatePartnership", renewed, select).await["partnership"]["state"], "ACTIVE");
        assert!(!may(&world).await.is_empty());
        let for_ever = stig.act("updatePartnership", json!({ "partnershipId": id, "endsAt": null }), select).await;
        assert_eq!(for_ever["partnership"]["endsAt"], Value::Null);
    });
}

#[test]
fn each_side_sees_the_partnership_and_can_end_it_at_once() {
    with_database(async |world| {
        for (caller, by) in [(SOLE_PERSON, "CLIENT"), (MANAGER_OF_FJORD, "RESELLER"), (OWNER_OF_OPERATOR, "OPERATOR")] {
            let id = agreed(&world, "FULL").await;
            let ends = json!({ "client": id_of(SOLO), "reseller": id_of(FJORD) });
            let answer = world.as_(SOLE_PERSON).run(BOTH_ENDS, ends.clone()).await;
            assert_eq!(answer.at("organisation/partnerships/edges/0/node/reseller/name"), "Fjord");
            let answer = world.as_(MANAGER_OF_FJORD).run(BOTH_ENDS, ends).await;
            let clients = answer.at("reseller/clients/edges").as_array().unwrap();
            assert!(clients.iter().any(|edge| edge["client"]["name"] == "Solo" && edge["partnership"]["id"] == id));
            let ended = world
                .as_(caller)
                .act("endPartnership", json!({ "partnershipId": id }), "partnership { state endedBy }")
                .await;
            assert_eq!(ended["partnership"], json!({ "state": "ENDED", "endedBy": by }));
            assert_eq!(may(&world).await, Vec::<String>::new());
            let error = world.as_(caller).mistake("endPartnership", json!({ "partnershipId": id })).await;
            assert_eq!(error["code"], "STALE_STATE");
            let again = json!({ "partnershipId": id, "delegation": { "preset": "FULL" } });
            assert_eq!(world.as_(SOLE_PERSON).mistake("updatePartnership", again).await["code"], "STALE_STATE");
            let mails = world.mails(SOLE_PERSON.person().email).await;
            let who = match by {
                "CLIENT" => "“Solo” has ended",
                "RESELLER" => "“Fjord” has ended",
                _ => "The operator of the platform has ended",
            };
            assert!(mails.last().unwrap().contains(who), "{mails:?}");
        }
    });
}

#[test]
fn a_server_can_require_every_partnership_to_end() {
    with_database(async |world| {
        let mut config = tenantry::base::config::Config::clone(&world.app.config);
        config.partnerships.longest_days = 730;
        world.db().close().await;
        let world = World::open(config).await;
        let id = agreed(&world, "OVERVIEW").await;
        let until = now() + TimeDelta::days(730);
        let query = "query($id: ID!) { node(id: $id) { ... on Partnership { endsAt } } }";
        let answer = world.as_(SOLE_PERSON).run(query, json!({ "id": id })).await;
        let ends_at = answer.ok()["node"]["endsAt"].as_str().unwrap().parse::<sea_orm::prelude::DateTimeUtc>();
        assert_eq!(ends_at.unwrap(), until);
        let longer = json!({ "partnershipId": id, "endsAt": until + TimeDelta::days(1) });
        let error = world.as_(SOLE_PERSON).mistake("updatePartnership", longer).await;
        assert!(error["message"].as_str().unwrap().contains("730 days"), "{error}");
    });
}
