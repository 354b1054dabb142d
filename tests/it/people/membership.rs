//! Members: changed, removed and leaving; an organisation always keeps an owner.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tenantry::access::BuiltinRole;
use tenantry::base::id::Type;

use crate::world::*;

const SERVICES: &str = "query($id: ID!) { organisation(id: $id) { services { totalCount } } }";

fn roles(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "builtIn": name })).collect()
}

async fn update(world: &World, tenant: Tenant, whom: Caller, more: Value) -> Value {
    let mut input = json!({ "membershipId": world.membership(tenant, whom).await });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

async fn removal(world: &World, tenant: Tenant, whom: Caller) -> Value {
    json!({ "membershipId": world.membership(tenant, whom).await })
}

#[test]
fn a_changed_role_holds_for_the_next_request_and_the_member_gets_mail() {
    with_database(async |world| {
        let (adam, max) = (world.as_(ADMIN_OF_ACME), world.as_(MEMBER_OF_ACME));
        let acme = json!({ "id": id_of(ACME) });
        max.run(SERVICES, acme.clone()).await.refused("FORBIDDEN");
        let email = MEMBER_OF_ACME.person().email;
        world.db_execute("UPDATE \"user\" SET locale = 'DE' WHERE email = $1", [email.into()]).await;
        let input = update(&world, ACME, MEMBER_OF_ACME, json!({ "roles": roles(&["TECHNICAL", "INVOICES"]) })).await;
        let changed = adam.act("updateMember", input, "membership { roles { name } expiresAt }").await;
        assert_eq!(changed["membership"]["roles"], json!([{ "name": "INVOICES" }, { "name": "TECHNICAL" }]));
        max.run(SERVICES, acme.clone()).await.ok();
        let mails = world.mails(email).await;
        assert_eq!(mails.len(), 1);
        assert!(
            mails[0].starts_with("Ihre Rollen bei Acme") && mails[0].contains("INVOICES, TECHNICAL"),
            "{}",
            mails[0]
        );

        let until = now() + TimeDelta::minutes(5);
        let input = update(&world, ACME, MEMBER_OF_ACME, json!({ "expiresAt": until })).await;
        let changed = adam.act("updateMember", input, "membership { roles { name } expiresAt }").await;
        assert_eq!(changed["membership"]["roles"].as_array().unwrap().len(), 2, "left out, they stay");
        world.app.clock.advance(TimeDelta::minutes(5));
        max.run(SERVICES, acme.clone()).await.refused("NOT_FOUND");
        let input = update(&world, ACME, MEMBER_OF_ACME, json!({ "expiresAt": null })).await;
        adam.act("updateMember", input, "membership { expiresAt }").await;
        max.run(SERVICES, acme.clone()).await.ok();

        adam.act("removeMember", removal(&world, ACME, MEMBER_OF_ACME).await, "removed").await;
        max.run(SERVICES, acme).await.refused("NOT_FOUND");
        assert!(world.mails(email).await.pop().unwrap().starts_with("Sie sind nicht mehr Mitglied von Acme"));
        let log = world.texts("SELECT action FROM audit_event WHERE outcome = 'DONE' AND action LIKE '%Member'").await;
        assert_eq!(log.len(), 4, "{log:?}");
    });
}

#[test]
fn a_member_finds_their_own_membership_and_no_other_without_member_read() {
    with_database(async |world| {
        let query = "query($id: ID!) { node(id: $id) { ... on Membership { id email user { name } roles { name } \
                     organisation { name } } } viewer { memberships(first: 1) { edges { node { id email } } } } }";
        let max = world.as_(MEMBER_OF_ACME);
        let own = world.membership(ACME, MEMBER_OF_ACME).await;
        let found = max.run(query, json!({ "id": own })).await;
        let email = MEMBER_OF_ACME.person().email;
        let seen = json!({ "id": own, "email": email, "user": { "name": MEMBER_OF_ACME.name() },
                           "roles": [{ "name": "MEMBER" }], "organisation": { "name": "Acme" } });
        assert_eq!(found.ok()["node"], seen);
        let listed = json!([{ "node": { "id": own, "email": email } }]);
        assert_eq!(found.ok()["viewer"]["memberships"]["edges"], listed, "one object, one id");
        let another = world.membership(ACME, ADMIN_OF_ACME).await;
        max.run(query, json!({ "id": another })).await.refused("NOT_FOUND");
        world.as_(SOLE_PERSON).run(query, json!({ "id": own })).await.refused("NOT_FOUND");
        // What is one's own is seen, and not changed.
        let input = json!({ "membershipId": own, "roles": roles(&["OWNER"]) });
        max.attempt("updateMember", input, "").await.refused("FORBIDDEN");

        world.app.clock.advance(TimeDelta::minutes(5));
        world.db_execute("UPDATE membership SET expires_at = $1", [now().into()]).await;
        let expired = max.run(query, json!({ "id": own })).await;
        assert_eq!(expired.ok()["node"]["organisation"], Value::Null);
        assert_eq!(expired.ok()["node"]["id"], own);
    });
}

#[test]
fn nobody_gives_or_takes_more_than_they_hold() {
    with_database(async |world| {
        let adam = world.as_(ADMIN_OF_ACME);
        for (mutation, input) in [
            ("updateMember", update(&world, ACME, MEMBER_OF_ACME, json!({ "roles": roles(&["OWNER"]) })).await),
            ("updateMember", update(&world, ACME, ADMIN_OF_ACME, json!({ "roles": roles(&["ADMIN", "OWNER"]) })).await),
            ("updateMember", update(&world, ACME, OWNER_OF_ACME, json!({ "roles": roles(&["MEMBER"]) })).await),
            ("updateMember", update(&world, ACME, OWNER_OF_ACME, json!({ "expiresAt": null })).await),
            ("removeMember", removal(&world, ACME, OWNER_OF_ACME).await),
        ] {
            let error = adam.mistake(mutation, input.clone()).await;
            assert_eq!(error["code"], "PERMISSION_NOT_HELD", "{mutation} {input}");
            assert_eq!(error["missingPermissions"], json!(["ORGANISATION_CLOSE", "OWNERSHIP_TRANSFER"]), "{mutation}");
        }
        assert!(world.members(ACME).await.contains(&"Olga, owner of Acme: OWNER".to_owned()));
        // Access through a partner does not cover members who hold more, at the organisation or at its clients.
        let everything = tenantry::access::DelegationPreset::Full.set().to_stored();
        let sql = "UPDATE partnership SET delegated = $1 WHERE client_id = $2";
        world.db_execute(sql, [everything.into(), ACME.id.into()]).await;
        let frida = world.as_(OWNER_OF_FJORD);
        let error = frida.mistake("removeMember", removal(&world, ACME, ADMIN_OF_ACME).await).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
        let error = frida.mistake("removeMember", removal(&world, ACME, BILLING_OF_ACME).await).await;
        assert_eq!(error["missingPermissions"], json!([]), "only permissions at the clients are missing");
        assert!(!error["missingClientPermissions"].as_array().unwrap().is_empty());
        let input = update(&world, ACME, INVOICES_OF_ACME, json!({ "roles": roles(&["BILLING"]) })).await;
        assert_eq!(frida.mistake("updateMember", input).await["code"], "PERMISSION_NOT_HELD");
        let input = update(&world, ACME, INVOICES_OF_ACME, json!({ "roles": roles(&["DOMAINS"]) })).await;
        frida.act("updateMember", input, "").await;
        // A viewer who only sees members gets FORBIDDEN; a viewer who cannot see them gets NOT_FOUND.
        let membership = removal(&world, ACME, MEMBER_OF_ACME).await;
        world.as_(VIEWER_OF_ACME).attempt("removeMember", membership.clone(), "").await.refused("FORBIDDEN");
        world.as_(BILLING_OF_ACME).attempt("removeMember", membership.clone(), "").await.refused("NOT_FOUND");
        world.as_(HUB.owner).attempt("removeMember", membership, "").await.refused("NOT_FOUND");
    });
}

#[test]
fn each_mistake_in_a_change_of_a_member_is_named() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let foreign = Type::Role.id(BOREAL.free_role()).0;
        let many: Vec<&str> = vec!["MEMBER"; 21];
        for (more, code, field) in [
            (json!({ "roles": [] }), "INVALID_INPUT", "roles"),
            (json!({ "roles": roles(&many) }), "TOO_MANY", "roles"),
            (json!({ "roles": [{ "roleId": foreign }] }), "UNKNOWN", "roles"),
            (json!({ "expiresAt": now() }), "INVALID_INPUT", "expiresAt"),
            (json!({ "expiresAt": "9999-12-31T00:00:00Z" }), "INVALID_INPUT", "expiresAt"),
            (
                json!({ "expiresAt": now() + TimeDelta::days(1), "roles": roles(&["OWNER"]) }),
                "INVALID_INPUT",
                "expiresAt",
            ),
        ] {
            let error = olga.mistake("updateMember", update(&world, ACME, MEMBER_OF_ACME, more.clone()).await).await;
            assert_eq!((&error["code"], &error["field"][1]), (&json!(code), &json!(field)), "{more}");
        }
        let own = update(&world, ACME, OWNER_OF_ACME, json!({ "expiresAt": now() + TimeDelta::days(1) })).await;
        assert_eq!(olga.mistake("updateMember", own).await["code"], "INVALID_INPUT");
        for id in ["", "OWNER", &id_of(ACME)] {
            olga.attempt("removeMember", json!({ "membershipId": id }), "").await.refused("INVALID_INPUT");
        }
        // An older confirmation is enough for roles that are not powerful.
        let sql = "UPDATE session SET confirmed_at = $1";
        world.db_execute(sql, [(now() - TimeDelta::minutes(15)).into()]).await;
        let input = update(&world, ACME, MEMBER_OF_ACME, json!({ "roles": roles(&["VIEWER"]) })).await;
        olga.act("updateMember", input, "").await;
        for (whom, wanted) in [(MEMBER_OF_ACME, "ADMIN"), (ADMIN_OF_ACME, "MEMBER")] {
            let input = update(&world, ACME, whom, json!({ "roles": roles(&[wanted]) })).await;
            assert_eq!(olga.mistake("updateMember", input).await["code"], "CONFIRMATION_REQUIRED");
        }
        let admin = removal(&world, ACME, ADMIN_OF_ACME).await;
        assert_eq!(olga.mistake("removeMember", admin).await["code"], "CONFIRMATION_REQUIRED");
        olga.act("removeMember", removal(&world, ACME, MEMBER_OF_ACME).await, "removed").await;
    });
}

#[test]
fn the_last_owner_cannot_be_removed() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let tried = [
            ("leaveOrganisation", json!({ "organisationId": id_of(ACME) })),
            ("removeMember", removal(&world, ACME, OWNER_OF_ACME).await),
            ("updateMember", update(&world, ACME, OWNER_OF_ACME, json!({ "roles": roles(&["ADMIN"]) })).await),
        ];
        let owner = [Held::Builtin(BuiltinRole::Owner)];
        // Disabled, expired and partner memberships do not count as owners.
        world.db_join(710_000, ACME, SOLE_PERSON.person().id, &owner, Some(now())).await;
        let disabled = "UPDATE membership_role SET builtin = 'OWNER' WHERE membership_id IN \
                        (SELECT id FROM membership WHERE user_id = $1)";
        world.db_execute(disabled, [DISABLED_AT_ACME.person().id.into()]).await;
        world.db_join(711_000, ACME, SUPPORT_OF_FJORD.person().id, &owner, None).await;
        let through = "UPDATE membership SET partnership_id = (SELECT id FROM partnership WHERE reseller_id = $1 \
                       AND client_id = $2) WHERE user_id = $3 AND organisation_id = $2";
        let values = [FJORD.id.into(), ACME.id.into(), SUPPORT_OF_FJORD.person().id.into()];
        world.db_execute(through, values).await;
        for (mutation, input) in &tried {
            assert_eq!(olga.mistake(mutation, input.clone()).await["code"], "LAST_OWNER", "{mutation}");
        }
        // Staff cannot take the owner away either.
        let staff = world.as_(OWNER_OF_OPERATOR);
        assert_eq!(staff.mistake("removeMember", tried[1].1.clone()).await["code"], "LAST_OWNER");
        let input = update(&world, ACME, ADMIN_OF_ACME, json!({ "roles": roles(&["OWNER"]) })).await;
        olga.act("updateMember", input, "").await;
        olga.act("leaveOrganisation", tried[0].1.clone(), "left").await;
        assert!(olga.may_at(ACME).await.is_empty());
    });
}

#[test]
fn of_two_owners_who_leave_at_once_one_stays() {
    with_database(async |world| {
        let (olga, adam) = (world.as_(OWNER_OF_ACME), world.as_(ADMIN_OF_ACME));
        let owners = async || {
            let members = world.members(ACME).await;
            members.into_iter().filter(|member| member.ends_with(": OWNER")).collect::<Vec<_>>()
        };
        for case in 0..6 {
            world.db_reset().await;
            let input = update(&world, ACME, ADMIN_OF_ACME, json!({ "roles": roles(&["OWNER"]) })).await;
            olga.act("updateMember", input, "").await;
            adam.run("{ viewer { name } }", json!({})).await.ok();
            assert_eq!(owners().await.len(), 2);
            let leave = json!({ "organisationId": id_of(ACME) });
            let demote = update(&world, ACME, OWNER_OF_ACME, json!({ "roles": roles(&["MEMBER"]) })).await;
            let (first, second) = match case % 3 {
                0 => (("leaveOrganisation", leave.clone()), ("leaveOrganisation", leave)),
                1 => (
                    ("removeMember", removal(&world, ACME, ADMIN_OF_ACME).await),
                    ("removeMember", removal(&world, ACME, OWNER_OF_ACME).await),
                ),
                _ => (("leaveOrganisation", leave), ("updateMember", demote)),
            };
            // In the last case, the first owner leaves, or the second takes the role away: then the first may leave.
            let (one, other) = join(olga.attempt(first.0, first.1, ""), adam.attempt(second.0, second.1, "")).await;
            for answer in [&one, &other] {
                assert!(!answer.codes().contains(&"INTERNAL"), "{}", answer.text);
            }
            assert_eq!(owners().await.len(), 1, "case {case}: {} {}", one.text, other.text);
        }
    });
}

#[test]
fn every_member_may_leave_but_keys_and_strangers_cannot() {
    with_database(async |world| {
        let leave = json!({ "organisationId": id_of(ACME) });
        let max = world.as_(MEMBER_OF_ACME);
        assert_eq!(max.act("leaveOrganisation", leave.clone(), "left").await["left"], true);
        assert!(max.may_at(ACME).await.is_empty());
        for stranger in [MEMBER_OF_ACME, SUPPORT_OF_FJORD, OWNER_OF_OPERATOR] {
            world.as_(stranger).attempt("leaveOrganisation", leave.clone(), "").await.refused("NOT_FOUND");
        }
        let invented = json!({ "organisationId": Type::Organisation.id(key(NORDIC, 999_999)).0 });
        max.attempt("leaveOrganisation", invented, "").await.refused("NOT_FOUND");
        let fjord = json!({ "organisationId": id_of(FJORD) });
        let error = world.as_(KEY_OF_FJORD).mistake("leaveOrganisation", fjord).await;
        assert_eq!(error["code"], "FOR_PEOPLE_ONLY");
        // Of many concurrent requests to leave, one succeeds.
        let vera = world.as_(VIEWER_OF_ACME);
        vera.run("{ viewer { name } }", json!({})).await.ok();
        let answers = join_all((0..4).map(|_| vera.attempt("leaveOrganisation", leave.clone(), "left"))).await;
        assert_eq!(answers.iter().filter(|answer| answer.at("leaveOrganisation/left") == true).count(), 1);
    });
}

#[test]
fn in_a_suspended_organisation_members_can_still_leave_and_be_removed() {
    with_database(async |world| {
        let egil = world.as_(OWNER_OF_EKEN);
        for (number, caller, role) in [
            (710_000, SOLE_PERSON, BuiltinRole::Admin),
            (711_000, MEMBER_OF_ACME, BuiltinRole::Technical),
            (712_000, ADMIN_OF_ACME, BuiltinRole::Owner),
        ] {
            world.db_join(number, EKEN, caller.person().id, &[Held::Builtin(role)], None).await;
        }
        let input = update(&world, EKEN, MEMBER_OF_ACME, json!({ "roles": roles(&["MEMBER"]) })).await;
        egil.attempt("updateMember", input, "").await.refused("FORBIDDEN");
        // While suspended, an admin holds as much as an owner. That does not let the admin remove an owner.
        let stig = world.as_(SOLE_PERSON);
        let error = stig.mistake("removeMember", removal(&world, EKEN, ADMIN_OF_ACME).await).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
        stig.act("removeMember", removal(&world, EKEN, MEMBER_OF_ACME).await, "removed").await;
        egil.act("removeMember", removal(&world, EKEN, SOLE_PERSON).await, "removed").await;
        egil.act("removeMember", removal(&world, EKEN, ADMIN_OF_ACME).await, "removed").await;
        assert_eq!(world.members(EKEN).await, ["Egil, owner of Eken (suspended): OWNER"]);
    });
}

#[test]
fn removing_a_member_names_the_keys_that_the_person_made() {
    with_database(async |world| {
        let adam = world.as_(ADMIN_OF_ACME);
        world.db_verify(ADMIN_OF_ACME).await;
        let key = |name: &str| json!({ "organisationId": id_of(ACME), "name": name, "permissions": ["SERVICE_READ"] });
        adam.act("createApiKey", key("Kept"), "secret").await;
        let revoked = adam.act("createApiKey", key("Revoked"), "apiKey { id }").await["apiKey"]["id"].clone();
        adam.act("revokeApiKey", json!({ "apiKeyId": revoked }), "apiKey { id }").await;
        let removed = removal(&world, ACME, ADMIN_OF_ACME).await;
        let removed = world.as_(OWNER_OF_ACME).act("removeMember", removed, "removed apiKeys { name state }").await;
        assert_eq!(removed["apiKeys"], json!([{ "name": "Kept", "state": "ACTIVE" }]));
    });
}
