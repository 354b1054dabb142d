//! Log-in and log-out.

use serde_json::json;

use super::world::{PASSWORD, World, code, user_code};

#[tokio::test]
async fn a_wrong_password_an_unknown_address_and_a_disabled_account_answer_alike() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    world.sign_up("eve@example.org").await;
    world.db_run("UPDATE \"user\" SET state = 'DISABLED' WHERE email = 'eve@example.org'").await;
    let wrong = world.log_in("ada@example.org", "seven green bottle").await;
    assert_eq!(user_code(&wrong), "WRONG_CREDENTIALS");
    assert_eq!(wrong["tokens"], json!(null));
    assert_eq!(world.log_in("nobody@example.org", PASSWORD).await, wrong);
    assert_eq!(world.log_in("not an address", PASSWORD).await, wrong);
    assert_eq!(world.log_in("eve@example.org", PASSWORD).await, wrong);
    assert_eq!(world.db_count("session").await, 1);
}

#[tokio::test]
async fn a_session_works_in_the_only_organisation_and_in_none_of_several() {
    let world = World::new().await;
    let ada = world.person("Ada@Example.ORG").await;
    let other = world.organisation_of(&ada.access, "Engines").await;
    let again = world.log_in_again("ada@example.org").await;
    assert_eq!(world.viewer(&again.access).await["data"]["viewer"]["activeOrganisation"], json!(null));
    // The first session keeps its own.
    assert_eq!(world.viewer(&ada.access).await["data"]["viewer"]["activeOrganisation"]["name"], json!("Ada Lovelace"));
    // What is closed or has ended does not count.
    let third = world.organisation_of(&ada.access, "Wheels").await;
    let end = world.now().to_rfc3339();
    let sql = format!("UPDATE membership SET expires_at = '{end}' WHERE organisation_id = {}", world.literal(third));
    assert_eq!(world.db_run(&sql).await, 1);
    let sql = format!("UPDATE organisation SET state = 'CLOSED' WHERE id = {}", world.literal(other));
    assert_eq!(world.db_run(&sql).await, 1);
    let third = world.log_in_again("ada@example.org").await;
    assert_eq!(
        world.viewer(&third.access).await["data"]["viewer"]["activeOrganisation"]["name"],
        json!("Ada Lovelace")
    );
}

#[tokio::test]
async fn the_session_that_begins_is_shown() {
    let world = World::new().await;
    world.sign_up("ada@example.org").await;
    let payload = world.log_in("ada@example.org", PASSWORD).await;
    assert_eq!(payload["session"]["userAgent"], json!("Browser/1.0"), "{payload}");
    assert_eq!(payload["session"]["isCurrent"], json!(true));
    assert_eq!(payload["tokens"]["accessTokenExpiresAt"], json!("2026-11-21T10:15:00+00:00"));
    // Neither the password nor a refresh token stands in the database.
    let refresh = payload["tokens"]["refreshToken"].as_str().unwrap();
    assert_eq!(world.db_count(&format!("refresh_token WHERE token_hash = '{refresh}'")).await, 0);
    assert_eq!(world.db_count(&format!("\"user\" WHERE password_hash = '{PASSWORD}'")).await, 0);
}

#[tokio::test]
async fn a_hash_of_another_cost_is_renewed() {
    let world = World::new().await;
    world.sign_up("ada@example.org").await;
    assert_eq!(world.db_count("\"user\" WHERE password_hash LIKE '%t=1,%'").await, 1);
    let dearer = World { app: world.with_iterations(3), _folder: tempfile::tempdir().unwrap() };
    dearer.log_in_again("ada@example.org").await;
    assert_eq!(world.db_count("\"user\" WHERE password_hash LIKE '%t=3,%'").await, 1);
    dearer.log_in_again("ada@example.org").await;
}

#[tokio::test]
async fn logging_out_ends_this_session_at_once_and_no_other() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let other = world.log_in_again("ada@example.org").await;
    let mutation = "mutation { logOut { ended userErrors { code } } }";
    let answer = world.run(Some(&ada.access), mutation, json!({})).await;
    assert_eq!(answer["data"]["logOut"], json!({ "ended": true, "userErrors": [] }), "{answer}");
    let refused = world.viewer(&ada.access).await;
    assert_eq!(code(&refused), "UNAUTHENTICATED");
    assert_eq!(refused["errors"][0]["message"], json!("This session has ended. Sign in again with logIn."));
    assert_eq!(user_code(&world.refresh(&ada.refresh).await), "INVALID_TOKEN");
    assert_eq!(world.viewer(&other.access).await["data"]["viewer"]["name"], json!("Ada Lovelace"));
    let anonymous = world.run(None, mutation, json!({})).await;
    assert_eq!((code(&anonymous), &anonymous["data"]["logOut"]), ("UNAUTHENTICATED", &json!(null)));
}
