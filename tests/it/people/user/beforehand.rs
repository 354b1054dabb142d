//! Accounts that a stranger makes beforehand, with the address of somebody else.

use serde_json::json;

use crate::world::accounts::*;
use crate::world::*;

const VICTIM: &str = "victim@example.org";
const NEW: &str = "nine blue kettles";
const VIEWER: &str = "{ viewer { email emailVerified secondFactor { isOn } } }";
const ID: &str = "(SELECT id FROM \"user\" WHERE email = 'victim@example.org')";

/// What an old release may have let a stranger set before the address was proved: a second factor, and a key.
async fn db_set_beforehand(world: &World) {
    let factor = "INSERT INTO second_factor (user_id, sealed_secret, confirmed_at, last_step, created_at) \
                  VALUES ({}, 'sealed', $1, 0, $1)";
    world.db_execute(&factor.replace("{}", ID), [now().into()]).await;
    let key = format!("UPDATE api_key SET created_by_id = {ID} WHERE name = $1");
    world.db_execute(&key, [KEY_OF_FJORD.name().into()]).await;
    world.as_(KEY_OF_FJORD).run("{ viewer { name } }", json!({})).await.ok();
}

async fn nothing_is_left(world: &World, stranger: &str) {
    let refused = world.send_as(Some(stranger), VIEWER, json!({})).await;
    refused.refused("UNAUTHENTICATED");
    assert_eq!(error(&log_in(world, VICTIM, PASSWORD).await), "WRONG_CREDENTIALS");
    world.as_(KEY_OF_FJORD).run("{ viewer { name } }", json!({})).await.refused("UNAUTHENTICATED");
    for table in ["second_factor", "recovery_code", "link"] {
        assert_eq!(world.db_count(&format!("{table} WHERE user_id = {ID}")).await, 0, "{table}");
    }
    let owner = access(&log_in(world, VICTIM, NEW).await);
    let viewer = world.send_as(Some(&owner), VIEWER, json!({})).await;
    let expected = json!({ "email": VICTIM, "emailVerified": true, "secondFactor": { "isOn": false } });
    assert_eq!(viewer.at("viewer"), &expected);
}

#[test]
fn the_link_of_a_sign_up_blesses_nothing_that_a_stranger_set() {
    with_database(async |world| {
        let stranger = sign_up(&world, "Mallory", VICTIM).await;
        // Nothing can be prepared that would outlast the proof.
        for mutation in [
            "beginSecondFactor { secret userErrors { code } }",
            "confirmSecondFactor(input: {code: \"123456\"}) { recoveryCodes userErrors { code } }",
        ] {
            let answer = world.send_as(Some(&stranger), &format!("mutation {{ {mutation} }}"), json!({})).await;
            assert_eq!(error(&answer), "ADDRESS_NOT_VERIFIED", "{mutation}");
        }
        let organisation = world.send_as(Some(&stranger), "{ viewer { activeOrganisation { id } } }", json!({})).await;
        let key = "mutation($id: ID!) { createApiKey(input: {organisationId: $id, name: \"x\", \
             permissions: [INVOICE_READ]}) { secret userErrors { code } } }";
        let id = organisation.at("viewer/activeOrganisation/id");
        let answer = world.send_as(Some(&stranger), key, json!({ "id": id })).await;
        assert_eq!(error(&answer), "ADDRESS_NOT_VERIFIED");
        db_set_beforehand(&world).await;

        let link = world.link(VICTIM).await;
        let without = verify(&world, None, &link, None).await;
        assert_eq!(without.at("verifyAddress/userErrors/0/field"), &json!(["input", "password"]));
        assert_eq!(error(&verify(&world, None, &link, Some("short")).await), "WEAK_PASSWORD");
        // The stranger has no link, and a session of another account is none of this one.
        let other = access(&log_in(&world, SOLE_PERSON.person().email, PASSWORD).await);
        assert_eq!(error(&verify(&world, Some(&other), &link, None).await), "INVALID_INPUT");
        assert_eq!(error(&verify(&world, None, &link, Some(NEW)).await), "none");
        nothing_is_left(&world, &stranger).await;
        let log = "SELECT action FROM audit_event WHERE action = 'verifyAddress'";
        assert_eq!(world.texts(log).await.len(), 1, "the key that ended stands in the log of its organisation");
    });
}

#[test]
fn a_reset_by_the_owner_of_the_mailbox_leads_to_a_log_in() {
    with_database(async |world| {
        let stranger = sign_up(&world, "Mallory", VICTIM).await;
        db_set_beforehand(&world).await;
        let first = world.link(VICTIM).await;
        world.app.clock.advance(chrono::TimeDelta::seconds(1));
        ask_for_reset(&world, VICTIM).await.ok();
        let link = world.link(VICTIM).await;
        // The later link replaces the one of the sign-up, and a stranger cannot replace it in turn.
        assert_eq!(error(&verify(&world, None, &first, Some(NEW)).await), "INVALID_LINK");
        let resend = "mutation { resendVerification { sent userErrors { code } } }";
        assert_eq!(error(&world.send_as(Some(&stranger), resend, json!({})).await), "none");
        assert_eq!(error(&reset(&world, &link, NEW).await), "none");
        nothing_is_left(&world, &stranger).await;
    });
}

#[test]
fn the_person_who_signed_up_stays_signed_in_where_the_link_is_opened() {
    with_database(async |world| {
        let here = sign_up(&world, "Ada", VICTIM).await;
        let elsewhere = access(&log_in(&world, VICTIM, PASSWORD).await);
        let link = world.link(VICTIM).await;
        assert_eq!(error(&verify(&world, Some(&here), &link, None).await), "none");
        let viewer = world.send_as(Some(&here), VIEWER, json!({})).await;
        assert_eq!(viewer.at("viewer/emailVerified"), true);
        world.send_as(Some(&elsewhere), VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        let ended = "SELECT ended_because FROM session WHERE ended_because IS NOT NULL";
        assert_eq!(world.texts(ended).await, ["ADDRESS_PROVED"]);
        access(&log_in(&world, VICTIM, PASSWORD).await);
    });
}

#[test]
fn the_person_who_signed_up_confirms_with_the_chosen_password() {
    with_database(async |world| {
        world.send_as(None, SIGN_UP, newcomer(VICTIM)).await.ok();
        let link = world.link(VICTIM).await;
        assert_eq!(error(&verify(&world, None, &link, Some(PASSWORD)).await), "none");
        access(&log_in(&world, VICTIM, PASSWORD).await);
    });
}

#[test]
fn nobody_moves_an_account_of_theirs_to_the_address_of_somebody_else() {
    with_database(async |world| {
        ask_to_move(&world, SOLE_PERSON, VICTIM).await.ok();
        let link = world.link(VICTIM).await;
        by_link(&world, "confirmAddress", &link).await.refused("UNAUTHENTICATED");
        let victim = move_by_link(&world, OWNER_OF_LUND, &link).await;
        assert_eq!(error(&victim), "WRONG_ADDRESS");
        assert_eq!(world.db_count(&format!("\"user\" WHERE email = '{VICTIM}'")).await, 0);
        // The address is still free for its owner.
        sign_up(&world, "Ada", VICTIM).await;
        assert_eq!(error(&move_by_link(&world, SOLE_PERSON, &link).await), "INVALID_LINK");
    });
}
