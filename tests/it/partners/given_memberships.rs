//! Memberships given through a partnership, and how they end with it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

const GIVEN: &str = "query($id: ID!) { node(id: $id) { ... on Partnership { state \
     givenMemberships { totalCount edges { node { user { name } partnership { id } } } } } } }";

/// One of Fjord's own people and somebody else are members of Solo through its partnership.
async fn story(world: &World) -> String {
    let id = agreed(world, "FULL").await;
    joins(world, SUPPORT_OF_FJORD).await;
    joins(world, VIEWER_OF_ACME).await;
    for member in [SUPPORT_OF_FJORD, VIEWER_OF_ACME] {
        assert!(world.as_(member).may_at(SOLO).await.contains(&"INVOICE_READ".to_owned()));
    }
    id
}

#[test]
fn memberships_of_the_resellers_people_end_with_the_partnership_and_others_are_listed() {
    with_database(async |world| {
        let id = story(&world).await;
        let ended =
            world.as_(SOLE_PERSON).act("endPartnership", json!({ "partnershipId": id }), "partnership { state }").await;
        assert_eq!(ended["partnership"]["state"], "ENDED");
        assert_eq!(world.as_(SUPPORT_OF_FJORD).may_at(SOLO).await, Vec::<String>::new());
        assert!(world.as_(VIEWER_OF_ACME).may_at(SOLO).await.contains(&"INVOICE_READ".to_owned()));
        let given = world.as_(SOLE_PERSON).run(GIVEN, json!({ "id": id })).await;
        let left = given.ok()["node"]["givenMemberships"].clone();
        assert_eq!(left["totalCount"], 1);
        assert_eq!(left["edges"][0]["node"]["user"]["name"], VIEWER_OF_ACME.name());
        assert_eq!(left["edges"][0]["node"]["partnership"]["id"], Value::from(id));
        let mail = world.mails(SUPPORT_OF_FJORD.person().email).await.pop().unwrap();
        assert!(mail.starts_with("You are no longer a member of Solo"), "{mail}");
        let events =
            "SELECT details FROM audit_event WHERE action = 'endPartnership' AND object_id LIKE 'membership_%'";
        let events = world.texts(events).await;
        assert!(events.len() == 1 && events[0].contains(SUPPORT_OF_FJORD.name()), "{events:?}");
        assert_eq!(world.members(SOLO).await.len(), 2, "{:?}", world.members(SOLO).await);
    });
}

#[test]
fn memberships_end_with_an_expired_partnership_before_the_cleanup() {
    with_database(async |world| {
        let id = story(&world).await;
        let until = now() + TimeDelta::days(10);
        let input = json!({ "partnershipId": id, "endsAt": until });
        world.as_(SOLE_PERSON).act("updatePartnership", input, "partnership { state }").await;
        world.wait(TimeDelta::days(10));
        let per = world.as_(SUPPORT_OF_FJORD);
        assert_eq!(per.may_at(SOLO).await, Vec::<String>::new());
        assert!(world.as_(VIEWER_OF_ACME).may_at(SOLO).await.contains(&"INVOICE_READ".to_owned()));
        per.attempt("switchOrganisation", json!({ "organisationId": id_of(SOLO) }), "").await.refused("NOT_FOUND");
        let explain = "query($id: ID!, $user: ID!) { explainAccess(organisationId: $id, permission: INVOICE_READ, \
                       userId: $user) { granted misses { reason } } }";
        let user = tenantry::base::id::Type::User.id(SUPPORT_OF_FJORD.person().id).0;
        let explained = world.as_(SOLE_PERSON).run(explain, json!({ "id": id_of(SOLO), "user": user })).await;
        let reasons = explained.ok()["explainAccess"]["misses"].to_string();
        assert!(reasons.contains("PARTNERSHIP_ENDED") || reasons.contains("PARTNERSHIP_EXPIRED"), "{reasons}");
        assert_eq!(world.members(SOLO).await.len(), 3, "nobody has cleaned up yet");
        let renewed = json!({ "partnershipId": id, "endsAt": until + TimeDelta::days(10) });
        world.as_(SOLE_PERSON).act("updatePartnership", renewed, "partnership { state }").await;
        let may = per.may_at(SOLO).await;
        assert!(!may.contains(&"AUDIT_READ".to_owned()) || may.contains(&"SERVICE_MANAGE".to_owned()));
        assert_eq!(
            world.members(SOLO).await.len(),
            2,
            "ended memberships do not come back: {:?}",
            world.members(SOLO).await
        );
    });
}

#[test]
fn an_invitation_through_a_partnership_is_void_after_its_end() {
    with_database(async |world| {
        let id = agreed(&world, "FULL").await;
        let email = "new@example.org";
        let input = json!({ "organisationId": id_of(SOLO), "email": email, "roles": [{ "builtIn": "VIEWER" }] });
        world.as_(MANAGER_OF_FJORD).act("inviteMember", input, "invitation { id }").await;
        let token = world.link(email).await;
        world.as_(SOLE_PERSON).act("endPartnership", json!({ "partnershipId": id }), "partnership { id }").await;
        let input = json!({ "email": email, "password": PASSWORD, "name": "New", "invitationToken": token });
        assert_eq!(world.as_(NOBODY).mistake("signUp", input).await["code"], "STALE_STATE");
    });
}

#[test]
fn a_partner_invites_into_a_client_within_the_delegation() {
    with_database(async |world| {
        let id = agreed(&world, "FULL").await;
        let pia = world.as_(MANAGER_OF_FJORD);
        let invite = |role: &str| json!({ "organisationId": id_of(SOLO), "email": "new@example.org", "roles": [{ "builtIn": role }] });
        let error = pia.mistake("inviteMember", invite("OWNER")).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD", "a partner cannot give what clients cannot delegate");
        pia.act("inviteMember", invite("VIEWER"), "invitation { id }").await;
        let narrowed = json!({ "partnershipId": id, "delegation": { "permissions": ["MEMBER_INVITE"] } });
        world.as_(SOLE_PERSON).act("updatePartnership", narrowed, "partnership { id }").await;
        let mut input = invite("INVOICES");
        input["email"] = json!("other@example.org");
        let error = pia.mistake("inviteMember", input).await;
        assert_eq!(error["missingPermissions"], json!(["INVOICE_READ"]));
        let narrowed = json!({ "partnershipId": id, "delegation": { "preset": "OVERVIEW" } });
        world.as_(SOLE_PERSON).act("updatePartnership", narrowed, "partnership { id }").await;
        pia.attempt("inviteMember", invite("MEMBER"), "").await.refused("FORBIDDEN");
    });
}
