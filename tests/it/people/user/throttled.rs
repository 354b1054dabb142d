//! Guessing passwords is throttled, and the owner of the account is not locked out.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use tenantry::base::config::Config;

use crate::world::accounts::*;
use crate::world::*;

const EMAIL: &str = "stig@solo.example";
const HOME: Option<&str> = Some("192.0.2.1");
const THIEF: Option<&str> = Some("198.51.100.1");

async fn guess(world: &World, from: Option<&str>, email: &str) -> Answer {
    log_in_from(world, from, json!({ "email": email, "password": "a wrong password" })).await
}

async fn right(world: &World, from: Option<&str>) -> Answer {
    log_in_from(world, from, json!({ "email": EMAIL, "password": PASSWORD })).await
}

/// Fails this many times from one address, each time as soon as an attempt is allowed.
async fn insist(world: &World, from: Option<&str>, email: &str, times: usize) {
    let mut failed = 0;
    while failed < times {
        match error(&guess(world, from, email).await) {
            "WRONG_CREDENTIALS" => failed += 1,
            "TOO_MANY_ATTEMPTS" => world.app.clock.advance(TimeDelta::seconds(15)),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn after_five_failures_the_address_waits_even_with_the_right_password() {
    with_database(async |world| {
        for email in [EMAIL, "nobody@solo.example", "not an address"] {
            let mut seen = Vec::new();
            for _ in 0..7 {
                seen.push(error(&guess(&world, THIEF, email).await).to_owned());
            }
            assert_eq!(seen[..5], ["WRONG_CREDENTIALS"; 5], "{email}");
            assert_eq!(seen[5..], ["TOO_MANY_ATTEMPTS"; 2], "{email}");
        }
        let answer = right(&world, THIEF).await;
        assert_eq!(error(&answer), "TOO_MANY_ATTEMPTS");
        assert!(answer.text.contains("Try again in 15 seconds."), "{}", answer.text);
        // The counts are in the database, so other processes know them, and a restart does not clear them.
        let again = World::open(Config::clone(&world.app.config)).await;
        assert_eq!(error(&right(&again, THIEF).await), "TOO_MANY_ATTEMPTS");
        access(&right(&world, HOME).await);
        world.app.clock.advance(TimeDelta::seconds(15));
        access(&right(&world, THIEF).await);
        // A success clears the failures from the same client.
        for _ in 0..5 {
            assert_eq!(error(&guess(&world, THIEF, EMAIL).await), "WRONG_CREDENTIALS");
        }
    });
}

#[test]
fn after_the_wait_one_of_many_concurrent_attempts_counts() {
    with_database(async |world| {
        insist(&world, THIEF, EMAIL, 6).await;
        world.app.clock.advance(TimeDelta::minutes(2));
        let answers = join_all((0..10).map(|_| guess(&world, THIEF, EMAIL))).await;
        let tried = answers.iter().filter(|answer| error(answer) == "WRONG_CREDENTIALS").count();
        assert_eq!(tried, 1, "{answers:?}");
    });
}

#[test]
fn concurrent_failures_are_all_counted() {
    with_database(async |world| {
        let answers = join_all((0..12).map(|_| guess(&world, THIEF, EMAIL))).await;
        let tried = answers.iter().filter(|answer| error(answer) == "WRONG_CREDENTIALS").count();
        let sql = "SELECT CAST(failures AS text) FROM throttle WHERE key LIKE 'pair:%'";
        assert_eq!(world.texts(sql).await, [tried.to_string()]);
    });
}

#[test]
fn a_distributed_attack_throttles_strangers_and_not_the_owner() {
    with_database(async |world| {
        access(&right(&world, HOME).await);
        for number in 0..24 {
            let from = format!("198.51.100.{number}");
            let answer = guess(&world, Some(&from), EMAIL).await;
            let expected = if number < 20 { "WRONG_CREDENTIALS" } else { "TOO_MANY_ATTEMPTS" };
            assert_eq!(error(&answer), expected, "guess {number}");
        }
        access(&right(&world, HOME).await);
        assert_eq!(error(&right(&world, Some("203.0.113.9")).await), "TOO_MANY_ATTEMPTS");
        // The wait is never longer than a minute, however many attempts fail.
        world.db_execute("UPDATE throttle SET failures = 5000 WHERE key LIKE 'account:%'", []).await;
        assert_eq!(error(&right(&world, Some("203.0.113.9")).await), "TOO_MANY_ATTEMPTS");
        world.app.clock.advance(TimeDelta::minutes(1));
        access(&right(&world, Some("203.0.113.9")).await);
    });
}

#[test]
fn one_ipv6_network_counts_as_one_client() {
    with_database(async |world| {
        for number in 0..5 {
            let from = format!("2001:db8:1:1::{number}");
            assert_eq!(error(&guess(&world, Some(&from), EMAIL).await), "WRONG_CREDENTIALS");
        }
        assert_eq!(error(&guess(&world, Some("2001:db8:1:1:ffff::1"), EMAIL).await), "TOO_MANY_ATTEMPTS");
        assert_eq!(error(&guess(&world, Some("2001:db8:1:2::1"), EMAIL).await), "WRONG_CREDENTIALS");
    });
}

#[test]
fn the_right_password_without_a_code_is_no_failure_and_no_success() {
    with_database(async |world| {
        let (secret, _) = turn_on(&world, SOLE_PERSON).await;
        insist(&world, THIEF, EMAIL, 6).await;
        world.app.clock.advance(TimeDelta::seconds(30));
        assert_eq!(error(&right(&world, THIEF).await), "CODE_REQUIRED");
        let with_code = |code: String| json!({ "email": EMAIL, "password": PASSWORD, "code": code });
        let wrong = log_in_from(&world, THIEF, with_code("000000".to_owned())).await;
        assert_eq!(error(&wrong), "WRONG_CODE");
        assert_eq!(error(&right(&world, THIEF).await), "TOO_MANY_ATTEMPTS");
        world.app.clock.advance(TimeDelta::seconds(60));
        access(&log_in_from(&world, THIEF, with_code(code(&world, &secret, 0))).await);
    });
}

#[test]
fn a_reset_password_ends_the_wait() {
    with_database(async |world| {
        insist(&world, HOME, EMAIL, 8).await;
        assert_eq!(error(&right(&world, HOME).await), "TOO_MANY_ATTEMPTS");
        ask_for_reset(&world, EMAIL).await.ok();
        let link = world.link(EMAIL).await;
        assert_eq!(error(&reset(&world, &link, "nine blue kettles").await), "none");
        access(&log_in_from(&world, HOME, json!({ "email": EMAIL, "password": "nine blue kettles" })).await);
    });
}

#[test]
fn old_failures_are_forgotten() {
    with_database(async |world| {
        for number in 0..10 {
            guess(&world, THIEF, &format!("nobody{number}@solo.example")).await.ok();
        }
        world.app.clock.advance(TimeDelta::days(3));
        guess(&world, THIEF, EMAIL).await.ok();
        assert_eq!(world.texts("SELECT key FROM throttle").await.len(), 3);
    });
}

#[test]
fn a_log_in_takes_few_statements() {
    with_database(async |world| {
        let first = right(&world, HOME).await;
        access(&first);
        assert!(first.statements <= 6, "{}", first.statements);
        guess(&world, HOME, EMAIL).await.ok();
        let after_a_failure = right(&world, HOME).await;
        access(&after_a_failure);
        assert!(after_a_failure.statements <= 7, "{}", after_a_failure.statements);
    });
}
