//! Logging in and out.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::accounts::*;
use crate::world::*;

const ADA: &str = "ada@example.org";
const VIEWER: &str = "{ viewer { name activeOrganisation { name } } }";

/// Name of the organisation that a session works in; null if there is none.
async fn active(world: &World, token: &str) -> Value {
    world.send_as(Some(token), VIEWER, json!({})).await.ok()["viewer"]["activeOrganisation"]["name"].clone()
}

/// Creates an organisation.
async fn create(world: &World, token: &str, name: &str) {
    let query = "mutation($name: String!) { \
                 createOrganisation(input: {name: $name, kind: COMPANY}) { userErrors { code } } }";
    let made = world.send_as(Some(token), query, json!({ "name": name })).await;
    assert!(made.user_codes().is_empty(), "{}", made.text);
}

#[test]
fn a_wrong_password_an_unknown_address_and_a_disabled_account_get_one_answer() {
    with_database(async |world| {
        let before = world.db_count("session").await;
        let wrong = log_in(&world, SOLE_PERSON.person().email, "seven green bottle").await;
        assert_eq!(wrong.user_codes(), ["WRONG_CREDENTIALS"]);
        assert_eq!(tokens(&wrong), None);
        for email in ["nobody@example.org", "not an address", DISABLED_AT_ACME.person().email] {
            assert_eq!(log_in(&world, email, PASSWORD).await.text, wrong.text, "{email}");
        }
        assert_eq!(world.db_count("session").await, before);
        begin_session(&world, SOLE_PERSON.person().email).await;
    });
}

#[test]
fn a_new_session_works_in_the_only_organisation_and_in_none_of_several() {
    with_database(async |world| {
        let first = sign_up(&world, "Ada", ADA).await;
        create(&world, &first, "Engines").await;
        create(&world, &first, "Wheels").await;
        let (second, _) = begin_session(&world, ADA).await;
        assert_eq!(active(&world, &second).await, Value::Null);
        assert_eq!(active(&world, &first).await, "Ada", "the first session stays where it was");
        // A closed organisation and a membership that has ended do not count.
        world.db_execute("UPDATE organisation SET state = 'CLOSED' WHERE name = 'Engines'", []).await;
        let end = "UPDATE membership SET expires_at = $1 \
                   WHERE organisation_id = (SELECT id FROM organisation WHERE name = 'Wheels')";
        world.db_execute(end, [now().into()]).await;
        let (third, _) = begin_session(&world, ADA).await;
        assert_eq!(active(&world, &third).await, "Ada");
    });
}

#[test]
fn logging_in_shows_the_new_session_and_keeps_no_secret() {
    with_database(async |world| {
        let query = "mutation($input: LogInInput!) { logIn(input: $input) { \
                     tokens { accessToken accessTokenExpiresAt refreshToken } session { userAgent isCurrent } } }";
        let input = json!({ "email": SOLE_PERSON.person().email, "password": PASSWORD });
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let request = Request::post("/graphql").header(CONTENT_TYPE, "application/json");
        let request = request.header(USER_AGENT, "Browser/1.0").body(Body::from(body)).unwrap();
        let answer: Value = serde_json::from_str(&world.send(request).await.body).unwrap();
        let payload = &answer["data"]["logIn"];
        assert_eq!(payload["session"], json!({ "userAgent": "Browser/1.0", "isCurrent": true }), "{answer}");
        let expires = (now() + TimeDelta::minutes(15)).to_rfc3339();
        assert_eq!(payload["tokens"]["accessTokenExpiresAt"], expires);
        let dump = format!("{:?}", world.db_dump().await);
        for secret in [&payload["tokens"]["accessToken"], &payload["tokens"]["refreshToken"], &json!(PASSWORD)] {
            assert!(!dump.contains(secret.as_str().unwrap()), "{secret}");
        }
    });
}

#[test]
fn a_password_hash_of_another_cost_is_renewed_at_the_next_log_in() {
    with_database(async |world| {
        let cost = async |world: &World, cost: &str| {
            let id = SOLE_PERSON.person().email;
            world.db_count(&format!("\"user\" WHERE email = '{id}' AND password_hash LIKE '%,{cost},%'")).await
        };
        assert_eq!(cost(&world, "t=1").await, 1);
        let world = world.with_settings(|config| config.passwords.iterations = 3).await;
        for _ in 0..2 {
            begin_session(&world, SOLE_PERSON.person().email).await;
            assert_eq!(cost(&world, "t=3").await, 1);
        }
    });
}

#[test]
fn logging_out_ends_this_session_at_once_and_no_other() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        let ((access, refresh_token), (other, _)) =
            (begin_session(&world, email).await, begin_session(&world, email).await);
        let log_out = "mutation { logOut { ended userErrors { code } } }";
        let ended = world.send_as(Some(&access), log_out, json!({})).await;
        assert_eq!(ended.ok()["logOut"], json!({ "ended": true, "userErrors": [] }));
        let refused = world.send_as(Some(&access), VIEWER, json!({})).await;
        refused.refused("UNAUTHENTICATED");
        assert_eq!(refused.errors()[0]["message"], "This session has ended. Sign in again with logIn.");
        assert_eq!(refresh(&world, &refresh_token).await.user_codes(), ["INVALID_TOKEN"]);
        world.send_as(Some(&other), VIEWER, json!({})).await.ok();
        world.send_as(None, log_out, json!({})).await.refused("UNAUTHENTICATED");
    });
}
