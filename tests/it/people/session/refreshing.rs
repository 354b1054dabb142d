//! Refresh tokens: each works once. A repetition within the grace gives the same successor, and a later one ends the
//! session.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
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
fn a_repetition_within_the_grace_gives_the_same_refresh_token_again() {
    with_database(async |world| {
        let (_, first) = begin_session(&world, email()).await;
        let (_, second) = tokens(&refresh(&world, &first).await).unwrap();
        // The answer was lost, so the client tries again.
        world.wait(TimeDelta::seconds(29));
        let (access, again) = tokens(&refresh(&world, &first).await).unwrap();
        assert_eq!(again, second);
        world.send_as(Some(&access), VIEWER, json!({})).await.ok();
        // A fast tab has gone on by now; a slow one is not left behind with a used token.
        let (_, third) = tokens(&refresh(&world, &second).await).unwrap();
        assert_eq!(tokens(&refresh(&world, &first).await).unwrap().1, third);
        assert_ne!(third, second);
        assert!(tokens(&refresh(&world, &third).await).is_some());
        assert!(world.mails(email()).await.is_empty());
        assert_eq!(world.texts("SELECT ended_because FROM session WHERE ended_because IS NOT NULL").await.len(), 0);
    });
}

#[test]
fn a_use_after_the_grace_ends_the_session_and_no_other_and_the_person_is_told() {
    with_database(async |world| {
        let (_, first) = begin_session(&world, email()).await;
        let (watching, other) = begin_session(&world, email()).await;
        let (access, second) = tokens(&refresh(&world, &first).await).unwrap();
        world.wait(TimeDelta::seconds(30));
        assert_eq!(refresh(&world, &first).await.user_codes(), ["TOKEN_REUSED"]);
        let ended = world.send_as(Some(&access), VIEWER, json!({})).await;
        ended.refused("UNAUTHENTICATED");
        assert!(ended.errors()[0]["message"].as_str().unwrap().contains("used again"), "{}", ended.text);
        // Its holder learns why as well, however often it is tried; one mail is enough.
        for token in [&second, &first, &second] {
            assert_eq!(refresh(&world, token).await.user_codes(), ["TOKEN_REUSED"]);
        }
        let mails = world.mails(email()).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert!(mails[0].starts_with("One of your sessions was ended\n"), "{}", mails[0]);
        let query = "{ viewer { sessions(first: 9, includeEnded: true) { edges { node { isCurrent endedAt endedBecause } } } \
             open: sessions(first: 9) { edges { node { isCurrent endedAt endedBecause } } } } }";
        let answer = world.send_as(Some(&watching), query, json!({})).await;
        let at = (world.app.clock.now()).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let open = json!({ "isCurrent": true, "endedAt": null, "endedBecause": null });
        let ended = &answer.at("viewer/sessions/edges/1/node");
        assert_eq!(answer.at("viewer/open/edges"), &json!([{ "node": open }]));
        assert_eq!(answer.at("viewer/sessions/edges/0/node"), &open);
        assert_eq!(ended["endedBecause"], "TOKEN_REUSED");
        assert_eq!(ended["endedAt"].as_str().unwrap()[..19], at[..19]);
        assert!(tokens(&refresh(&world, &other).await).is_some());
    });
}

#[test]
fn a_thousand_pairs_of_parallel_refreshes_sign_nobody_out() {
    with_database(async |world| {
        let (_, mut token) = begin_session(&world, email()).await;
        for round in 0..1_000 {
            let (one, other) = join(refresh(&world, &token), refresh(&world, &token)).await;
            let (one, other) = (tokens(&one).unwrap().1, tokens(&other).unwrap().1);
            assert_eq!(one, other, "round {round}");
            token = one;
        }
        let many = join_all((0..6).map(|_| refresh(&world, &token))).await;
        let next: Vec<String> = many.iter().map(|answer| tokens(answer).unwrap().1).collect();
        assert!(next.iter().all(|token| *token == next[0]), "{next:?}");
        assert!(world.mails(email()).await.is_empty());
    });
}

#[test]
fn without_a_grace_every_second_use_ends_the_session() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.tokens.refresh_grace_seconds = 0).await;
        let (_, token) = begin_session(&world, email()).await;
        let answers = join_all((0..6).map(|_| refresh(&world, &token))).await;
        let won: Vec<(String, String)> = answers.iter().filter_map(tokens).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        world.send_as(Some(&won[0].0), VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(refresh(&world, &won[0].1).await.user_codes(), ["TOKEN_REUSED"]);
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
