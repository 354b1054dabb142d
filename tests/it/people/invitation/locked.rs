//! Changes that happen while a request waits for the lock of the organisation count.

use serde_json::json;

use super::*;
use crate::world::on_postgres;

#[test]
fn a_member_removed_while_the_request_waits_cannot_touch_invitations() {
    on_postgres(async |world| {
        let (id, _) = invite(&world, OWNER_OF_ACME, ACME, "waits@example.org", "VIEWER").await;
        let adam = world.as_(ADMIN_OF_ACME);
        adam.run("{ viewer { name } }", json!({})).await.ok();
        let row = json!({ "email": ADA, "roles": [{ "builtIn": "VIEWER" }] });
        for (mutation, input) in [
            ("inviteMember", invitation(ACME, ADA, "VIEWER")),
            ("inviteMembers", json!({ "organisationId": id_of(ACME), "invitations": [row] })),
            ("resendInvitation", json!({ "invitationId": id })),
            ("withdrawInvitation", json!({ "invitationId": id })),
        ] {
            let attempt = adam.attempt(mutation, input, "");
            let answer = world.db_remove_while_it_waits(ADMIN_OF_ACME, attempt).await;
            assert_eq!(answer.codes(), ["NOT_FOUND"], "{mutation}: {}", answer.text);
            assert_eq!(load_as_owner(&world, &id).await["state"], "PENDING", "{mutation}");
            assert_eq!(world.texts("SELECT recipient FROM outgoing_mail").await, ["waits@example.org"], "{mutation}");
            let roles = [Held::Builtin(tenantry::access::BuiltinRole::Admin)];
            let number = 740_000 + 10 * u32::try_from(mutation.len()).unwrap();
            world.db_join(number, ACME, ADMIN_OF_ACME.person().id, &roles, None).await;
        }
    });
}

#[test]
fn a_member_narrowed_while_the_request_waits_invites_with_no_more_than_they_hold() {
    on_postgres(async |world| {
        let adam = world.as_(ADMIN_OF_ACME);
        adam.run("{ viewer { name } }", json!({})).await.ok();
        let lock = format!("SELECT $1::uuid, id FROM organisation WHERE id = '{}' FOR NO KEY UPDATE", ACME.id);
        let change = "UPDATE membership_role SET builtin = NULL, role_id = (SELECT id FROM role WHERE name = 'Reception') \
                      WHERE membership_id IN (SELECT id FROM membership WHERE user_id = $1)";
        let input = json!({ "organisationId": id_of(ACME), "name": "Reception", "permissions": ["MEMBER_INVITE"] });
        world.as_(OWNER_OF_ACME).act("createRole", input, "").await;
        let attempt = try_invite(&world, ADMIN_OF_ACME, invitation(ACME, ADA, "ADMIN"));
        let answer = world.db_change_while_it_waits(&lock, change, ADMIN_OF_ACME.person().id, attempt).await;
        assert_eq!(answer.user_codes(), ["PERMISSION_NOT_HELD"]);
        assert!(world.mails(ADA).await.is_empty());
    });
}

#[test]
fn a_user_disabled_while_accepting_does_not_become_a_member() {
    on_postgres(async |world| {
        world.db_verify(SOLE_PERSON).await;
        let email = SOLE_PERSON.person().email;
        let (id, token) = invite(&world, OWNER_OF_ACME, ACME, email, "VIEWER").await;
        world.as_(SOLE_PERSON).run("{ viewer { name } }", json!({})).await.ok();
        let lock = "SELECT id FROM \"user\" WHERE id = $1 FOR UPDATE";
        let change =
            "UPDATE \"user\" SET state = 'DISABLED', email = 'erased@example.org', erased_at = now() WHERE id = $1";
        let attempt = accept(&world, SOLE_PERSON, &token);
        let answer = world.db_change_while_it_waits(lock, change, SOLE_PERSON.person().id, attempt).await;
        assert_eq!(answer.user_codes(), ["STALE_STATE"]);
        assert_eq!(load_as_owner(&world, &id).await["state"], "PENDING");
        let members = world.members(ACME).await;
        assert!(!members.iter().any(|member| member.starts_with(SOLE_PERSON.name())), "{members:?}");
    });
}

#[test]
fn a_user_disabled_while_claiming_an_account_does_not_become_a_member() {
    on_postgres(async |world| {
        let email = SOLE_PERSON.person().email;
        world.db_execute("UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1", [email.into()]).await;
        let (id, token) = invite(&world, OWNER_OF_ACME, ACME, email, "VIEWER").await;
        let lock = "SELECT id FROM \"user\" WHERE id = $1 FOR UPDATE";
        let change = "UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1";
        let input = json!({ "input": { "token": token, "newPassword": "eleven blue kettles" } });
        let client = world.as_(NOBODY);
        let attempt = client.run(ACCEPT, input);
        let answer = world.db_change_while_it_waits(lock, change, SOLE_PERSON.person().id, attempt).await;
        assert_eq!(answer.user_codes(), ["STALE_STATE"]);
        assert_eq!(load_as_owner(&world, &id).await["state"], "PENDING");
    });
}
