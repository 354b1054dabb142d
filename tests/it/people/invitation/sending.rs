//! Inviting: what the inviter can give, which addresses they can invite and how often, and what they see afterwards.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

const LIST: &str = "query($id: ID!, $states: [InvitationState!]) { organisation(id: $id) { \
     invitations(states: $states, first: 100) { totalCount edges { node { email state } } } } }";

async fn listed(world: &World, states: Value) -> Vec<String> {
    let variables = json!({ "id": id_of(ACME), "states": states });
    let answer = world.as_(VIEWER_OF_ACME).run(LIST, variables).await;
    let list = &answer.ok()["organisation"]["invitations"];
    let edges = list["edges"].as_array().unwrap();
    assert_eq!(list["totalCount"], edges.len(), "{}", answer.text);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    edges.iter().map(|edge| format!("{} {}", text(&edge["node"]["email"]), text(&edge["node"]["state"]))).collect()
}

#[test]
fn nobody_invites_with_more_than_they_hold() {
    with_database(async |world| {
        let refused = try_invite(&world, ADMIN_OF_ACME, invitation(ACME, ADA, "OWNER")).await;
        let error = &refused.ok()["tried"]["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("PERMISSION_NOT_HELD"), &json!(["input", "roles"])));
        let missing = json!(["ORGANISATION_CLOSE", "OWNERSHIP_TRANSFER"]);
        assert_eq!((&error["missingPermissions"], &error["missingClientPermissions"]), (&missing, &missing));
        assert!(world.mails(ADA).await.is_empty());
        done(&try_invite(&world, ADMIN_OF_ACME, invitation(ACME, ADA, "ADMIN")).await);
        // The inviter also needs the permissions that a role gives at the clients.
        let manager = try_invite(&world, OWNER_OF_ACME, invitation(ACME, "b@example.org", "PARTNER_MANAGER")).await;
        done(&manager);
        for (caller, code) in
            [(VIEWER_OF_ACME, "FORBIDDEN"), (SUPPORT_OF_FJORD, "FORBIDDEN"), (SOLE_PERSON, "NOT_FOUND")]
        {
            try_invite(&world, caller, invitation(ACME, "c@example.org", "MEMBER")).await.refused(code);
        }
        try_invite(&world, NOBODY, invitation(ACME, "c@example.org", "MEMBER")).await.refused("UNAUTHENTICATED");
        assert!(world.mails("c@example.org").await.is_empty());
    });
}

#[test]
fn each_mistake_in_an_invitation_is_named_and_nothing_is_sent() {
    with_database(async |world| {
        let right = || invitation(ACME, ADA, "VIEWER");
        let with = |field: &str, value: Value| {
            let mut input = right();
            input[field] = value;
            input
        };
        let foreign = Type::Role.id(HUB.probe_role()).0;
        let owner_with_end = {
            let mut input = invitation(ACME, ADA, "OWNER");
            input["membershipExpiresAt"] = json!(now() + TimeDelta::days(1));
            input
        };
        for (input, code, field) in [
            (with("email", json!("ada")), "INVALID_INPUT", "email"),
            (with("email", json!("ada@example.org\r\nBcc: all@example.org")), "INVALID_INPUT", "email"),
            (with("email", json!(OWNER_OF_ACME.person().email.to_uppercase())), "ALREADY_MEMBER", "email"),
            (with("roles", json!([])), "INVALID_INPUT", "roles"),
            (with("roles", json!([{ "roleId": foreign }])), "UNKNOWN", "roles"),
            (with("roles", json!([{ "roleId": id_of(ACME) }])), "INVALID_INPUT", "roles"),
            (with("roles", json!(vec![json!({ "builtIn": "VIEWER" }); 21])), "TOO_MANY", "roles"),
            (with("membershipExpiresAt", json!(now())), "INVALID_INPUT", "membershipExpiresAt"),
            (with("membershipExpiresAt", json!("9999-12-31T23:59:59Z")), "INVALID_INPUT", "membershipExpiresAt"),
            (owner_with_end, "INVALID_INPUT", "membershipExpiresAt"),
        ] {
            let answer = try_invite(&world, OWNER_OF_ACME, input).await;
            assert_eq!(answer.user_codes(), [code], "{}", answer.text);
            assert_eq!(answer.ok()["tried"]["userErrors"][0]["field"], json!(["input", field]), "{}", answer.text);
        }
        assert!(world.texts("SELECT recipient FROM outgoing_mail").await.is_empty());
        let input =
            json!({ "organisationId": Type::User.id(ACME.id).0, "email": ADA, "roles": [{ "builtIn": "VIEWER" }] });
        try_invite(&world, OWNER_OF_ACME, input).await.refused("INVALID_INPUT");
    });
}

#[test]
fn inviting_with_a_powerful_role_needs_a_fresh_confirmation() {
    with_database(async |world| {
        let (id, _) = invite(&world, OWNER_OF_ACME, ACME, ADA, "ADMIN").await;
        world.db_execute("UPDATE session SET confirmed_at = NULL", []).await;
        let powerful = try_invite(&world, OWNER_OF_ACME, invitation(ACME, "b@example.org", "ADMIN")).await;
        assert_eq!(powerful.user_codes(), ["CONFIRMATION_REQUIRED"]);
        assert_eq!(resend(&world, OWNER_OF_ACME, &id).await.user_codes(), ["CONFIRMATION_REQUIRED"]);
        done(&try_invite(&world, OWNER_OF_ACME, invitation(ACME, "b@example.org", "BILLING")).await);
    });
}

#[test]
fn an_address_has_one_pending_invitation_and_can_be_invited_again_later() {
    with_database(async |world| {
        let (first, old) = invite(&world, OWNER_OF_ACME, ACME, ADA, "VIEWER").await;
        let again = try_invite(&world, ADMIN_OF_ACME, invitation(ACME, "ADA@example.org", "BILLING")).await;
        assert_eq!(again.user_codes(), ["DUPLICATE"]);
        assert!(again.text.contains("resendInvitation"), "{}", again.text);
        // Another organisation may invite the same address.
        invite(&world, OWNER_OF_LUND, LUND, ADA, "VIEWER").await;
        world.db_execute("UPDATE invitation SET expires_at = $1", [now().into()]).await;
        assert_eq!(listed(&world, json!(["EXPIRED"])).await, ["ada@example.org EXPIRED"]);
        assert_eq!(listed(&world, json!(["PENDING"])).await, Vec::<String>::new());
        let (second, token) = invite(&world, OWNER_OF_ACME, ACME, ADA, "BILLING").await;
        assert_ne!(first, second);
        preview(&world, &old).await.refused("NOT_FOUND");
        preview(&world, &token).await.ok();
        assert_eq!(resend(&world, OWNER_OF_ACME, &first).await.user_codes(), ["STALE_STATE"]);
        assert_eq!(revoke(&world, OWNER_OF_ACME, &first).await.user_codes(), ["STALE_STATE"]);
        done(&revoke(&world, OWNER_OF_ACME, &second).await);
        assert_eq!(revoke(&world, OWNER_OF_ACME, &second).await.user_codes(), ["STALE_STATE"]);
        let third = try_invite(&world, OWNER_OF_ACME, invitation(ACME, ADA, "MEMBER")).await;
        done(&third);
        let all = ["ada@example.org PENDING", "ada@example.org WITHDRAWN", "ada@example.org EXPIRED"];
        assert_eq!(listed(&world, Value::Null).await, all);
        assert_eq!(listed(&world, json!(["WITHDRAWN", "EXPIRED", "EXPIRED"])).await, all[1..]);
        assert_eq!(listed(&world, json!([])).await, Vec::<String>::new());
    });
}

#[test]
fn the_sender_of_a_link_becomes_its_inviter_and_sends_it_at_most_ten_times() {
    with_database(async |world| {
        let (id, first) = invite(&world, OWNER_OF_ACME, ACME, ADA, "VIEWER").await;
        world.db_execute("UPDATE invitation SET expires_at = $1", [now().into()]).await;
        let again = resend(&world, ADMIN_OF_ACME, &id).await;
        let expected = json!({ "state": "PENDING", "invitedBy": { "name": ADMIN_OF_ACME.name() } });
        assert_eq!(again.ok()["tried"]["invitation"], expected);
        let second = world.link(ADA).await;
        preview(&world, &first).await.refused("NOT_FOUND");
        assert_eq!(preview(&world, &second).await.ok()["invitation"]["invitedBy"], ADMIN_OF_ACME.name());
        // At most five links a day go to one address.
        for day in [3, 5] {
            for _ in 0..day {
                done(&resend(&world, OWNER_OF_ACME, &id).await);
            }
            assert_eq!(resend(&world, OWNER_OF_ACME, &id).await.user_codes(), ["TOO_MANY"]);
            world.db_execute("UPDATE invitation SET sent_at = $1", [(now() - TimeDelta::days(1)).into()]).await;
        }
        assert_eq!(world.mails(ADA).await.len(), 10);
        assert_eq!(resend(&world, OWNER_OF_ACME, &id).await.user_codes(), ["TOO_MANY"]);
        assert_eq!(world.mails(ADA).await.len(), 10);
        // An admin can neither resend nor withdraw an invitation that makes an owner.
        let (of_owner, token) = invite(&world, OWNER_OF_ACME, ACME, "b@example.org", "OWNER").await;
        assert_eq!(resend(&world, ADMIN_OF_ACME, &of_owner).await.user_codes(), ["PERMISSION_NOT_HELD"]);
        assert_eq!(revoke(&world, ADMIN_OF_ACME, &of_owner).await.user_codes(), ["PERMISSION_NOT_HELD"]);
        for (caller, code) in [(VIEWER_OF_ACME, "FORBIDDEN"), (MEMBER_OF_ACME, "NOT_FOUND"), (SOLE_PERSON, "NOT_FOUND")]
        {
            resend(&world, caller, &of_owner).await.refused(code);
            revoke(&world, caller, &of_owner).await.refused(code);
        }
        done(&sign_up(&world, "b@example.org", Some(&token)).await);
        assert_eq!(resend(&world, OWNER_OF_ACME, &of_owner).await.user_codes(), ["STALE_STATE"]);
    });
}

#[test]
fn a_known_person_gets_the_invitation_in_their_own_language() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        world.db_execute("UPDATE \"user\" SET locale = 'DE' WHERE email = $1", [email.into()]).await;
        let query = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { locale } } }";
        let input = invitation(ACME, email, "VIEWER");
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "input": input })).await;
        assert_eq!(answer.ok()["inviteMember"]["invitation"]["locale"], "EN");
        let mail = world.mails(email).await.pop().unwrap();
        assert!(mail.starts_with("Einladung zu Acme\n"), "{mail}");
    });
}
