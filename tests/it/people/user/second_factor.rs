//! The second factor: codes of an authenticator app, and recovery codes.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::accounts::*;
use crate::world::*;

const EMAIL: &str = "stig@solo.example";
const STATE: &str = "{ viewer { secondFactor { isOn recoveryCodesLeft } } }";

async fn log_in_with(world: &World, code: &str) -> Answer {
    log_in_from(world, None, json!({ "email": EMAIL, "password": PASSWORD, "code": code })).await
}

async fn prove(world: &World, input: Value) -> Answer {
    let query = "mutation($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) { \
         confirmed userErrors { code } } }";
    world.as_(SOLE_PERSON).run(query, json!({ "input": input })).await
}

#[test]
fn with_a_second_factor_the_password_alone_is_not_enough() {
    with_database(async |world| {
        let state = async || world.as_(SOLE_PERSON).run(STATE, json!({})).await.ok()["viewer"]["secondFactor"].clone();
        assert_eq!(state().await, json!({ "isOn": false, "recoveryCodesLeft": 0 }));
        let secret = begin(&world, SOLE_PERSON).await;
        assert_eq!(error(&confirm(&world, SOLE_PERSON, "000 000").await), "WRONG_CODE");
        access(&log_in(&world, EMAIL, PASSWORD).await);
        let (secret, codes) = {
            let replaced = turn_on(&world, SOLE_PERSON).await;
            assert_ne!(replaced.0, secret);
            replaced
        };
        assert_eq!(state().await, json!({ "isOn": true, "recoveryCodesLeft": 10 }));
        assert!(world.mails(EMAIL).await.pop().unwrap().starts_with("Two-step sign-in is on"));

        assert_eq!(error(&log_in(&world, EMAIL, PASSWORD).await), "CODE_REQUIRED");
        // Only a caller with the right password learns that a second factor is on.
        assert_eq!(error(&log_in(&world, EMAIL, "wrong password").await), "WRONG_CREDENTIALS");
        assert_eq!(error(&log_in_with(&world, "nonsense").await), "WRONG_CODE");
        for late in [-3, 3] {
            assert_eq!(error(&log_in_with(&world, &code(&world, &secret, late)).await), "WRONG_CODE");
        }
        // A slow clock, then a fast one; a used code is refused.
        let (late, early) = (code(&world, &secret, -1), code(&world, &secret, 1));
        access(&log_in_with(&world, &late).await);
        assert_eq!(error(&log_in_with(&world, &late).await), "WRONG_CODE");
        access(&log_in_with(&world, &early).await);
        assert_eq!(error(&log_in_with(&world, &code(&world, &secret, 0)).await), "WRONG_CODE");

        access(&log_in_with(&world, &codes[0].to_uppercase().replace('-', " ")).await);
        assert_eq!(state().await["recoveryCodesLeft"], 9);
        assert!(world.mails(EMAIL).await.pop().unwrap().contains("Codes left: 9."));
        assert_eq!(error(&log_in_with(&world, &codes[0]).await), "WRONG_CODE");
    });
}

#[test]
fn a_code_used_many_times_at_once_is_accepted_once() {
    with_database(async |world| {
        let (secret, codes) = turn_on(&world, SOLE_PERSON).await;
        for given in [code(&world, &secret, 0), codes[3].clone()] {
            let answers = join_all((0..6).map(|_| log_in_with(&world, &given))).await;
            let taken = answers.iter().filter(|answer| error(answer) == "none").count();
            assert_eq!(taken, 1, "{given}: {answers:?}");
            world.app.clock.advance(TimeDelta::hours(1));
            world.db_execute("DELETE FROM throttle", []).await;
        }
    });
}

#[test]
fn with_a_second_factor_only_a_code_confirms_the_identity() {
    with_database(async |world| {
        let elsewhere = access(&log_in(&world, EMAIL, PASSWORD).await);
        let (secret, codes) = turn_on(&world, SOLE_PERSON).await;
        let remove = "mutation { removeSecondFactor { removed userErrors { code } } }";
        // A confirmation by another session no longer counts.
        let other = world.send_as(Some(&elsewhere), remove, json!({})).await;
        assert_eq!(error(&other), "CONFIRMATION_REQUIRED");
        let stale = "UPDATE session SET confirmed_at = NULL WHERE user_id = $1";
        world.db_execute(stale, [SOLE_PERSON.person().id.into()]).await;
        let client = world.as_(SOLE_PERSON);
        assert_eq!(error(&prove(&world, json!({ "password": PASSWORD })).await), "CODE_REQUIRED");
        assert_eq!(error(&prove(&world, json!({ "password": PASSWORD, "code": "123456" })).await), "WRONG_CODE");
        assert_eq!(error(&client.run(remove, json!({})).await), "CONFIRMATION_REQUIRED");
        assert_eq!(error(&prove(&world, json!({ "code": code(&world, &secret, 0) })).await), "none");
        assert_eq!(
            error(&client.run("mutation { beginSecondFactor { userErrors { code } } }", json!({})).await),
            "DUPLICATE"
        );

        let renew = "mutation { renewRecoveryCodes { recoveryCodes userErrors { code } } }";
        let renewed = client.run(renew, json!({})).await.ok()["renewRecoveryCodes"]["recoveryCodes"].clone();
        assert_eq!(error(&log_in_with(&world, &codes[0]).await), "WRONG_CODE");
        access(&log_in_with(&world, renewed[9].as_str().unwrap()).await);
        assert_eq!(error(&client.run(remove, json!({})).await), "none");
        access(&log_in(&world, EMAIL, PASSWORD).await);
        for mutation in [remove, renew] {
            assert_eq!(error(&client.run(mutation, json!({})).await), "STALE_STATE");
        }
        assert_eq!(error(&confirm(&world, SOLE_PERSON, "123456").await), "STALE_STATE");
        assert_eq!(world.texts("SELECT code_hash FROM recovery_code").await.len(), 0);
    });
}

#[test]
fn guessing_codes_is_throttled_and_a_reset_keeps_the_second_factor() {
    with_database(async |world| {
        let (secret, _) = turn_on(&world, SOLE_PERSON).await;
        let answers = join_all(
            (0..20)
                .map(async |number| error(&prove(&world, json!({ "code": format!("{number:06}") })).await).to_owned()),
        )
        .await;
        assert!(answers.iter().filter(|code| *code == "WRONG_CODE").count() <= 6, "{answers:?}");
        assert!(answers.iter().all(|code| code == "WRONG_CODE" || code == "TOO_MANY_ATTEMPTS"), "{answers:?}");
        let right = json!({ "code": code(&world, &secret, 0) });
        assert_eq!(error(&prove(&world, right).await), "TOO_MANY_ATTEMPTS");
        // Log-ins are counted separately.
        access(&log_in_with(&world, &code(&world, &secret, 0)).await);

        world.db_verify(SOLE_PERSON).await;
        ask_for_reset(&world, EMAIL).await.ok();
        let link = world.link(EMAIL).await;
        assert_eq!(error(&reset(&world, &link, "nine blue kettles").await), "none");
        assert_eq!(error(&log_in(&world, EMAIL, "nine blue kettles").await), "CODE_REQUIRED");
    });
}

#[test]
fn verifying_an_address_by_reset_removes_the_second_factor_of_a_stranger() {
    with_database(async |world| {
        turn_on(&world, SOLE_PERSON).await;
        // Before addresses had to be verified first, a stranger could do this.
        world.db_execute("UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1", [EMAIL.into()]).await;
        ask_for_reset(&world, EMAIL).await.ok();
        let link = world.link(EMAIL).await;
        assert_eq!(error(&reset(&world, &link, "nine blue kettles").await), "none");
        access(&log_in(&world, EMAIL, "nine blue kettles").await);
        assert_eq!(world.texts("SELECT code_hash FROM recovery_code").await.len(), 0);
    });
}

#[test]
fn no_secret_of_a_second_factor_is_readable_in_the_database() {
    with_database(async |world| {
        let (secret, codes) = turn_on(&world, SOLE_PERSON).await;
        let dump = format!("{:?}", world.db_dump().await);
        assert!(!dump.contains(&secret) && codes.iter().all(|code| !dump.contains(code)));
        let uri = "mutation { beginSecondFactor { uri } }";
        let answer = world.as_(OWNER_OF_ACME).run(uri, json!({})).await;
        let uri = answer.ok()["beginSecondFactor"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("otpauth://totp/Tenantry:olga%40acme.example?secret="), "{uri}");
    });
}
