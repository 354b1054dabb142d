//! An end is final: no older offer, leaving member or custody restores access that was taken away.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::access::BuiltinRole;

use super::*;

/// Solo offers Fjord everything, by its code or for the existing partnership. Returns the id of the proposal.
async fn offered(world: &World, caller: Caller, to: Value) -> Value {
    world.db_verify(SOLE_PERSON).await;
    let input = json!({
        "organisationId": id_of(SOLO), "side": "CLIENT", "to": to, "delegation": { "preset": "FULL" },
    });
    world.as_(caller).act("proposePartnership", input, PROPOSAL).await["proposal"]["id"].clone()
}

async fn accepting_fails(world: &World, proposal: &Value) {
    let error = world.as_(MANAGER_OF_FJORD).mistake("acceptPartnership", json!({ "proposalId": proposal })).await;
    assert_eq!(error["code"], "STALE_STATE");
}

#[test]
fn an_older_offer_does_not_undo_a_later_agreement_or_end() {
    with_database(async |world| {
        let code = world.code_of(FJORD).await;
        let offer = offered(&world, SOLE_PERSON, json!({ "code": code })).await;
        let id = agreed(&world, "OVERVIEW").await;
        accepting_fails(&world, &offer).await;
        assert!(!may(&world).await.contains(&"SERVICE_MANAGE".to_owned()));
        // An older offer for this partnership, made by staff, does not undo what the client has narrowed since.
        let more = offered(&world, OWNER_OF_OPERATOR, json!({ "organisationId": id_of(FJORD) })).await;
        let narrowed = json!({ "partnershipId": id, "delegation": { "preset": "NONE" } });
        world.as_(SOLE_PERSON).act("updatePartnership", narrowed, "partnership { id }").await;
        accepting_fails(&world, &more).await;
        assert_eq!(may(&world).await, Vec::<String>::new());
        // It does not undo the end either. A proposal made after the end can be accepted.
        world.as_(SOLE_PERSON).act("endPartnership", json!({ "partnershipId": id }), "partnership { id }").await;
        accepting_fails(&world, &offer).await;
        world.as_(SOLE_PERSON).act("withdrawPartnershipProposal", json!({ "proposalId": offer }), "").await;
        world.wait(TimeDelta::minutes(1));
        let again = offered(&world, SOLE_PERSON, json!({ "code": code })).await;
        world
            .as_(MANAGER_OF_FJORD)
            .act("acceptPartnership", json!({ "proposalId": again }), "partnership { id }")
            .await;
        assert!(may(&world).await.contains(&"SERVICE_MANAGE".to_owned()));
    });
}

#[test]
fn a_leaving_member_loses_what_partnerships_gave_even_after_they_end() {
    with_database(async |world| {
        for is_over in [false, true] {
            let id = agreed(&world, "FULL").await;
            joins(&world, SUPPORT_OF_FJORD).await;
            let per = world.as_(SUPPORT_OF_FJORD);
            assert!(per.may_at(SOLO).await.contains(&"INVOICE_READ".to_owned()));
            if is_over {
                let until = world.app.clock.now() + TimeDelta::days(1);
                let ends = json!({ "partnershipId": id, "endsAt": until });
                world.as_(SOLE_PERSON).act("updatePartnership", ends, "partnership { id }").await;
                world.wait(TimeDelta::days(1));
            }
            world
                .as_(SUPPORT_OF_FJORD)
                .act("leaveOrganisation", json!({ "organisationId": id_of(FJORD) }), "left")
                .await;
            assert_eq!(world.as_(SUPPORT_OF_FJORD).may_at(SOLO).await, Vec::<String>::new());
            let log = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 1) { edges { node { action way \
                       partnership { id } } } } } }";
            let log = world.as_(SOLE_PERSON).run(log, json!({ "id": id_of(SOLO) })).await;
            let event = json!({ "action": "leaveOrganisation", "way": "PARTNERSHIP", "partnership": { "id": id } });
            assert_eq!(log.at("organisation/auditEvents/edges/0/node"), &event);
            if !is_over {
                world.as_(SOLE_PERSON).act("endPartnership", json!({ "partnershipId": id }), "").await;
                world
                    .db_join(
                        790_000,
                        FJORD,
                        SUPPORT_OF_FJORD.person().id,
                        &[Held::Builtin(BuiltinRole::PartnerSupport)],
                        None,
                    )
                    .await;
            }
        }
    });
}

#[test]
fn a_partner_gives_its_own_people_nothing_that_outlasts_the_partnership() {
    with_database(async |world| {
        let id = agreed(&world, "FULL").await;
        world.db_join(790_000, SOLO, SUPPORT_OF_FJORD.person().id, &[Held::Builtin(BuiltinRole::Viewer)], None).await;
        world.db_join(790_010, SOLO, VIEWER_OF_ACME.person().id, &[Held::Builtin(BuiltinRole::Viewer)], None).await;
        let membership = async |whom| world.membership(SOLO, whom).await;
        let more = json!([{ "builtIn": "VIEWER" }, { "builtIn": "TECHNICAL" }]);
        let own = json!({ "membershipId": membership(SUPPORT_OF_FJORD).await, "roles": more });
        let error = world.as_(MANAGER_OF_FJORD).mistake("updateMember", own.clone()).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
        // The partner can give this to the client's own people. The client can give it to the partner's people.
        let others = json!({ "membershipId": membership(VIEWER_OF_ACME).await, "roles": more });
        world.as_(MANAGER_OF_FJORD).act("updateMember", others, "").await;
        world.as_(SOLE_PERSON).act("updateMember", own, "").await;
        world.as_(SOLE_PERSON).act("endPartnership", json!({ "partnershipId": id }), "").await;
        assert!(world.as_(SUPPORT_OF_FJORD).may_at(SOLO).await.contains(&"SERVICE_MANAGE".to_owned()));
    });
}

/// Pia creates a client for Fjord, and has custody of it.
async fn created(world: &World) -> Value {
    let new = json!({ "name": "Bakery", "kind": "COMPANY", "delegation": { "preset": "NONE" } });
    let input = json!({ "organisationId": id_of(FJORD), "client": new });
    world.as_(MANAGER_OF_FJORD).act("createClient", input, "client { id }").await["client"]["id"].clone()
}

/// The same, but Frida, Fjord's owner, is already a member. `owner`, if given, is an owner. Then Pia leaves Fjord.
async fn passed_on(world: &World, owner: Option<Caller>) -> Value {
    let id = created(world).await;
    let key = tenantry::base::id::Type::Organisation.parse(&id.as_str().unwrap().into()).unwrap();
    let bakery = Tenant { id: key, ..SOLO };
    if let Some(owner) = owner {
        world.db_join(790_000, bakery, owner.person().id, &[Held::Builtin(BuiltinRole::Owner)], None).await;
    }
    world.db_join(790_010, bakery, OWNER_OF_FJORD.person().id, &[Held::Builtin(BuiltinRole::Viewer)], None).await;
    let removal = json!({ "membershipId": world.membership(FJORD, MANAGER_OF_FJORD).await });
    world.as_(OWNER_OF_FJORD).act("removeMember", removal, "removed").await;
    id
}

#[test]
fn custody_of_a_client_with_an_owner_passes_to_nobody() {
    with_database(async |world| {
        let id = passed_on(&world, Some(SOLE_PERSON)).await;
        assert!(!owns(&world, MANAGER_OF_FJORD, &id).await && !owns(&world, OWNER_OF_FJORD, &id).await);
        assert!(owns(&world, SOLE_PERSON, &id).await);
        let actions = world.texts("SELECT action FROM audit_event WHERE action LIKE '%Custody'").await;
        assert_eq!(actions, ["endCustody"]);
    });
}

#[test]
fn a_successor_who_is_already_a_member_has_no_longer_custody_than_others() {
    with_database(async |world| {
        let id = passed_on(&world, None).await;
        assert!(owns(&world, OWNER_OF_FJORD, &id).await);
        let kept = world.texts("SELECT action FROM audit_event WHERE action = 'passCustody'").await;
        assert_eq!(kept.len(), 1);
        let query = "query($id: ID!) { organisation(id: $id) { members { edges { node { custodyOf { name } } } } } }";
        let answer = world.as_(OWNER_OF_FJORD).run(query, json!({ "id": id })).await;
        assert_eq!(answer.at("organisation/members/edges"), &json!([{ "node": { "custodyOf": { "name": "Fjord" } } }]));
    });
}

#[test]
fn nobody_has_custody_for_a_suspended_or_former_reseller() {
    with_database(async |world| {
        let id = created(&world).await;
        let oskar = world.as_(OWNER_OF_OPERATOR);
        let halt = json!({ "organisationId": id_of(FJORD), "reason": "Looked into" });
        oskar.act("suspendOrganisation", halt, "").await;
        assert!(!owns(&world, MANAGER_OF_FJORD, &id).await);
        let done =
            tenantry::partners::partnership::keep_up(world.db(), &tenantry::base::random::Random::seeded(7), now())
                .await
                .unwrap();
        assert_eq!(done.passed_on, 0, "nobody gets custody in the meantime");
        oskar.act("resumeOrganisation", json!({ "organisationId": id_of(FJORD) }), "").await;
        assert!(owns(&world, MANAGER_OF_FJORD, &id).await);
        oskar.act("withdrawReseller", json!({ "organisationId": id_of(FJORD), "reason": "Has closed" }), "").await;
        assert!(!owns(&world, MANAGER_OF_FJORD, &id).await && !owns(&world, OWNER_OF_FJORD, &id).await);
        let log =
            "query($id: ID!) { organisation(id: $id) { auditEvents(first: 1) { edges { node { action way } } } } }";
        let log = oskar.run(log, json!({ "id": id })).await;
        let event = json!({ "action": "withdrawReseller", "way": "OPERATOR" });
        assert_eq!(log.at("organisation/auditEvents/edges/0/node"), &event);
    });
}

#[test]
fn renewing_a_partnership_needs_all_permissions_that_it_gives() {
    with_database(async |world| {
        let id = agreed(&world, "FULL").await;
        let until = now() + TimeDelta::days(5);
        let ends = json!({ "partnershipId": id, "endsAt": until });
        world.as_(SOLE_PERSON).act("updatePartnership", ends, "").await;
        let clerk = db_manager_of_partnerships(&world).await;
        let longer = json!({ "partnershipId": id, "endsAt": until + TimeDelta::days(5) });
        for wait in [0, 6] {
            world.wait(TimeDelta::days(wait));
            assert_eq!(clerk.mistake("updatePartnership", longer.clone()).await["code"], "PERMISSION_NOT_HELD");
        }
        let less = json!({ "partnershipId": id, "delegation": { "permissions": [] } });
        clerk.act("updatePartnership", less, "").await;
        clerk.act("updatePartnership", longer, "partnership { state }").await;
    });
}
