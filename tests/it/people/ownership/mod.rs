//! Ownership: offered, accepted, declined, withdrawn, and recovered by the operator.

mod recovery;

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::accounts::{error, sign_up, verify};
use crate::world::*;

const NEWCOMER: &str = "nina@example.org";
const OFFERS: &str = "{ viewer { ownershipOffers { edges { node { id kind card { name } offeredBy { name } } } } } }";

fn offer_to(email: &str) -> Value {
    json!({ "organisationId": id_of(ACME), "email": email })
}

/// Offers Acme to the address. Returns the id of the transfer and the secret of its link.
async fn offer(world: &World, email: &str, more: Value) -> (String, String) {
    let mut input = offer_to(email);
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = world.as_(OWNER_OF_ACME).act("offerOwnership", input, "transfer { id }").await;
    let id = made["transfer"]["id"].as_str().unwrap().to_owned();
    (id, world.link(email.trim().to_lowercase().as_str()).await)
}

async fn accept_as(world: &World, bearer: &str, token: &str) -> Answer {
    let query = "mutation($input: AcceptOwnershipInput!) { acceptOwnership(input: $input) { \
                 organisation { name viewerPermissions } userErrors { code } } }";
    world.send_as(Some(bearer), query, json!({ "input": { "token": token } })).await
}

async fn owners(world: &World) -> Vec<String> {
    let is_owner = |member: &String| member.contains("OWNER");
    world.members(ACME).await.into_iter().filter(is_owner).collect()
}

async fn states(world: &World) -> Vec<String> {
    let query = "query($id: ID!) { organisation(id: $id) { ownershipTransfers { edges { node { state } } } } }";
    let answer = world.as_(VIEWER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    let edges = answer.at("organisation/ownershipTransfers/edges").as_array().unwrap().clone();
    edges.iter().map(|edge| edge["node"]["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_newcomer_becomes_the_owner_and_the_old_owner_stays_as_admin() {
    with_database(async |world| {
        let (_, token) = offer(&world, "Nina@Example.org ", json!({})).await.clone();
        let mail = world.mails(NEWCOMER).await;
        assert!(
            mail[0].contains("“Olga, owner of Acme” wants to transfer the ownership of “Acme” to you"),
            "{}",
            mail[0]
        );
        assert_eq!(owners(&world).await, ["Olga, owner of Acme: OWNER"], "nothing changes before");
        let nina = sign_up(&world, "Nina", NEWCOMER).await;
        // The address is not verified, so no offers are shown yet.
        assert_eq!(world.send_as(Some(&nina), OFFERS, json!({})).await.at("viewer/ownershipOffers/edges"), &json!([]));
        // A stranger may have made the account, so the link of the offer alone is not enough.
        let unverified = accept_as(&world, &nina, &token).await;
        assert_eq!(unverified.ok()["acceptOwnership"]["userErrors"][0]["code"], "ADDRESS_NOT_VERIFIED");
        let link = world.link(NEWCOMER).await;
        assert_eq!(error(&verify(&world, Some(&nina), &link, None).await), "none");
        let accepted = accept_as(&world, &nina, &token).await;
        assert_eq!(accepted.ok()["acceptOwnership"]["organisation"]["name"], "Acme");
        let may = accepted.at("acceptOwnership/organisation/viewerPermissions").as_array().unwrap();
        assert!(may.contains(&json!("OWNERSHIP_TRANSFER")));
        let members = world.members(ACME).await;
        assert!(
            members.contains(&"Nina: OWNER".to_owned()) && members.contains(&"Olga, owner of Acme: ADMIN".to_owned())
        );
        let olga = world.as_(OWNER_OF_ACME);
        assert!(!olga.may_at(ACME).await.contains(&"OWNERSHIP_TRANSFER".to_owned()));
        assert!(
            world.mails(OWNER_OF_ACME.person().email).await[0].contains("“Nina” has accepted the ownership of “Acme”")
        );
        assert_eq!(
            world.texts("SELECT email FROM \"user\" WHERE email_verified_at IS NOT NULL AND name = 'Nina'").await,
            [NEWCOMER]
        );
        assert_eq!(
            accept_as(&world, &nina, &token).await.ok()["acceptOwnership"]["userErrors"][0]["code"],
            "STALE_STATE"
        );
        assert_eq!(states(&world).await, ["ACCEPTED"]);
    });
}

#[test]
fn the_invited_person_finds_the_transfer_while_it_is_pending() {
    with_database(async |world| {
        let (id, _) = offer(&world, MEMBER_OF_ACME.person().email, json!({})).await;
        let query =
            "query($id: ID!) { node(id: $id) { ... on OwnershipTransfer { id state email card { name } reason } } }";
        let ask = async |caller: Caller| world.as_(caller).run(query, json!({ "id": id })).await;
        ask(MEMBER_OF_ACME).await.refused("NOT_FOUND");
        world.db_verify(MEMBER_OF_ACME).await;
        let found = ask(MEMBER_OF_ACME).await;
        let transfer = found.at("node");
        assert_eq!((&transfer["id"], &transfer["state"]), (&json!(id), &json!("PENDING")));
        assert_eq!(transfer["card"]["name"], "Acme");
        assert_eq!(found.codes(), ["FORBIDDEN"], "the reason is for the members who see members");
        assert_eq!(ask(VIEWER_OF_ACME).await.ok()["node"]["id"], id, "the members see the same object");
        ask(SOLE_PERSON).await.refused("NOT_FOUND");
        world
            .as_(MEMBER_OF_ACME)
            .attempt("withdrawOwnership", json!({ "transferId": id }), "")
            .await
            .refused("NOT_FOUND");
        world.as_(MEMBER_OF_ACME).act("declineOwnership", json!({ "transferId": id }), "declined").await;
        ask(MEMBER_OF_ACME).await.refused("NOT_FOUND");
    });
}

#[test]
fn a_member_accepts_by_id_and_the_old_owner_leaves() {
    with_database(async |world| {
        let email = MEMBER_OF_ACME.person().email;
        let sql = "UPDATE membership SET expires_at = $1 WHERE user_id = $2";
        let until = now() + TimeDelta::days(1);
        world.db_execute(sql, [until.into(), MEMBER_OF_ACME.person().id.into()]).await;
        let (id, _) = offer(&world, email, json!({ "leave": true })).await;
        let max = world.as_(MEMBER_OF_ACME);
        let by_id = json!({ "transferId": id });
        assert_eq!(max.mistake("acceptOwnership", by_id.clone()).await["code"], "ADDRESS_NOT_VERIFIED");
        world.db_verify(MEMBER_OF_ACME).await;
        let offers = max.run(OFFERS, json!({})).await;
        let expected = json!([{ "node": { "id": id, "kind": "OFFER", "card": { "name": "Acme" },
                                          "offeredBy": { "name": OWNER_OF_ACME.name() } } }]);
        assert_eq!(offers.at("viewer/ownershipOffers/edges"), &expected);
        max.act("acceptOwnership", by_id, "organisation { name }").await;
        assert_eq!(owners(&world).await, ["Max, member of Acme: MEMBER, OWNER"]);
        assert!(world.as_(OWNER_OF_ACME).may_at(ACME).await.is_empty());
        let ends = world
            .texts(
                "SELECT u.name FROM membership m JOIN \"user\" u ON u.id = m.user_id \
                                WHERE m.expires_at IS NOT NULL AND u.name LIKE 'Max%'",
            )
            .await;
        assert!(ends.is_empty(), "an owner has no end");
    });
}

#[test]
fn an_offer_can_be_answered_only_with_its_address() {
    with_database(async |world| {
        let email = MEMBER_OF_ACME.person().email;
        let (id, token) = offer(&world, email, json!({})).await;
        for caller in [SOLE_PERSON, VIEWER_OF_ACME, MEMBER_OF_ACME] {
            world.db_verify(caller).await;
        }
        for mutation in ["acceptOwnership", "declineOwnership"] {
            let stig = world.as_(SOLE_PERSON);
            stig.attempt(mutation, json!({ "transferId": id }), "").await.refused("NOT_FOUND");
            let invented = Type::OwnershipTransfer.id(key(NORDIC, 999_999)).0;
            stig.attempt(mutation, json!({ "transferId": invented }), "").await.refused("NOT_FOUND");
            assert_eq!(stig.mistake(mutation, json!({ "token": token })).await["code"], "WRONG_ADDRESS");
            assert_eq!(stig.mistake(mutation, json!({ "token": "x" })).await["code"], "INVALID_LINK");
            let vera = world.as_(VIEWER_OF_ACME);
            assert_eq!(vera.mistake(mutation, json!({ "transferId": id })).await["code"], "WRONG_ADDRESS");
            let key = world.as_(KEY_OF_FJORD);
            assert_eq!(key.mistake(mutation, json!({ "token": token })).await["code"], "FOR_PEOPLE_ONLY");
            world.as_(NOBODY).attempt(mutation, json!({ "token": token }), "").await.refused("UNAUTHENTICATED");
            stig.attempt(mutation, json!({ "token": token, "transferId": id }), "").await.refused("INVALID_INPUT");
            stig.attempt(mutation, json!({}), "").await.refused("INVALID_INPUT");
        }
        world.as_(MEMBER_OF_ACME).act("declineOwnership", json!({ "token": token }), "declined").await;
        assert!(world.mails(OWNER_OF_ACME.person().email).await[0].contains("has declined the ownership of Acme"));
        let again = world.as_(MEMBER_OF_ACME).mistake("acceptOwnership", json!({ "token": token })).await;
        assert_eq!(again["code"], "STALE_STATE");
        assert_eq!(owners(&world).await, ["Olga, owner of Acme: OWNER"]);
        assert_eq!(states(&world).await, ["DECLINED"]);
    });
}

#[test]
fn only_an_owner_offers_the_ownership() {
    with_database(async |world| {
        let input = offer_to(NEWCOMER);
        world.as_(ADMIN_OF_ACME).attempt("offerOwnership", input.clone(), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_NORDEN).attempt("offerOwnership", input.clone(), "").await.refused("FORBIDDEN");
        world.as_(SOLE_PERSON).attempt("offerOwnership", input.clone(), "").await.refused("NOT_FOUND");
        let error = world.as_(OWNER_OF_OPERATOR).mistake("offerOwnership", input.clone()).await;
        assert_eq!(error["code"], "NOT_AN_OWNER");
        let olga = world.as_(OWNER_OF_ACME);
        for (email, code) in [("nina", "INVALID_INPUT"), (OWNER_OF_ACME.person().email, "ALREADY_MEMBER")] {
            assert_eq!(olga.mistake("offerOwnership", offer_to(email)).await["code"], code);
        }
        let sql = "UPDATE session SET confirmed_at = $1";
        world.db_execute(sql, [(now() - TimeDelta::minutes(15)).into()]).await;
        assert_eq!(olga.mistake("offerOwnership", input).await["code"], "CONFIRMATION_REQUIRED");
        assert!(world.mails(NEWCOMER).await.is_empty());
    });
}

#[test]
fn an_offer_ends_when_it_expires_is_withdrawn_or_its_author_is_no_owner() {
    with_database(async |world| {
        world.db_verify(MEMBER_OF_ACME).await;
        let (olga, max) = (world.as_(OWNER_OF_ACME), world.as_(MEMBER_OF_ACME));
        let email = MEMBER_OF_ACME.person().email;
        let refused =
            async |token: &str| max.mistake("acceptOwnership", json!({ "token": token })).await["code"].clone();

        let (id, token) = offer(&world, email, json!({})).await;
        assert_eq!(olga.mistake("offerOwnership", offer_to(NEWCOMER)).await["code"], "DUPLICATE");
        let withdraw = json!({ "transferId": id });
        world.as_(ADMIN_OF_ACME).attempt("withdrawOwnership", withdraw.clone(), "").await.refused("FORBIDDEN");
        world.as_(SOLE_PERSON).attempt("withdrawOwnership", withdraw.clone(), "").await.refused("NOT_FOUND");
        let withdrawn = olga.act("withdrawOwnership", withdraw.clone(), "transfer { state }").await;
        assert_eq!(withdrawn["transfer"]["state"], "WITHDRAWN");
        assert_eq!(refused(&token).await, "STALE_STATE");
        assert_eq!(olga.mistake("withdrawOwnership", withdraw).await["code"], "STALE_STATE");

        // Offers of a disabled user have ended.
        let (_, token) = offer(&world, email, json!({})).await;
        let state = "UPDATE \"user\" SET state = $1 WHERE id = $2";
        world.db_execute(state, ["DISABLED".into(), OWNER_OF_ACME.person().id.into()]).await;
        assert_eq!(refused(&token).await, "STALE_STATE");
        world.db_execute(state, ["ACTIVE".into(), OWNER_OF_ACME.person().id.into()]).await;

        let input =
            json!({ "membershipId": world.membership(ACME, ADMIN_OF_ACME).await, "roles": [{ "builtIn": "OWNER" }] });
        olga.act("updateMember", input, "").await;
        let input =
            json!({ "membershipId": world.membership(ACME, OWNER_OF_ACME).await, "roles": [{ "builtIn": "ADMIN" }] });
        world.as_(ADMIN_OF_ACME).act("updateMember", input, "").await;
        assert_eq!(refused(&token).await, "STALE_STATE");
        assert_eq!(states(&world).await, ["ENDED", "WITHDRAWN"]);

        let adam = world.as_(ADMIN_OF_ACME);
        adam.act("offerOwnership", offer_to(email), "").await;
        let sql = "UPDATE ownership_transfer SET expires_at = $1 WHERE state = 'OFFERED' AND organisation_id = $2";
        world.db_execute(sql, [now().into(), ACME.id.into()]).await;
        assert_eq!(refused(&world.link(email).await).await, "TOO_LATE");
        assert_eq!(states(&world).await, ["EXPIRED", "ENDED", "WITHDRAWN"]);
        adam.act("offerOwnership", offer_to(email), "").await;
        assert_eq!(states(&world).await, ["PENDING", "EXPIRED", "ENDED", "WITHDRAWN"]);
        let filtered = "query($id: ID!, $states: [OwnershipTransferState!]) { organisation(id: $id) { \
                        ownershipTransfers(states: $states) { totalCount } } }";
        for (wanted, count) in
            [(json!(["EXPIRED"]), 1), (json!(["PENDING", "ENDED"]), 2), (json!([]), 0), (json!(null), 4)]
        {
            let variables = json!({ "id": id_of(ACME), "states": wanted });
            let answer = adam.run(filtered, variables).await;
            assert_eq!(answer.ok()["organisation"]["ownershipTransfers"]["totalCount"], count, "{wanted}");
        }

        // The offer cannot be accepted while the organisation is suspended or closed.
        let token = world.link(email).await;
        for (state, code) in [("SUSPENDED", "ORGANISATION_SUSPENDED"), ("CLOSED", "ORGANISATION_CLOSED")] {
            let sql = "UPDATE organisation SET state = $1 WHERE id = $2";
            world.db_execute(sql, [state.into(), ACME.id.into()]).await;
            assert_eq!(refused(&token).await, code);
        }
    });
}

#[test]
fn of_many_concurrent_transfers_one_succeeds_and_one_owner_remains() {
    with_database(async |world| {
        let (olga, max) = (world.as_(OWNER_OF_ACME), world.as_(MEMBER_OF_ACME));
        let email = MEMBER_OF_ACME.person().email;
        let done = |answer: &Answer| {
            assert!(!answer.codes().contains(&"INTERNAL"), "{}", answer.text);
            usize::from(answer.data().as_object().unwrap().values().all(|payload| payload["userErrors"] == json!([])))
        };
        for round in 0..3 {
            world.db_reset().await;
            world.db_verify(MEMBER_OF_ACME).await;
            for client in [olga, max] {
                client.run("{ viewer { name } }", json!({})).await.ok();
            }
            let offers = join_all((0..3).map(|_| olga.attempt("offerOwnership", offer_to(email), ""))).await;
            assert_eq!(offers.iter().map(done).sum::<usize>(), 1, "{offers:?}");
            let token = json!({ "token": world.link(email).await });
            let id = world.as_(MEMBER_OF_ACME).run(OFFERS, json!({})).await;
            let withdraw = json!({ "transferId": id.at("viewer/ownershipOffers/edges/0/node/id") });
            let accepts = async || {
                let both = [
                    max.attempt("acceptOwnership", token.clone(), ""),
                    max.attempt("acceptOwnership", token.clone(), ""),
                ];
                join_all(both).await
            };
            let take_back = async || olga.attempt("withdrawOwnership", withdraw.clone(), "").await;
            let (accepted, withdrawn) = if round % 2 == 0 {
                join(accepts(), take_back()).await
            } else {
                let (withdrawn, accepted) = join(take_back(), accepts()).await;
                (accepted, withdrawn)
            };
            let accepted: usize = accepted.iter().map(done).sum();
            let withdrawn = if withdrawn.codes().is_empty() { done(&withdrawn) } else { 0 };
            assert_eq!(accepted + withdrawn, 1, "accepted {accepted}, withdrawn {withdrawn}");
            let expected =
                if accepted == 1 { "Max, member of Acme: MEMBER, OWNER" } else { "Olga, owner of Acme: OWNER" };
            assert_eq!(owners(&world).await, [expected]);
        }
    });
}
