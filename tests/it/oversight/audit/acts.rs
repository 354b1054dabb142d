//! Each act is in the log of the organisation it was done to, with the way in which it was allowed.

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, Value as Parameter};
use serde_json::{Value, json};
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::db::counted;
use tenantry::base::id::Type;
use tenantry::oversight::audit::{Event, record};

use super::{db_count, events, id, newest, switch};
use crate::world::*;

#[test]
fn a_client_sees_what_its_partner_did_and_by_which_partnership() {
    with_database(async |world| {
        for caller in [OWNER_OF_ACME, SUPPORT_OF_FJORD, OWNER_OF_NORDEN, AGENT_OF_OPERATOR] {
            assert_eq!(switch(&world, caller, ACME.id).await.ok()["tried"]["userErrors"], json!([]));
        }
        let seen = events(&world, OWNER_OF_ACME, ACME.id, Value::Null).await;
        let told: Vec<Value> = seen
            .iter()
            .map(|event| json!([event["actorName"], event["way"], event["partnership"]["reseller"]["name"]]))
            .collect();
        let expected = json!([
            [AGENT_OF_OPERATOR.name(), "OPERATOR", null],
            [OWNER_OF_NORDEN.name(), "PARTNERSHIP", "Fjord"],
            [SUPPORT_OF_FJORD.name(), "PARTNERSHIP", "Fjord"],
            [OWNER_OF_ACME.name(), "MEMBERSHIP", null],
        ]);
        assert_eq!(json!(told), expected);
        let by_partners = events(&world, OWNER_OF_ACME, ACME.id, json!({ "way": "PARTNERSHIP" })).await;
        assert_eq!(by_partners.len(), 2);
        // A reader of the log without access to partnerships sees only the way, and cannot filter by the partnership.
        let partnership = by_partners[0]["partnership"]["id"].clone();
        let by_it = json!({ "partnershipId": partnership });
        assert_eq!(events(&world, OWNER_OF_ACME, ACME.id, by_it.clone()).await.len(), 2);
        let role = PermissionSet::of(&[Permission::AuditRead]);
        world.db_role(&HUB, role, PermissionSet::EMPTY).await;
        let of_hub = events(&world, HUB.owner, HUB.id(), json!({ "way": "PARTNERSHIP" })).await;
        let by_it = json!({ "partnershipId": of_hub[0]["partnership"]["id"] });
        assert_eq!(events(&world, HUB.owner, HUB.id(), by_it.clone()).await.len(), 1);
        let of_probe = events(&world, HUB.probe, HUB.id(), json!({ "way": "PARTNERSHIP" })).await;
        assert_eq!((of_probe.len(), &of_probe[0]["partnership"]), (1, &Value::Null));
        assert_eq!(events(&world, HUB.probe, HUB.id(), by_it).await.len(), 0);
    });
}

#[test]
fn acts_of_members_in_a_suspended_organisation_are_logged_by_membership() {
    with_database(async |world| {
        let (olga, agnes) = (world.as_(OWNER_OF_ACME), world.as_(AGENT_OF_OPERATOR));
        let acme = json!({ "organisationId": id(ACME.id) });
        let offer = json!({ "organisationId": id(ACME.id), "email": "nina@example.org" });
        let made = olga.act("offerOwnership", offer, "transfer { id }").await;
        let suspend = json!({ "organisationId": id(ACME.id), "reason": "late" });
        agnes.act("suspendOrganisation", suspend, "").await;
        olga.act("withdrawOwnership", json!({ "transferId": made["transfer"]["id"] }), "").await;
        olga.act("removeMember", json!({ "membershipId": world.membership(ACME, MEMBER_OF_ACME).await }), "").await;
        agnes.act("resumeOrganisation", acme.clone(), "").await;
        let mut closing = acme.clone();
        closing["endSubscriptions"] = json!(true);
        olga.act("closeOrganisation", closing, "").await;
        olga.act("reopenOrganisation", acme.clone(), "").await;
        olga.act("closeOrganisation", acme.clone(), "").await;
        world.as_(OWNER_OF_OPERATOR).act("reopenOrganisation", acme, "").await;
        let ways = world.texts("SELECT action || ' ' || way FROM audit_event ORDER BY sequence").await;
        let of_acme: Vec<&str> = ways.iter().map(String::as_str).filter(|way| !way.starts_with("switch")).collect();
        let expected = [
            "offerOwnership MEMBERSHIP",
            "suspendOrganisation OPERATOR",
            "withdrawOwnership MEMBERSHIP",
            "removeMember MEMBERSHIP",
            "resumeOrganisation OPERATOR",
            // Its subscription is cancelled, and then it is closed.
            "closeOrganisation MEMBERSHIP",
            "closeOrganisation MEMBERSHIP",
            "reopenOrganisation MEMBERSHIP",
            "closeOrganisation MEMBERSHIP",
            "reopenOrganisation OPERATOR",
        ];
        assert_eq!(of_acme, expected);
    });
}

#[test]
fn signing_up_or_creating_an_organisation_begins_its_log() {
    with_database(async |world| {
        let query = "mutation($input: SignUpInput!) { signUp(input: $input) { accepted } }";
        let input = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
        for _ in 0..2 {
            world.as_(OWNER_OF_ACME).run(query, json!({ "input": input })).await.ok();
        }
        let written = world.texts("SELECT details FROM audit_event WHERE action = 'signUp'").await;
        let [details] = &written[..] else { panic!("{written:?}") };
        let start = r#"{"actor":"Ada","after":{"kind":"PERSON","name":"Ada"},"before":null,"salt":""#;
        assert!(details.starts_with(start) && details.len() > start.len() + 40, "{details}");

        let query = "mutation { createOrganisation(input: {name: \"Engines\", kind: COMPANY}) { organisation { id \
             auditEvents { edges { node { sequence action outcome actorKind actorId actorName way objectId before \
             after } } } auditVerification { valid events forgotten brokenAt reason } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({})).await;
        let made = &answer.ok()["createOrganisation"]["organisation"];
        let expected = json!({
            "sequence": 1, "action": "createOrganisation", "outcome": "DONE", "actorKind": "USER",
            "actorId": Type::User.id(OWNER_OF_ACME.person().id).0, "actorName": OWNER_OF_ACME.name(), "way": "OWN",
            "objectId": made["id"], "before": null, "after": r#"{"kind":"COMPANY","name":"Engines"}"#
        });
        assert_eq!(made["auditEvents"]["edges"], json!([{ "node": expected }]));
        let holds = json!({ "valid": true, "events": 1, "forgotten": 0, "brokenAt": null, "reason": null });
        assert_eq!(made["auditVerification"], holds);
    });
}

#[test]
fn a_log_is_searched_by_actor_act_object_and_time() {
    with_database(async |world| {
        switch(&world, OWNER_OF_ACME, ACME.id).await.ok();
        world.app.clock.advance(TimeDelta::minutes(5));
        switch(&world, SUPPORT_OF_FJORD, ACME.id).await.ok();
        let later = now() + TimeDelta::minutes(5);
        let user = |caller: Caller| Type::User.id(caller.person().id).0;
        for (filter, expected) in [
            (json!({}), &[2, 1][..]),
            (json!({ "actorId": user(OWNER_OF_ACME) }), &[1]),
            (json!({ "actorId": user(OWNER_OF_LUND) }), &[]),
            (json!({ "actions": ["signUp", "switchOrganisation", "switchOrganisation"] }), &[2, 1]),
            (json!({ "actions": ["signUp", "switch\u{0}"] }), &[]),
            (json!({ "actions": [] }), &[]),
            (json!({ "outcome": "DONE" }), &[2, 1]),
            (json!({ "outcome": "REFUSED" }), &[]),
            (json!({ "objectId": id(ACME.id) }), &[2, 1]),
            (json!({ "objectId": id(LUND.id) }), &[]),
            (json!({ "way": "MEMBERSHIP" }), &[1]),
            (json!({ "from": later }), &[2]),
            (json!({ "until": later }), &[1]),
            (json!({ "from": now(), "until": later, "way": "PARTNERSHIP" }), &[]),
        ] {
            let found = events(&world, OWNER_OF_ACME, ACME.id, filter.clone()).await;
            let places: Vec<i64> = found.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
            assert_eq!(places, expected, "{filter}");
        }
        let query = "query($id: ID!, $filter: AuditFilter) { organisation(id: $id) { auditEvents(filter: $filter) { \
             totalCount } } }";
        for wrong in [
            json!({ "actorId": id(ACME.id) }),
            json!({ "objectId": "x" }),
            json!({ "partnershipId": user(OWNER_OF_ACME) }),
            json!({ "actions": vec!["signUp"; 51] }),
        ] {
            let variables = json!({ "id": id(ACME.id), "filter": wrong });
            world.as_(OWNER_OF_ACME).run(query, variables).await.refused("INVALID_INPUT");
        }
    });
}

#[test]
fn an_act_that_is_rolled_back_leaves_no_event() {
    with_database(async |world| {
        let before = db_count(&world).await;
        let mistake = "mutation { createOrganisation(input: {name: \"\", kind: COMPANY}) { userErrors { code } } }";
        world.as_(OWNER_OF_ACME).run(mistake, json!({})).await.ok();
        // The session ends before the act, in the same document.
        let ended =
            "mutation { logOut { ended } switchOrganisation(input: {organisationId: \"ID\"}) { userErrors { code } } }";
        let ended = ended.replace("ID", &id(ACME.id));
        world.as_(OWNER_OF_ACME).run(&ended, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(before, db_count(&world).await);
    });
}

#[test]
fn an_event_costs_two_statements() {
    with_database(async |world| {
        let request = world.request(HUB.owner);
        request.access.look(HUB.id()).await.unwrap();
        let ((), without) = counted(async { request.db().write(async |_| Ok(())).await.unwrap() }).await;
        let event = Event::done("switchOrganisation", HUB.id(), Some(Permission::AuditRead));
        let write = async { request.transaction(async |work| Ok(record(work, event).await?)).await.unwrap() };
        let ((), with) = Box::pin(counted(write)).await;
        assert_eq!(with - without, 2);
        let written = newest(&world, HUB.owner, HUB.id(), &["actorName", "way"]).await;
        assert_eq!(written, json!([HUB.owner.name(), "MEMBERSHIP"]));
    });
}

#[test]
fn access_is_decided_again_after_a_write() {
    with_database(async |world| {
        let all = PermissionSet::of(&[Permission::InvoiceRead]);
        world.db_role(&HUB, all, PermissionSet::EMPTY).await;
        let request = world.request(HUB.probe);
        let may = async || request.access.look(HUB.id()).await.unwrap().unwrap().grants.has(Permission::InvoiceRead);
        assert!(may().await);
        let role: Parameter = HUB.probe_role().into();
        let take = "UPDATE role SET permissions = 0 WHERE id = $1";
        let statement = sea_orm::Statement::from_sql_and_values(world.db().backend(), take, [role]);
        request.transaction(async |work| Ok(work.tx.execute_raw(statement).await.map(|_| ())?)).await.unwrap();
        assert!(!may().await);
    });
}

/// Kind and name of the object of each event that the action left in Acme's log, the newest first.
async fn objects(world: &World, caller: Caller, action: &str) -> Vec<(String, Value)> {
    let query = "query($id: ID!, $actions: [String!]) { organisation(id: $id) { auditEvents(first: 100, \
                 filter: {actions: $actions}) { edges { node { objectKind objectName } } } } }";
    let answer = world.as_(caller).run(query, json!({ "id": id(ACME.id), "actions": [action] })).await;
    let edges = answer.ok()["organisation"]["auditEvents"]["edges"].as_array().unwrap();
    let read = |edge: &Value| {
        let node = &edge["node"];
        (node["objectKind"].as_str().unwrap_or_default().to_owned(), node["objectName"].clone())
    };
    edges.iter().map(read).collect()
}

#[test]
fn an_event_names_its_object_as_it_was_recorded_or_as_the_reader_may_see_it() {
    with_database(async |world| {
        let owner = world.as_(OWNER_OF_ACME);
        let reader = json!({ "organisationId": id(ACME.id), "name": "Auditor", "permissions": ["AUDIT_READ"] });
        let role = owner.act("createRole", reader, "role { id }").await["role"]["id"].clone();
        let member = world.membership(ACME, VIEWER_OF_ACME).await;
        let input = json!({ "membershipId": member, "roles": [{ "roleId": role }] });
        owner.act("updateMember", input, "").await;
        let invited = json!({ "organisationId": id(ACME.id), "email": "ada@example.org",
                              "roles": [{ "builtIn": "VIEWER" }] });
        let invitation = owner.act("inviteMember", invited, "invitation { id }").await["invitation"]["id"].clone();
        let read = async |caller, action| objects(&world, caller, action).await;
        let named = |kind: &str, name: Value| vec![(kind.to_owned(), name)];
        // Recorded: everybody who reads the log sees it.
        for caller in [OWNER_OF_ACME, VIEWER_OF_ACME] {
            assert_eq!(read(caller, "createRole").await, named("ROLE", json!("Auditor")));
            assert_eq!(read(caller, "updateMember").await, named("MEMBERSHIP", json!(VIEWER_OF_ACME.name())));
        }
        // Not recorded: only people who see the invitation see its address.
        assert_eq!(read(OWNER_OF_ACME, "inviteMember").await, named("INVITATION", json!("ada@example.org")));
        assert_eq!(read(VIEWER_OF_ACME, "inviteMember").await, named("INVITATION", Value::Null));
        owner.act("withdrawInvitation", json!({ "invitationId": invitation }), "").await;
        switch(&world, OWNER_OF_ACME, LUND.id).await;
        switch(&world, OWNER_OF_ACME, ACME.id).await.ok();
        assert_eq!(read(OWNER_OF_ACME, "switchOrganisation").await[0], ("ORGANISATION".to_owned(), json!("Acme")));
    });
}
