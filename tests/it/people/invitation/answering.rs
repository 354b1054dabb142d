//! Answering an invitation: newcomers, people with an account, and links that are no longer valid.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

const VIEWER: &str = "{ viewer { name activeOrganisation { name } organisations { totalCount } } }";

#[test]
fn a_newcomer_joins_by_the_link_and_gets_no_organisation_of_their_own() {
    with_database(async |world| {
        let organisations = world.texts("SELECT name FROM organisation").await.len();
        let mut input = invitation(ACME, " Ada@Example.ORG", "VIEWER");
        input["locale"] = json!("SV");
        let answer = try_invite(&world, ADMIN_OF_ACME, input).await;
        let sent = &answer.ok()["tried"]["invitation"];
        assert_eq!((&sent["email"], &sent["state"]), (&json!(ADA), &json!("PENDING")));
        let mail = world.mails(ADA).await.pop().unwrap();
        assert!(mail.starts_with("Inbjudan till ”Acme”\n”Adam, admin of Acme” bjuder in dig"), "{mail}");
        let token = world.link(ADA).await;
        let shown = preview(&world, &token).await;
        let expected = json!({
            "organisation": { "name": "Acme" }, "invitedBy": ADMIN_OF_ACME.name(), "roles": ["VIEWER"], "email": ADA,
            "next": "SIGN_UP",
        });
        assert_eq!(shown.ok()["invitation"], expected);

        done(&sign_up(&world, "ADA@example.org", Some(&token)).await);
        assert_eq!(world.texts("SELECT name FROM organisation").await.len(), organisations);
        let proved = "SELECT email FROM \"user\" WHERE email_verified_at IS NOT NULL AND email LIKE '%example.org'";
        assert_eq!(world.texts(proved).await, [ADA]);
        let access = log_in(&world, ADA, PASSWORD).await.unwrap();
        let viewer = world.send_as(Some(&access), VIEWER, json!({})).await;
        let expected =
            json!({ "name": "Ada", "activeOrganisation": { "name": "Acme" }, "organisations": { "totalCount": 1 } });
        assert_eq!(viewer.ok()["viewer"], expected);
        assert_eq!(roles_at_acme(&world, ADA).await, ["VIEWER"]);

        let id = sent["id"].as_str().unwrap();
        let accepted = load_as_owner(&world, id).await;
        assert_eq!((&accepted["state"], &accepted["membership"]["user"]["name"]), (&json!("ACCEPTED"), &json!("Ada")));
        assert_eq!(sign_up(&world, ADA, Some(&token)).await.user_codes(), ["INVALID_LINK"]);
        let query = "query($id: ID!, $of: ID!) { organisation(id: $id) { auditEvents(filter: {objectId: $of}) { edges { \
             node { action actorName after } } } } }";
        let log = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME), "of": id })).await;
        let events: Vec<Value> = log.ok()["organisation"]["auditEvents"]["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| json!([edge["node"]["action"], edge["node"]["actorName"]]))
            .collect();
        assert_eq!(events, [json!(["signUp", "Ada"]), json!(["inviteMember", ADMIN_OF_ACME.name()])]);
        assert!(!log.text.contains(ADA), "{}", log.text);
    });
}

#[test]
fn a_person_with_an_account_joins_when_signed_in_with_the_address() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        let (id, token) = invite(&world, OWNER_OF_ACME, ACME, email, "BILLING").await;
        world.db_execute("UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1", [email.into()]).await;
        assert_eq!(accept(&world, SOLE_PERSON, &token).await.user_codes(), ["ADDRESS_NOT_VERIFIED"]);
        world.db_verify(SOLE_PERSON).await;
        world.db_verify(OWNER_OF_LUND).await;
        assert_eq!(preview(&world, &token).await.ok()["invitation"]["next"], "SIGN_IN");
        accept(&world, NOBODY, &token).await.refused("UNAUTHENTICATED");
        assert_eq!(accept(&world, OWNER_OF_LUND, &token).await.user_codes(), ["WRONG_ADDRESS"]);
        assert_eq!(accept(&world, KEY_OF_FJORD, &token).await.user_codes(), ["FOR_PEOPLE_ONLY"]);
        assert_eq!(sign_up(&world, email, Some(&token)).await.user_codes(), ["DUPLICATE"]);
        assert_eq!(sign_up(&world, ADA, Some(&token)).await.user_codes(), ["WRONG_ADDRESS"]);
        assert_eq!(load_as_owner(&world, &id).await["state"], "PENDING");
        assert_eq!(roles_at_acme(&world, email).await, Vec::<String>::new());

        let joined = accept(&world, SOLE_PERSON, &token).await;
        let expected = json!({ "name": "Acme", "organisation": { "name": "Acme" } });
        assert_eq!(joined.ok()["tried"], json!({ "organisation": expected, "userErrors": [] }));
        assert_eq!(roles_at_acme(&world, email).await, ["BILLING"]);
        assert_eq!(accept(&world, SOLE_PERSON, &token).await.user_codes(), ["INVALID_LINK"]);
    });
}

#[test]
fn used_links_and_invented_ones_get_one_answer() {
    with_database(async |world| {
        let (_, declined) = invite(&world, OWNER_OF_ACME, ACME, "a@example.org", "VIEWER").await;
        let answer = decline(&world, &declined).await;
        assert_eq!(answer.ok()["tried"], json!({ "declined": true, "userErrors": [] }));
        let query = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 1) { edges { node { \
             action actorKind actorId actorName } } } } }";
        let log = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let expected =
            json!({ "action": "declineInvitation", "actorKind": "USER", "actorId": null, "actorName": null });
        assert_eq!(log.ok()["organisation"]["auditEvents"]["edges"][0]["node"], expected);
        let (id, revoked) = invite(&world, OWNER_OF_ACME, ACME, "b@example.org", "VIEWER").await;
        assert_eq!(revoke(&world, ADMIN_OF_ACME, &id).await.ok()["tried"]["invitation"]["state"], "WITHDRAWN");
        let (_, used) = invite(&world, OWNER_OF_ACME, ACME, "c@example.org", "VIEWER").await;
        done(&sign_up(&world, "c@example.org", Some(&used)).await);
        let (id, replaced) = invite(&world, OWNER_OF_ACME, ACME, "d@example.org", "VIEWER").await;
        done(&resend(&world, OWNER_OF_ACME, &id).await);
        let newest = world.link("d@example.org").await;
        preview(&world, &newest).await.ok();
        let (_, old) = invite(&world, OWNER_OF_ACME, ACME, "e@example.org", "VIEWER").await;
        world.app.clock.advance(TimeDelta::days(7));

        let huge = "x".repeat(10_000);
        let answers =
            [&declined, &revoked, &used, &replaced, &old, "", "unknown", "\u{0}", "å", &huge].map(async |token| {
                let token: &str = token;
                let shown = preview(&world, token).await;
                shown.refused("NOT_FOUND");
                let texts = [accept(&world, NOBODY, token).await, decline(&world, token).await];
                for answer in &texts {
                    assert_eq!(answer.user_codes(), ["INVALID_LINK"], "{token}");
                }
                assert_eq!(
                    sign_up(&world, "e@example.org", Some(token)).await.user_codes(),
                    ["INVALID_LINK"],
                    "{token}"
                );
                shown.text + &texts.map(|answer| answer.text).concat()
            });
        let texts = futures_util::future::join_all(answers).await;
        assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
        assert!(world.texts("SELECT email FROM \"user\" WHERE email = 'e@example.org'").await.is_empty());
    });
}

#[test]
fn a_membership_with_an_end_ends_and_its_user_can_be_invited_again() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        world.db_verify(SOLE_PERSON).await;
        let mut input = invitation(ACME, email, "TECHNICAL");
        input["membershipExpiresAt"] = json!(now() + TimeDelta::minutes(5));
        done(&try_invite(&world, OWNER_OF_ACME, input.clone()).await);
        let token = world.link(email).await;
        done(&accept(&world, SOLE_PERSON, &token).await);
        assert_eq!(
            try_invite(&world, OWNER_OF_ACME, invitation(ACME, email, "VIEWER")).await.user_codes(),
            ["ALREADY_MEMBER"]
        );
        // A membership that would end before it begins.
        input["email"] = json!("late@example.org");
        done(&try_invite(&world, OWNER_OF_ACME, input).await);
        let late = world.link("late@example.org").await;
        world.app.clock.advance(TimeDelta::minutes(5));
        assert_eq!(sign_up(&world, "late@example.org", Some(&late)).await.user_codes(), ["TOO_LATE"]);
        let (_, token) = invite(&world, OWNER_OF_ACME, ACME, email, "VIEWER").await;
        done(&accept(&world, SOLE_PERSON, &token).await);
        assert_eq!(roles_at_acme(&world, email).await, ["VIEWER"]);
    });
}

const OPEN: &str = "{ viewer { invitations { totalCount edges { node { id email card { name } organisation { name } \
     roles { name } invitedBy { name } invitedByKey { name } partnership { id } membership { id } } } } } }";

async fn answer_by_id(world: &World, caller: Caller, mutation: &str, id: &str) -> Answer {
    world.as_(caller).run(mutation, json!({ "input": { "invitationId": id } })).await
}

#[test]
fn a_person_finds_the_invitations_to_the_verified_address_and_answers_without_the_mail() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        let (id, _) = invite(&world, OWNER_OF_ACME, ACME, email, "BILLING").await;
        let (other, _) = invite(&world, OWNER_OF_ACME, ACME, "b@example.org", "VIEWER").await;
        let open = async || world.as_(SOLE_PERSON).run(OPEN, json!({})).await.ok()["viewer"]["invitations"].clone();
        let verified_at = "UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1";
        world.db_execute(verified_at, [email.into()]).await;
        assert_eq!(open().await["edges"], json!([]), "the address is not proved");
        assert_eq!(answer_by_id(&world, SOLE_PERSON, ACCEPT, &id).await.user_codes(), ["ADDRESS_NOT_VERIFIED"]);
        world.as_(SOLE_PERSON).run(NODE, json!({ "id": id })).await.refused("NOT_FOUND");

        world.db_verify(SOLE_PERSON).await;
        let shown = json!({ "id": id, "email": email, "card": { "name": "Acme" }, "organisation": null,
            "roles": [{ "name": "BILLING" }], "invitedBy": { "name": OWNER_OF_ACME.name() }, "invitedByKey": null,
            "partnership": null, "membership": null });
        assert_eq!(open().await, json!({ "totalCount": 1, "edges": [{ "node": shown }] }));
        world.as_(SOLE_PERSON).run(NODE, json!({ "id": id })).await.ok();

        // Only the person whose address it went to can answer by the id.
        for mutation in [ACCEPT, DECLINE] {
            answer_by_id(&world, NOBODY, mutation, &id).await.refused("UNAUTHENTICATED");
            answer_by_id(&world, OWNER_OF_LUND, mutation, &id).await.refused("NOT_FOUND");
            answer_by_id(&world, SOLE_PERSON, mutation, &other).await.refused("NOT_FOUND");
            assert_eq!(answer_by_id(&world, KEY_OF_FJORD, mutation, &id).await.user_codes(), ["FOR_PEOPLE_ONLY"]);
            assert_eq!(answer_by_id(&world, OWNER_OF_ACME, mutation, &id).await.user_codes(), ["WRONG_ADDRESS"]);
            for wrong in [json!({}), json!({ "invitationId": id, "token": "x" })] {
                let answer = world.as_(SOLE_PERSON).run(mutation, json!({ "input": wrong })).await;
                assert_eq!(answer.user_codes(), ["INVALID_INPUT"], "{wrong}");
            }
        }
        assert_eq!(load_as_owner(&world, &id).await["state"], "PENDING");

        done(&answer_by_id(&world, SOLE_PERSON, ACCEPT, &id).await);
        assert_eq!(roles_at_acme(&world, email).await, ["BILLING"]);
        assert_eq!(open().await["edges"], json!([]));
        for mutation in [ACCEPT, DECLINE] {
            assert_eq!(answer_by_id(&world, SOLE_PERSON, mutation, &id).await.user_codes(), ["STALE_STATE"]);
        }

        // Declined by its id, closed organisations and invitations that have expired are not listed.
        let lund = OWNER_OF_LUND.person().email;
        world.db_verify(OWNER_OF_LUND).await;
        let (id, token) = invite(&world, OWNER_OF_ACME, ACME, lund, "VIEWER").await;
        let count = async || {
            let answer = world.as_(OWNER_OF_LUND).run(OPEN, json!({})).await;
            answer.ok()["viewer"]["invitations"]["totalCount"].as_u64().unwrap()
        };
        assert_eq!(count().await, 1);
        world.db_execute("UPDATE organisation SET state = 'CLOSED' WHERE id = $1", [ACME.id.into()]).await;
        assert_eq!(count().await, 0);
        world.db_execute("UPDATE organisation SET state = 'ACTIVE' WHERE id = $1", [ACME.id.into()]).await;
        done(&answer_by_id(&world, OWNER_OF_LUND, DECLINE, &id).await);
        assert_eq!((count().await, load_as_owner(&world, &id).await["state"].as_str().unwrap()), (0, "DECLINED"));
        assert_eq!(accept(&world, OWNER_OF_LUND, &token).await.user_codes(), ["INVALID_LINK"]);
    });
}
