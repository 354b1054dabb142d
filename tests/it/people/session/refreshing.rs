//! Refresh tokens: each works once. Exchanges at the same time are in `user/mod.rs`.

use chrono::TimeDelta;
use serde_json::json;

use crate::world::accounts::*;
use crate::world::*;

const VIEWER: &str = "{ viewer { name } }";

/// The address of somebody with no other session.
fn email() -> &'static str {
    SOLE_PERSON.person().email
}

#[test]
fn a_refresh_token_gives_new_tokens_for_the_same_session() {
    with_database(async |world| {
        let (access, first) = begin_session(&world, email()).await;
        let sessions = world.db_count("session").await;
        world.wait(TimeDelta::minutes(20));
        let expired = world.send_as(Some(&access), VIEWER, json!({})).await;
        expired.refused("UNAUTHENTICATED");
        assert!(expired.errors()[0]["message"].as_str().unwrap().contains("refreshSession"), "{}", expired.text);
        let (renewed, second) = tokens(&refresh(&world, &first).await).unwrap();
        assert_ne!(first, second);
        world.send_as(Some(&renewed), VIEWER, json!({})).await.ok();
        assert_eq!(world.db_count("session").await, sessions);
    });
}

#[test]
fn a_second_use_of_a_refresh_token_ends_its_session_and_no_other() {
    with_database(async |world| {
        let (_, first) = begin_session(&world, email()).await;
        let (_, other) = begin_session(&world, email()).await;
        let (access, second) = tokens(&refresh(&world, &first).await).unwrap();
        assert_eq!(refresh(&world, &first).await.user_codes(), ["INVALID_TOKEN"]);
        world.send_as(Some(&access), VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(refresh(&world, &second).await.user_codes(), ["INVALID_TOKEN"]);
        assert!(tokens(&refresh(&world, &other).await).is_some());
    });
}

#[test]
fn an_unknown_refresh_token_and_one_of_an_ended_session_get_one_answer() {
    with_database(async |world| {
        let unknown = refresh(&world, "tenantry_refresh_invented").await;
        assert_eq!(unknown.user_codes(), ["INVALID_TOKEN"]);
        let (_, of_disabled) = begin_session(&world, OWNER_OF_LUND.person().email).await;
        let disable = "UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1";
        world.db_execute(disable, [OWNER_OF_LUND.person().id.into()]).await;
        assert_eq!(refresh(&world, &of_disabled).await.text, unknown.text);
        let (_, late) = begin_session(&world, email()).await;
        world.wait(TimeDelta::days(30));
        assert_eq!(refresh(&world, &late).await.text, unknown.text);
    });
}

#[test]
fn a_session_lives_as_long_as_it_is_used_and_forgets_old_refresh_tokens() {
    with_database(async |world| {
        let before = world.db_count("refresh_token").await;
        let (mut access, first) = begin_session(&world, email()).await;
        let mut token = first.clone();
        for _ in 0..4 {
            world.wait(TimeDelta::days(20));
            (access, token) = tokens(&refresh(&world, &token).await).unwrap();
        }
        assert_eq!(world.db_count("refresh_token").await - before, 3);
        assert_eq!(refresh(&world, &first).await.user_codes(), ["INVALID_TOKEN"]);
        world.send_as(Some(&access), VIEWER, json!({})).await.ok();
    });
}
