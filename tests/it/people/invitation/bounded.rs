//! Invitations cannot flood the mailbox of a stranger.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::*;

#[test]
fn an_unverified_user_cannot_invite() {
    with_database(async |world| {
        let frida = world.as_(OWNER_OF_FJORD);
        let rows = json!({ "organisationId": id_of(FJORD), "invitations": [{ "email": ADA, "roles": [{ "builtIn": "VIEWER" }] }] });
        assert_eq!(
            frida.mistake("inviteMember", invitation(FJORD, ADA, "VIEWER")).await["code"],
            "ADDRESS_NOT_VERIFIED"
        );
        assert_eq!(frida.mistake("inviteMembers", rows.clone()).await["code"], "ADDRESS_NOT_VERIFIED");
        assert!(world.mails(ADA).await.is_empty());
        world.db_verify(OWNER_OF_FJORD).await;
        let (id, _) = invite(&world, OWNER_OF_FJORD, FJORD, ADA, "VIEWER").await;
        world.db_execute("UPDATE \"user\" SET email_verified_at = NULL", []).await;
        let again = json!({ "invitationId": id });
        assert_eq!(frida.mistake("resendInvitation", again.clone()).await["code"], "ADDRESS_NOT_VERIFIED");
        assert_eq!(world.mails(ADA).await.len(), 1);
        frida.act("withdrawInvitation", again, "").await;
    });
}

async fn try_all(world: &World, inviter: Caller, tenant: Tenant) -> Vec<Value> {
    let row = json!({ "email": ADA, "roles": [{ "builtIn": "VIEWER" }] });
    let other = json!({ "email": "b@example.org", "roles": [{ "builtIn": "VIEWER" }] });
    let input = json!({ "organisationId": id_of(tenant), "invitations": [row, other], "dryRun": true });
    let payload = world.as_(inviter).act("inviteMembers", input, "results { userErrors { code } }").await;
    payload["results"].as_array().unwrap().iter().map(|row| row["userErrors"][0]["code"].clone()).collect()
}

#[test]
fn one_organisation_sends_at_most_five_links_a_day_to_an_address() {
    with_database(async |world| {
        for email in [ADA, SOLE_PERSON.person().email] {
            for _ in 0..2 {
                let (id, _) = invite(&world, OWNER_OF_ACME, ACME, email, "VIEWER").await;
                done(&revoke(&world, OWNER_OF_ACME, &id).await);
            }
            let (_, token) = invite(&world, OWNER_OF_ACME, ACME, email, "VIEWER").await;
            done(&decline(&world, &token).await);
            let (id, _) = invite(&world, ADMIN_OF_ACME, ACME, email, "VIEWER").await;
            done(&resend(&world, OWNER_OF_ACME, &id).await);
            assert_eq!(resend(&world, OWNER_OF_ACME, &id).await.user_codes(), ["TOO_MANY"]);
            done(&revoke(&world, OWNER_OF_ACME, &id).await);
            let sixth = try_invite(&world, OWNER_OF_ACME, invitation(ACME, email, "VIEWER")).await;
            let expected = json!([{ "code": "TOO_MANY", "field": ["input", "email"], "missingClientPermissions": null,
                "missingPermissions": null,
                "message": "Too many links were sent to this address today. Try again tomorrow." }]);
            assert_eq!(sixth.ok()["tried"]["userErrors"], expected);
            assert_eq!(world.mails(email).await.len(), 5);
        }
        assert_eq!(try_all(&world, OWNER_OF_ACME, ACME).await, [json!("TOO_MANY"), Value::Null]);
        // Other organisations may still invite the same person, and the same organisation may do so the day after.
        invite(&world, OWNER_OF_LUND, LUND, ADA, "VIEWER").await;
        world.db_execute("UPDATE invitation SET sent_at = $1", [(now() - TimeDelta::days(1)).into()]).await;
        invite(&world, OWNER_OF_ACME, ACME, ADA, "VIEWER").await;
    });
}

#[test]
fn all_organisations_together_send_at_most_twenty_links_a_day_to_an_address() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let mut organisations = Vec::new();
        for number in 0..24 {
            let input = json!({ "name": format!("Club {number}"), "kind": "COMPANY" });
            organisations
                .push(olga.act("createOrganisation", input, "organisation { id }").await["organisation"]["id"].clone());
        }
        let invite = async |organisation: &Value| {
            let input = json!({ "organisationId": organisation, "email": ADA, "roles": [{ "builtIn": "VIEWER" }] });
            try_invite(&world, OWNER_OF_ACME, input).await
        };
        let answers = join_all(organisations.iter().map(invite)).await;
        let (sent, refused): (Vec<_>, Vec<_>) = answers.iter().map(Answer::user_codes).partition(Vec::is_empty);
        assert_eq!((sent.len(), refused), (20, vec![vec!["TOO_MANY"]; 4]));
        assert_eq!(world.mails(ADA).await.len(), 20);
        assert_eq!(try_all(&world, OWNER_OF_LUND, LUND).await, [json!("TOO_MANY"), Value::Null]);
    });
}
