//! Changing the roles of an open invitation, and the role that stands in its way.

use serde_json::json;

use super::*;

#[test]
fn a_role_that_an_invitation_holds_is_named_with_the_way_to_change_it() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let role = json!({ "organisationId": id_of(ACME), "name": "Payers", "permissions": ["INVOICE_PAY"], "clientPermissions": [] });
        let role = olga.act("createRole", role, "role { id }").await["role"]["id"].clone();
        let mut input = invitation(ACME, ADA, "MEMBER");
        input["roles"] = json!([{ "roleId": role }]);
        let made = olga.act("inviteMember", input, "invitation { id }").await;
        let id = made["invitation"]["id"].as_str().unwrap().to_owned();
        let token = world.link(ADA).await;
        let refused = olga.mistake("deleteRole", json!({ "roleId": role })).await;
        assert_eq!(refused["code"], "IN_USE");
        let message = refused["message"].as_str().unwrap();
        assert!(
            message.contains("1 open invitation (ada@example.org)") && message.contains("updateInvitation"),
            "{message}"
        );

        let input = json!({ "invitationId": id, "roles": [{ "builtIn": "BILLING" }] });
        let changed = olga.act("updateInvitation", input, "invitation { roles { name } state }").await;
        assert_eq!(changed["invitation"], json!({ "roles": [{ "name": "BILLING" }], "state": "PENDING" }));
        olga.act("deleteRole", json!({ "roleId": role }), "deleted").await;
        // The link still works and gives the new role.
        sign_up(&world, ADA, Some(&token)).await.ok();
        let members = world.members(ACME).await;
        assert!(members.contains(&"Ada: BILLING".to_owned()), "{members:?}");
    });
}

#[test]
fn nobody_changes_an_invitation_to_more_than_they_hold() {
    with_database(async |world| {
        let (id, token) = invite(&world, ADMIN_OF_ACME, ACME, ADA, "MEMBER").await;
        let adam = world.as_(ADMIN_OF_ACME);
        let to = |role: &str| json!({ "invitationId": id, "roles": [{ "builtIn": role }] });
        let refused = adam.mistake("updateInvitation", to("OWNER")).await;
        assert_eq!(refused["code"], "PERMISSION_NOT_HELD");
        // Whoever changes it is the inviter from then on, and must still hold what it gives when it is accepted.
        let vera = VIEWER_OF_ACME;
        let sql = "UPDATE membership_role SET builtin = 'ADMIN' WHERE membership_id IN (SELECT id FROM membership \
                   WHERE user_id = $1)";
        world.db_execute(sql, [vera.person().id.into()]).await;
        world.db_verify(vera).await;
        let changed =
            world.as_(vera).act("updateInvitation", to("TECHNICAL"), "invitation { invitedBy { name } }").await;
        assert_eq!(changed["invitation"]["invitedBy"]["name"], vera.name());
        world.db_execute("DELETE FROM membership WHERE user_id = $1", [vera.person().id.into()]).await;
        let answer = sign_up(&world, ADA, Some(&token)).await;
        assert_eq!(answer.user_codes(), ["STALE_STATE"], "{}", answer.text);
    });
}

#[test]
fn a_custom_role_exists_only_for_readers_of_roles() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let role = json!({ "organisationId": id_of(ACME), "name": "Greeters", "permissions": ["ORGANISATION_READ"], "clientPermissions": [] });
        let role = olga.act("createRole", role, "role { id }").await["role"]["id"].clone();
        let inviter = json!({ "organisationId": id_of(ACME), "name": "Inviters", "permissions": ["MEMBER_UPDATE", "MEMBER_INVITE"], "clientPermissions": [] });
        let inviter = olga.act("createRole", inviter, "role { id }").await["role"]["id"].clone();
        let max =
            json!({ "membershipId": world.membership(ACME, MEMBER_OF_ACME).await, "roles": [{ "roleId": inviter }] });
        olga.act("updateMember", max, "membership { id }").await;
        world.db_verify(MEMBER_OF_ACME).await;
        let max = world.as_(MEMBER_OF_ACME);
        let invented = tenantry::base::id::Type::Role.id(uuid::Uuid::from_u128(7 << 100)).0;
        for (mutation, mut input) in [
            ("inviteMember", json!({ "organisationId": id_of(ACME), "email": ADA })),
            ("updateMember", json!({ "membershipId": world.membership(ACME, VIEWER_OF_ACME).await })),
        ] {
            input["roles"] = json!([{ "roleId": invented }]);
            let of_invented = max.attempt(mutation, input.clone(), "").await.text;
            input["roles"] = json!([{ "roleId": role }]);
            assert_eq!(max.attempt(mutation, input, "").await.text, of_invented);
        }
    });
}
