//! An invitation claims an account that a stranger made with an unverified address.

use serde_json::json;

use super::*;

const VICTIM: &str = "victim@example.org";
const NEW: &str = "eleven blue kettles";

async fn accept_with(world: &World, token: &str, password: Option<&str>) -> Answer {
    world.as_(NOBODY).run(ACCEPT, json!({ "input": { "token": token, "newPassword": password } })).await
}

#[test]
fn claiming_an_unverified_account_removes_its_password_sessions_and_second_factor() {
    with_database(async |world| {
        done(&sign_up(&world, VICTIM, None).await);
        let stranger = log_in(&world, VICTIM, PASSWORD).await.unwrap();
        let user = "SELECT id FROM \"user\" WHERE email = 'victim@example.org'";
        world.db_execute(
            &format!("INSERT INTO second_factor (user_id, sealed_secret, confirmed_at, last_step, created_at) VALUES (({user}), 'sealed', $1, 0, $1)"),
            [now().into()],
        ).await;
        world.db_execute(
            &format!("INSERT INTO link (id, kind, user_id, token_hash, address, expires_at, created_at) VALUES ($2, 'CHANGE', ({user}), 'hash', 'stranger@example.org', $1, $1)"),
            [now().into(), key(NORDIC, 900).into()],
        ).await;
        let (id, token) = invite(&world, OWNER_OF_ACME, ACME, VICTIM, "ADMIN").await;
        assert_eq!(preview(&world, &token).await.ok()["invitation"]["next"], "SET_PASSWORD");
        // The stranger who created the account cannot accept with that account, even with the link.
        let input = json!({ "input": { "token": token, "newPassword": NEW } });
        assert_eq!(world.send_as(Some(&stranger), ACCEPT, input).await.user_codes(), ["ADDRESS_NOT_VERIFIED"]);
        assert_eq!(accept_with(&world, &token, None).await.user_codes(), ["ADDRESS_NOT_VERIFIED"]);
        let weak = accept_with(&world, &token, Some("short")).await;
        assert_eq!(weak.user_codes(), ["WEAK_PASSWORD"]);
        assert_eq!(weak.ok()["tried"]["userErrors"][0]["field"], json!(["input", "newPassword"]));
        world.send_as(Some(&stranger), "{ viewer { name } }", json!({})).await.ok();
        assert_eq!(load_as_owner(&world, &id).await["state"], "PENDING");

        done(&accept_with(&world, &token, Some(NEW)).await);
        world.send_as(Some(&stranger), "{ viewer { name } }", json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(log_in(&world, VICTIM, PASSWORD).await, None);
        for table in ["second_factor", "link"] {
            let kept = world.texts(&format!("SELECT 'kept' FROM {table} WHERE user_id = ({user})")).await;
            assert!(kept.is_empty(), "{table}");
        }
        log_in(&world, VICTIM, NEW).await.unwrap();
        assert_eq!(roles_at_acme(&world, VICTIM).await, ["ADMIN"]);
        assert_eq!(accept_with(&world, &token, Some(NEW)).await.user_codes(), ["INVALID_LINK"]);
    });
}

#[test]
fn a_new_password_claims_only_an_unverified_active_account() {
    with_database(async |world| {
        let (_, of_nobody) = invite(&world, OWNER_OF_ACME, ACME, ADA, "VIEWER").await;
        assert_eq!(accept_with(&world, &of_nobody, Some(NEW)).await.user_codes(), ["UNKNOWN"]);
        let email = SOLE_PERSON.person().email;
        world.db_verify(SOLE_PERSON).await;
        let (_, proved) = invite(&world, OWNER_OF_ACME, ACME, email, "VIEWER").await;
        accept_with(&world, &proved, Some(NEW)).await.refused("UNAUTHENTICATED");
        log_in(&world, email, PASSWORD).await.unwrap();
        let email = OWNER_OF_LUND.person().email;
        let (_, disabled) = invite(&world, OWNER_OF_ACME, ACME, email, "VIEWER").await;
        world.db_execute("UPDATE \"user\" SET state = 'DISABLED' WHERE email = $1", [email.into()]).await;
        assert_eq!(accept_with(&world, &disabled, Some(NEW)).await.user_codes(), ["STALE_STATE"]);
        assert!(roles_at_acme(&world, email).await.is_empty());
    });
}
