//! Changed and forgotten passwords, and verified addresses.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::accounts::*;
use crate::world::*;

const NEW: &str = "nine blue kettles";
const EMAIL: &str = "ada@example.org";
const VIEWER: &str = "{ viewer { name email emailVerified locale } }";

async fn viewer(world: &World, token: &str) -> Value {
    world.send_as(Some(token), VIEWER, json!({})).await.ok()["viewer"].clone()
}

#[test]
fn the_link_in_the_mail_verifies_an_address_once() {
    with_database(async |world| {
        let mut input = newcomer(EMAIL);
        input["input"]["locale"] = json!("SV");
        world.send_as(None, SIGN_UP, input).await.ok();
        assert!(world.mails(EMAIL).await[0].starts_with("Välkommen\n"));
        let token = access(&log_in(&world, EMAIL, PASSWORD).await);
        let before = viewer(&world, &token).await;
        assert_eq!((&before["emailVerified"], &before["locale"]), (&json!(false), &json!("SV")));
        let old = world.link(EMAIL).await;
        let resend = "mutation { resendVerification { sent userErrors { code } } }";
        world.send_as(Some(&token), resend, json!({})).await.ok();
        let new = world.link(EMAIL).await;
        assert_eq!(error(&by_link(&world, "verifyAddress", &old).await), "INVALID_LINK");
        world.app.clock.advance(TimeDelta::hours(48));
        assert_eq!(error(&by_link(&world, "verifyAddress", &new).await), "INVALID_LINK");
        let token = access(&log_in(&world, EMAIL, PASSWORD).await);
        world.send_as(Some(&token), resend, json!({})).await.ok();
        let link = world.link(EMAIL).await;
        // A link works only for its own purpose.
        assert_eq!(error(&reset(&world, &link, NEW).await), "INVALID_LINK");
        let answers = join_all((0..4).map(|_| by_link(&world, "verifyAddress", &link))).await;
        let mut outcomes: Vec<&str> = answers.iter().map(error).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["INVALID_LINK", "INVALID_LINK", "INVALID_LINK", "none"]);
        assert_eq!(viewer(&world, &token).await["emailVerified"], true);
        assert_eq!(error(&world.send_as(Some(&token), resend, json!({})).await), "STALE_STATE");
        for malformed in ["", " ", "\u{0}", "ä", &"x".repeat(100_000)] {
            assert_eq!(error(&by_link(&world, "verifyAddress", malformed).await), "INVALID_LINK");
        }
    });
}

#[test]
fn a_password_reset_by_link_ends_all_sessions() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        let token = access(&log_in(&world, email, PASSWORD).await);
        let known = ask_for_reset(&world, &format!(" {} ", email.to_uppercase())).await;
        let link = world.link(email).await;
        assert_eq!(world.texts("SELECT token_hash FROM link").await.iter().filter(|hash| **hash == link).count(), 0);
        let unknown = ask_for_reset(&world, "nobody@solo.example").await;
        assert_eq!(known.text, unknown.text);
        assert_eq!(world.mails("nobody@solo.example").await.len(), 0);
        // The counts differ by one statement at most: a whole transaction more would reveal that the account exists.
        assert!(known.statements.abs_diff(unknown.statements) <= 1, "{} {}", known.statements, unknown.statements);

        assert_eq!(error(&reset(&world, &link, "short").await), "WEAK_PASSWORD");
        assert_eq!(error(&reset(&world, &link, "stig@solo.example").await), "WEAK_PASSWORD");
        viewer(&world, &token).await;
        assert_eq!(error(&reset(&world, &link, NEW).await), "none");
        world.send_as(Some(&token), VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(error(&log_in(&world, email, PASSWORD).await), "WRONG_CREDENTIALS");
        let token = access(&log_in(&world, email, NEW).await);
        assert_eq!(viewer(&world, &token).await["emailVerified"], true);
        assert_eq!(error(&reset(&world, &link, "ten pink teapots").await), "INVALID_LINK");
        assert!(world.mails(email).await.last().unwrap().starts_with("Your new password is set\n"));
    });
}

#[test]
fn a_reset_link_ends_by_age_a_newer_link_or_a_changed_password() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        let mut links = Vec::new();
        for _ in 0..2 {
            ask_for_reset(&world, email).await.ok();
            links.push(world.link(email).await);
            world.app.clock.advance(TimeDelta::seconds(1));
        }
        assert_eq!(error(&reset(&world, &links[0], NEW).await), "INVALID_LINK");
        world.app.clock.advance(TimeDelta::hours(1));
        assert_eq!(error(&reset(&world, &links[1], NEW).await), "INVALID_LINK");
        ask_for_reset(&world, email).await.ok();
        let link = world.link(email).await;
        let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { \
             changed userErrors { code field } } }";
        let input = json!({ "input": { "currentPassword": PASSWORD, "newPassword": NEW } });
        world.as_(SOLE_PERSON).run(change, input).await.ok();
        assert_eq!(error(&reset(&world, &link, "ten pink teapots").await), "INVALID_LINK");
    });
}

#[test]
fn of_many_concurrent_uses_of_a_reset_link_one_succeeds() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        ask_for_reset(&world, email).await.ok();
        let link = &world.link(email).await;
        let passwords: Vec<String> = (0..6).map(|number| format!("password of thief {number}")).collect();
        let answers = join_all(passwords.iter().map(|password| reset(&world, link, password))).await;
        let won: Vec<usize> = (0..6).filter(|number| error(&answers[*number]) == "none").collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        access(&log_in(&world, email, &passwords[won[0]]).await);
        assert_eq!(world.mails(email).await.len(), 2);
    });
}

#[test]
fn changing_the_password_ends_all_other_sessions() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        let here = access(&log_in(&world, email, PASSWORD).await);
        let there = access(&log_in(&world, email, PASSWORD).await);
        let change = async |current: &str, new: &str| {
            let query = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { \
                 changed userErrors { code field } } }";
            let input = json!({ "input": { "currentPassword": current, "newPassword": new } });
            world.send_as(Some(&here), query, input).await
        };
        assert_eq!(error(&change("wrong", NEW).await), "WRONG_CREDENTIALS");
        assert_eq!(error(&change(PASSWORD, PASSWORD).await), "WEAK_PASSWORD");
        assert_eq!(error(&change(PASSWORD, "password12345").await), "none", "not on the list");
        assert_eq!(error(&change("password12345", "1234567890").await), "WEAK_PASSWORD");
        assert_eq!(error(&change("password12345", &"very long ".repeat(20)).await), "none");
        viewer(&world, &here).await;
        world.send_as(Some(&there), VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        access(&log_in(&world, email, &"very long ".repeat(20)).await);
        assert_eq!(error(&log_in(&world, email, PASSWORD).await), "WRONG_CREDENTIALS");
        let mails = world.mails(email).await;
        assert_eq!(mails.len(), 2);
        assert!(mails[0].starts_with("Your password was changed\n") && !mails[0].contains(NEW));
    });
}

#[test]
fn signing_up_again_informs_the_owner_of_the_address() {
    with_database(async |world| {
        // Somebody signs up with another person's address, and keeps a session.
        world.send_as(None, SIGN_UP, newcomer(EMAIL)).await.ok();
        let thief = access(&log_in(&world, EMAIL, PASSWORD).await);
        let first = world.send_as(None, SIGN_UP, newcomer("other@example.org")).await.text;
        assert_eq!(world.send_as(None, SIGN_UP, newcomer(EMAIL)).await.text, first);
        let mail = world.mails(EMAIL).await.pop().unwrap();
        assert!(mail.starts_with("You already have an account\n") && mail.contains("never confirmed"), "{mail}");
        assert_eq!(error(&reset(&world, &world.link(EMAIL).await, NEW).await), "none");
        world.send_as(Some(&thief), VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(error(&log_in(&world, EMAIL, PASSWORD).await), "WRONG_CREDENTIALS");
        access(&log_in(&world, EMAIL, NEW).await);
        // Once the address is verified, the mail holds no secret.
        world.send_as(None, SIGN_UP, newcomer(EMAIL)).await.ok();
        let mail = world.mails(EMAIL).await.pop().unwrap();
        assert!(mail.starts_with("You already have an account\n") && !mail.contains("token="), "{mail}");
        assert!(mail.contains("/reset-password"), "{mail}");
    });
}

#[test]
fn mails_to_one_address_are_limited_without_changing_the_answers() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        for (address, count) in [(email, 5), ("nobody@solo.example", 0)] {
            let answers = join_all((0..9).map(|_| ask_for_reset(&world, address))).await;
            let texts: BTreeSet<String> = answers.into_iter().map(|answer| answer.text).collect();
            assert_eq!(texts.len(), 1, "{texts:?}");
            assert_eq!(world.mails(address).await.len(), count, "{address}");
        }
        let ups = join_all((0..9).map(|_| world.send_as(None, SIGN_UP, newcomer(email)))).await;
        assert!(ups.iter().all(|answer| answer.text == ups[0].text));
        assert_eq!(world.mails(email).await.len(), 10);
        let resend = "mutation { resendVerification { sent userErrors { code } } }";
        let answers = join_all((0..9).map(async |_| world.as_(DOMAINS_OF_ACME).run(resend, json!({})).await)).await;
        assert_eq!(answers.iter().filter(|answer| error(answer) == "TOO_MANY_ATTEMPTS").count(), 4);
        assert_eq!(world.mails(DOMAINS_OF_ACME.person().email).await.len(), 5);
        world.app.clock.advance(TimeDelta::hours(1));
        ask_for_reset(&world, email).await.ok();
        assert_eq!(world.mails(email).await.len(), 11);
    });
}

#[test]
fn a_too_large_password_is_refused_clearly() {
    with_database(async |world| {
        let huge = "x".repeat(2_000_000);
        let body = json!({ "query": SIGN_UP, "variables": { "input": {
            "email": EMAIL, "password": huge, "name": "Ada" } } });
        let request = axum::http::Request::post("/graphql")
            .header("content-type", "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        let answer = world.send(request).await;
        assert_eq!(answer.status, 413, "{}", answer.body);
        let long = world.send_as(
            None,
            SIGN_UP,
            json!({ "input": {
            "email": EMAIL, "password": "x1y2z".repeat(400), "name": "Ada" } }),
        );
        assert_eq!(error(&long.await), "WEAK_PASSWORD");
        let enough = "a sentence of two hundred letters ".repeat(6)[..200].to_owned();
        let input = json!({ "input": { "email": " Ada+Öl@Example.ORG ", "password": enough, "name": "Ada" } });
        assert_eq!(error(&world.send_as(None, SIGN_UP, input).await), "none");
        access(&log_in(&world, "ada+öl@example.org", &enough).await);
    });
}

#[test]
fn a_log_in_with_the_old_password_begins_no_session_after_a_change() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        // Half of the log-ins come before the new password is set, and half after it. None of their sessions may last.
        ask_for_reset(&world, email).await.ok();
        let link = world.link(email).await;
        let (sessions, done) = futures_util::join!(
            join_all((0..12).map(|_| log_in(&world, email, PASSWORD))),
            reset(&world, &link, "nine blue kettles")
        );
        assert_eq!(error(&done), "none");
        for answer in sessions {
            if let Some(token) = answer.at("logIn/tokens/accessToken").as_str() {
                world.send_as(Some(token), "{ viewer { name } }", json!({})).await.refused("UNAUTHENTICATED");
            }
        }
    });
}
