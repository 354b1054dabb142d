//! The inviter must still hold what the invitation gives when it is accepted. An invitation of a suspended organisation
//! stays pending.

use sea_orm::Value as Parameter;
use serde_json::json;
use tenantry::access::{DelegationPreset, Permission, PermissionSet};
use uuid::Uuid;

use super::*;

/// Lets the people of Fjord do everything at Acme that a partner can.
async fn db_let_fjord_in(world: &World) {
    let sql = "UPDATE partnership SET delegated = $1 WHERE reseller_id = $2 AND client_id = $3";
    let full = DelegationPreset::Full.set().to_stored();
    world.db_execute(sql, [full.into(), FJORD.id.into(), ACME.id.into()]).await;
}

/// A change to the inviter before the invitation is accepted.
struct Case {
    what: &'static str,
    inviter: Caller,
    sql: &'static str,
    values: Vec<Parameter>,
}

fn cases() -> Vec<Case> {
    let of = |caller: Caller| -> Vec<Parameter> { vec![caller.person().id.into()] };
    let pair: Vec<Parameter> = vec![FJORD.id.into(), ACME.id.into()];
    let reads = PermissionSet::READS.to_stored();
    vec![
        Case {
            what: "the inviter is disabled",
            inviter: ADMIN_OF_ACME,
            sql: "UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1",
            values: of(ADMIN_OF_ACME),
        },
        Case {
            what: "the inviter is removed",
            inviter: ADMIN_OF_ACME,
            sql: "DELETE FROM membership WHERE user_id = $1",
            values: of(ADMIN_OF_ACME),
        },
        Case {
            what: "the inviter has a smaller role",
            inviter: ADMIN_OF_ACME,
            sql: "UPDATE membership_role SET builtin = 'BILLING' \
                  WHERE membership_id IN (SELECT id FROM membership WHERE user_id = $1)",
            values: of(ADMIN_OF_ACME),
        },
        Case {
            what: "the partnership is ended",
            inviter: MANAGER_OF_FJORD,
            sql: "UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1 AND client_id = $2",
            values: pair.clone(),
        },
        Case {
            what: "the client delegates less",
            inviter: MANAGER_OF_FJORD,
            sql: "UPDATE partnership SET delegated = $3 WHERE reseller_id = $1 AND client_id = $2",
            values: pair.into_iter().chain([reads.into()]).collect(),
        },
        Case {
            what: "the key is revoked",
            inviter: KEY_OF_FJORD,
            sql: "UPDATE api_key SET revoked_at = created_at WHERE organisation_id = $1",
            values: vec![FJORD.id.into()],
        },
        Case {
            what: "the key has expired",
            inviter: KEY_OF_FJORD,
            sql: "UPDATE api_key SET expires_at = created_at WHERE organisation_id = $1",
            values: vec![FJORD.id.into()],
        },
    ]
}

#[test]
fn an_invitation_is_void_once_its_inviter_can_no_longer_give_it() {
    with_database(async |world| {
        for case in cases() {
            world.db_reset().await;
            db_let_fjord_in(&world).await;
            let all = PermissionSet::DELEGABLE.to_stored();
            let key = "UPDATE api_key SET client_permissions = $1 WHERE organisation_id = $2";
            world.db_execute(key, [all.into(), FJORD.id.into()]).await;
            let (id, token) = invite(&world, case.inviter, ACME, ADA, "TECHNICAL").await;
            world.db_execute(case.sql, case.values).await;
            let refused = sign_up(&world, ADA, Some(&token)).await;
            assert_eq!(refused.user_codes(), ["STALE_STATE"], "{}: {}", case.what, refused.text);
            assert!(refused.text.contains("no longer valid"), "{}", refused.text);
            assert_eq!(load_as_owner(&world, &id).await["state"], "ENDED", "{}", case.what);
            assert!(log_in(&world, ADA, PASSWORD).await.is_none(), "{}", case.what);
            assert_eq!(sign_up(&world, ADA, Some(&token)).await.user_codes(), ["INVALID_LINK"], "{}", case.what);
        }
    });
}

#[test]
fn an_invitation_with_a_role_that_outgrew_its_inviter_is_void() {
    with_database(async |world| {
        let reads = PermissionSet::of(&[Permission::ServiceRead]);
        world
            .db_role(
                &HUB,
                reads | PermissionSet::of(&[Permission::MemberInvite, Permission::RoleRead]),
                PermissionSet::EMPTY,
            )
            .await;
        let query = "query($id: ID!) { organisation(id: $id) { members(first: 100) { edges { node { roles { id name } } } } } }";
        let hub = Type::Organisation.id(HUB.id()).0;
        let answer = world.as_(HUB.owner).run(query, json!({ "id": hub })).await;
        let text = answer.ok().to_string();
        let at = text.find("\"name\":\"Navet reader\"").unwrap();
        let start = text[..at].rfind("role_").unwrap();
        let role: String = text[start..].chars().take_while(|letter| *letter != '"').collect();
        // The probe holds SERVICE_READ but not USAGE_READ, which the role has as well.
        let input = json!({ "organisationId": hub, "email": ADA, "roles": [{ "roleId": role }] });
        let refused = try_invite(&world, HUB.probe, input.clone()).await;
        assert_eq!(refused.user_codes(), ["PERMISSION_NOT_HELD"], "{}", refused.text);
        assert_eq!(refused.ok()["tried"]["userErrors"][0]["missingPermissions"], json!(["USAGE_READ"]));
        let smaller = "UPDATE role SET permissions = $1 WHERE name = 'Navet reader'";
        world.db_execute(smaller, [reads.to_stored().into()]).await;
        done(&try_invite(&world, HUB.probe, input).await);
        let token = world.link(ADA).await;
        world.db_execute(smaller, [PermissionSet::READS.to_stored().into()]).await;
        assert_eq!(sign_up(&world, ADA, Some(&token)).await.user_codes(), ["STALE_STATE"]);
    });
}

#[test]
fn an_invitation_through_a_partner_becomes_a_membership_through_the_partner() {
    with_database(async |world| {
        db_let_fjord_in(&world).await;
        let (id, token) = invite(&world, MANAGER_OF_FJORD, ACME, ADA, "VIEWER").await;
        assert_eq!(load_as_owner(&world, &id).await["partnership"]["reseller"]["name"], "Fjord");
        // A partner cannot give permissions that partners never have.
        let powerful = try_invite(&world, MANAGER_OF_FJORD, invitation(ACME, "b@example.org", "ADMIN")).await;
        assert_eq!(powerful.user_codes(), ["PERMISSION_NOT_HELD"]);
        done(&sign_up(&world, ADA, Some(&token)).await);
        let sql = "SELECT partnership_id FROM membership WHERE partnership_id IS NOT NULL AND organisation_id = $1";
        let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
        let given: Vec<Uuid> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let sql = "SELECT id FROM partnership WHERE reseller_id = $1 AND client_id = $2";
        let rows = world.db().rows(sql, vec![FJORD.id.into(), ACME.id.into()]).await.unwrap();
        assert_eq!(given, [rows[0].try_get_by_index::<Uuid>(0).unwrap()]);
    });
}

#[test]
fn an_invitation_needs_the_partnership_when_only_that_gives_the_permission() {
    with_database(async |world| {
        db_let_fjord_in(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        let permissions = json!(["MEMBER_INVITE", "SERVICE_READ"]);
        let input = json!({ "organisationId": id_of(ACME), "name": "Reception", "permissions": permissions });
        let role = olga.act("createRole", input, "role { id }").await["role"]["id"].clone();
        let held = Held::Custom(Type::Role.parse(&role.as_str().unwrap().into()).unwrap());
        world.db_join(730_000, ACME, MANAGER_OF_FJORD.person().id, &[held], None).await;
        let partner = async |id: &str| load_as_owner(&world, id).await["partnership"]["reseller"]["name"].clone();
        let (id, token) = invite(&world, MANAGER_OF_FJORD, ACME, ADA, "TECHNICAL").await;
        assert_eq!(partner(&id).await, "Fjord");
        // What she gives by her own role does not depend on the partnership.
        let mut input = invitation(ACME, "b@example.org", "TECHNICAL");
        input["roles"] = json!([{ "roleId": role }]);
        let own = try_invite(&world, MANAGER_OF_FJORD, input).await;
        let own = own.ok()["tried"]["invitation"]["id"].as_str().unwrap_or_else(|| panic!("{}", own.text)).to_owned();
        assert_eq!(partner(&own).await, json!(null));
        // The last sender of the link is its inviter.
        let (of_owner, _) = invite(&world, OWNER_OF_ACME, ACME, "c@example.org", "TECHNICAL").await;
        assert_eq!(partner(&of_owner).await, json!(null));
        done(&resend(&world, MANAGER_OF_FJORD, &of_owner).await);
        assert_eq!(partner(&of_owner).await, "Fjord");
        done(&resend(&world, OWNER_OF_ACME, &of_owner).await);
        assert_eq!(partner(&of_owner).await, json!(null));
        let end = "UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1 AND client_id = $2";
        world.db_execute(end, [FJORD.id.into(), ACME.id.into()]).await;
        assert_eq!(sign_up(&world, ADA, Some(&token)).await.user_codes(), ["STALE_STATE"]);
    });
}

#[test]
fn an_invitation_of_a_suspended_organisation_waits_until_it_resumes() {
    with_database(async |world| {
        let (id, token) = invite(&world, OWNER_OF_ACME, ACME, ADA, "VIEWER").await;
        for (state, code) in [("SUSPENDED", "ORGANISATION_SUSPENDED"), ("CLOSED", "ORGANISATION_CLOSED")] {
            let sql = "UPDATE organisation SET state = $1 WHERE id = $2";
            world.db_execute(sql, [state.into(), ACME.id.into()]).await;
            assert_eq!(sign_up(&world, ADA, Some(&token)).await.user_codes(), [code]);
            let invited = try_invite(&world, OWNER_OF_ACME, invitation(ACME, "b@example.org", "VIEWER")).await;
            invited.refused("FORBIDDEN");
            let by_staff = try_invite(&world, OWNER_OF_OPERATOR, invitation(ACME, "b@example.org", "VIEWER")).await;
            assert_eq!(by_staff.user_codes(), [code]);
            assert_eq!(resend(&world, OWNER_OF_OPERATOR, &id).await.user_codes(), [code]);
            world.db_execute(sql, ["ACTIVE".into(), ACME.id.into()]).await;
        }
        done(&sign_up(&world, ADA, Some(&token)).await);
    });
}
