//! One mailbox, one account, however its address is written.

use serde_json::json;

use crate::world::accounts::*;
use crate::world::*;

/// Spellings of one mailbox.
const SPELLINGS: [&str; 4] =
    ["straße@exämple.org", "STRASSE@XN--EXMPLE-CUA.ORG", " strasse@ｅｘäｍｐｌｅ．org ", "straße@exa\u{308}mple。org"];

async fn accounts(world: &World) -> Vec<String> {
    world.texts("SELECT email FROM \"user\" WHERE mailbox = 'strasse@exämple.org'").await
}

#[test]
fn a_mailbox_has_one_account() {
    with_database(async |world| {
        for spelling in SPELLINGS {
            world.send_as(None, SIGN_UP, newcomer(spelling)).await.ok();
        }
        // Mail goes to the address that was given first.
        assert_eq!(accounts(&world).await, ["straße@exämple.org"]);
        assert_eq!(world.mails("straße@exämple.org").await.len(), 4);
        assert_eq!(world.db_count("outgoing_mail WHERE recipient LIKE '%exa%'").await, 0);
        for spelling in SPELLINGS {
            access(&log_in(&world, spelling, PASSWORD).await);
        }
        // The limit of five mails of a kind counts all spellings together.
        for spelling in SPELLINGS.iter().chain(&SPELLINGS) {
            ask_for_reset(&world, spelling).await.ok();
        }
        let resets = world.mails("straße@exämple.org").await;
        assert_eq!(resets.iter().filter(|mail| mail.starts_with("Set a new password")).count(), 5);
    });
}

#[test]
fn the_invited_mailbox_accepts_with_any_spelling() {
    with_database(async |world| {
        let invite =
            json!({ "organisationId": id_of(ACME), "email": SPELLINGS[1], "roles": [{ "builtIn": "VIEWER" }] });
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("inviteMember", invite, "").await;
        let again = json!({ "organisationId": id_of(ACME), "email": SPELLINGS[2], "roles": [{ "builtIn": "VIEWER" }] });
        assert_eq!(olga.mistake("inviteMember", again.clone()).await["code"], "DUPLICATE");
        let rows = json!({ "organisationId": id_of(LUND), "invitations": SPELLINGS.map(|email| json!({ "email": email,
            "roles": [{ "builtIn": "VIEWER" }] })) });
        let many = world.as_(OWNER_OF_LUND).act("inviteMembers", rows, "results { userErrors { code } }").await;
        let codes: Vec<_> =
            many["results"].as_array().unwrap().iter().map(|row| &row["userErrors"][0]["code"]).collect();
        assert_eq!(json!(codes), json!([null, "DUPLICATE", "DUPLICATE", "DUPLICATE"]));
        let token = world.link("strasse@exämple.org").await;
        let mut input = newcomer(SPELLINGS[0]);
        input["input"]["invitationToken"] = json!(token);
        let answer = world.send_as(None, SIGN_UP, input).await;
        assert_eq!(answer.ok()["signUp"], json!({ "accepted": true, "userErrors": [] }));
        // The link proves the spelling that it was sent to.
        assert_eq!(accounts(&world).await, ["strasse@exämple.org"]);
        assert_eq!(olga.mistake("inviteMember", again).await["code"], "ALREADY_MEMBER");
    });
}

#[test]
fn offers_to_another_spelling_reach_the_person() {
    with_database(async |world| {
        let token = sign_up(&world, "Ada", SPELLINGS[0]).await;
        world.db_verify_address("straße@exämple.org").await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("offerOwnership", json!({ "organisationId": id_of(ACME), "email": SPELLINGS[1] }), "").await;
        olga.act(
            "proposePartnership",
            json!({ "organisationId": id_of(ACME), "side": "CLIENT",
            "to": { "email": SPELLINGS[2] }, "delegation": { "preset": "OVERVIEW" } }),
            "",
        )
        .await;
        let query =
            "{ viewer { ownershipOffers { edges { node { id } } } partnershipOffers { edges { node { id } } } } }";
        let answer = world.send_as(Some(&token), query, json!({})).await;
        let count = |list: &str| answer.at(&format!("viewer/{list}/edges")).as_array().unwrap().len();
        assert_eq!((count("ownershipOffers"), count("partnershipOffers")), (1, 1), "{}", answer.text);
        let accept = "mutation($id: ID!) { acceptOwnership(input: {transferId: $id}) { organisation { id } userErrors { code } } }";
        let id = answer.at("viewer/ownershipOffers/edges/0/node/id").clone();
        let accepted = world.send_as(Some(&token), accept, json!({ "id": id })).await;
        assert!(accepted.ok()["acceptOwnership"]["organisation"]["id"].is_string(), "{}", accepted.text);
    });
}
