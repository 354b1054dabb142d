//! Refresh tokens.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::world::{World, code, signed_in, user_code};

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_for_the_same_session() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    world.advance(TimeDelta::minutes(20));
    let expired = world.viewer(&ada.access).await;
    assert_eq!(code(&expired), "UNAUTHENTICATED");
    assert!(expired["errors"][0]["message"].as_str().unwrap().contains("refreshSession"), "{expired}");
    let next = signed_in(&world.refresh(&ada.refresh).await);
    assert_ne!(next.refresh, ada.refresh);
    assert_eq!(world.viewer(&next.access).await["data"]["viewer"]["name"], json!("Ada Lovelace"));
    assert_eq!(world.db_count("session").await, 1);
}

#[tokio::test]
async fn a_second_use_ends_the_session_with_all_of_its_tokens() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let other = world.log_in_again("ada@example.org").await;
    let next = signed_in(&world.refresh(&ada.refresh).await);
    assert_eq!(user_code(&world.refresh(&ada.refresh).await), "INVALID_TOKEN");
    assert_eq!(code(&world.viewer(&next.access).await), "UNAUTHENTICATED");
    assert_eq!(user_code(&world.refresh(&next.refresh).await), "INVALID_TOKEN");
    // The other session of the same user is another family.
    signed_in(&world.refresh(&other.refresh).await);
}

#[tokio::test]
async fn of_concurrent_exchanges_one_wins_and_the_session_ends() {
    let world = World::new().await;
    for round in 0..5 {
        let email = format!("ada{round}@example.org");
        let ada = world.person(&email).await;
        let answers = join_all((0..4).map(|_| world.refresh(&ada.refresh))).await;
        let won: Vec<_> = answers.iter().filter(|answer| user_code(answer).is_empty()).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let next = signed_in(won[0]);
        assert_eq!(code(&world.viewer(&next.access).await), "UNAUTHENTICATED");
        assert_eq!(user_code(&world.refresh(&next.refresh).await), "INVALID_TOKEN");
    }
}

#[tokio::test]
async fn a_token_that_is_unknown_or_of_an_ended_session_is_refused_alike() {
    let world = World::new().await;
    let unknown = world.refresh("tenantry_refresh_invented").await;
    assert_eq!(user_code(&unknown), "INVALID_TOKEN");
    let disabled = world.person("eve@example.org").await;
    world.db_run("UPDATE \"user\" SET state = 'DISABLED'").await;
    assert_eq!(world.refresh(&disabled.refresh).await, unknown);
    let late = world.person("ada@example.org").await;
    world.advance(TimeDelta::days(30));
    assert_eq!(world.refresh(&late.refresh).await, unknown);
}

#[tokio::test]
async fn a_session_lives_as_long_as_it_is_used_and_forgets_old_tokens() {
    let world = World::new().await;
    let mut ada = world.person("ada@example.org").await;
    let first = ada.clone();
    for _ in 0..4 {
        world.advance(TimeDelta::days(20));
        ada = signed_in(&world.refresh(&ada.refresh).await);
    }
    assert_eq!(world.db_count("refresh_token").await, 3);
    // A token that was forgotten is refused, and ends nothing.
    assert_eq!(user_code(&world.refresh(&first.refresh).await), "INVALID_TOKEN");
    assert_eq!(world.viewer(&ada.access).await["data"]["viewer"]["name"], json!("Ada Lovelace"));
}
