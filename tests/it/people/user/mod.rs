//! Stories of accounts through the API: signing up, logging in, working, logging out.

mod address;
mod beforehand;
mod erasing;
mod passwords;
mod second_factor;
mod signing_up;
mod throttled;

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use crate::world::accounts::*;
use crate::world::*;

const CREATE: &str = "mutation($input: CreateOrganisationInput!) { createOrganisation(input: $input) { \
     organisation { id name kind viewerPermissions } userErrors { code field } } }";
const SWITCH: &str = "mutation($input: SwitchOrganisationInput!) { switchOrganisation(input: $input) { \
     organisation { name } userErrors { code } } }";
const VIEWER: &str = "{ viewer { name email activeOrganisation { name } organisations { totalCount } } }";

#[test]
fn a_newcomer_signs_up_and_works_until_logging_out() {
    with_database(async |world| {
        let answer = world.send_as(None, SIGN_UP, newcomer("Ada@Example.org")).await;
        assert_eq!(answer.ok()["signUp"], json!({ "accepted": true, "userErrors": [] }));
        let (access, refresh_token) = begin_session(&world, "ada@example.ORG").await;
        let viewer = world.send_as(Some(&access), VIEWER, json!({})).await;
        let expected = json!({
            "name": "Ada", "email": "ada@example.org",
            "activeOrganisation": { "name": "Ada" }, "organisations": { "totalCount": 1 }
        });
        assert_eq!(viewer.ok()["viewer"], expected);

        let input = json!({ "input": { "name": "Engines", "kind": "COMPANY" } });
        let created = world.send_as(Some(&access), CREATE, input).await;
        let organisation = &created.ok()["createOrganisation"]["organisation"];
        assert_eq!(organisation["kind"], "COMPANY");
        let permissions = organisation["viewerPermissions"].as_array().unwrap();
        assert!(permissions.iter().any(|permission| permission == "OWNERSHIP_TRANSFER"));
        let switched =
            world.send_as(Some(&access), SWITCH, json!({ "input": { "organisationId": organisation["id"] } })).await;
        assert_eq!(switched.ok()["switchOrganisation"]["organisation"]["name"], "Engines");

        let (renewed, _) = tokens(&refresh(&world, &refresh_token).await).unwrap();
        for token in [&access, &renewed] {
            let viewer = world.send_as(Some(token), VIEWER, json!({})).await;
            assert_eq!(viewer.ok()["viewer"]["activeOrganisation"]["name"], "Engines");
        }
        let ended = world.send_as(Some(&renewed), "mutation { logOut { ended } }", json!({})).await;
        assert_eq!(ended.ok()["logOut"]["ended"], true);
        for token in [&access, &renewed] {
            world.send_as(Some(token), VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        }
    });
}

#[test]
fn of_many_concurrent_sign_ups_one_makes_an_account_and_all_get_one_answer() {
    with_database(async |world| {
        let before = world.db_count("organisation").await;
        let asked = (0..8).map(|number| {
            let email = if number % 2 == 0 { "ada@example.org" } else { "ADA@example.org" };
            world.send_as(None, SIGN_UP, newcomer(email))
        });
        let answers: BTreeSet<String> = join_all(asked).await.into_iter().map(|answer| answer.text).collect();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|answer| answer.contains("\"accepted\":true")));
        assert_eq!(world.db_count("\"user\" WHERE email = 'ada@example.org'").await, 1);
        // Somebody who signs up again and again does not flood the mailbox.
        let mails = world.mails("ada@example.org").await;
        assert_eq!(mails.len(), 5);
        assert_eq!(mails.iter().filter(|mail| mail.starts_with("Welcome\n")).count(), 1);
        assert_eq!(world.db_count("organisation").await, before + 1);
        begin_session(&world, "ada@example.org").await;
    });
}

#[test]
fn organisations_created_at_once_have_unique_codes() {
    with_database(async |world| {
        let before = world.db_count("organisation").await;
        let client = world.as_(SOLE_PERSON);
        client.run(VIEWER, json!({})).await.ok();
        let input = |number: usize| json!({ "input": { "name": format!("Firm {number}"), "kind": "PROJECT" } });
        let answers = join_all((0..8).map(async |number| client.run(CREATE, input(number)).await)).await;
        assert!(answers.iter().all(|answer| !answer.ok()["createOrganisation"]["organisation"].is_null()));
        assert_eq!(world.db_count("organisation").await, before + 8);
        assert_eq!(client.run(VIEWER, json!({})).await.ok()["viewer"]["organisations"]["totalCount"], 9);
    });
}

#[test]
fn no_text_causes_a_fault() {
    with_database(async |world| {
        let long = "x".repeat(201);
        let longest = "å".repeat(20_000);
        for text in [
            "",
            " ",
            "\u{0}",
            "a\u{0}b",
            "\u{202e}evil",
            "\u{feff}",
            "å\u{301}",
            "🦆",
            "' OR 1=1 --",
            "\n",
            "%s",
            &long,
            &longest,
        ] {
            for input in [
                json!({ "email": text, "password": PASSWORD, "name": "Ada" }),
                json!({ "email": format!("{text}@example.org"), "password": PASSWORD, "name": "Ada" }),
                json!({ "email": "a@example.org", "password": text, "name": "Ada" }),
                json!({ "email": "b@example.org", "password": PASSWORD, "name": text }),
                json!({ "email": "c@example.org", "password": PASSWORD, "name": "Ada", "organisationName": text }),
            ] {
                no_fault(&world.send_as(None, SIGN_UP, json!({ "input": input })).await);
            }
            let input = json!({ "input": { "name": text, "kind": "COMPANY" } });
            no_fault(&world.as_(SOLE_PERSON).run(CREATE, input).await);
            for (email, password) in [(text, PASSWORD), (SOLE_PERSON.person().email, text)] {
                let answer = log_in(&world, email, password).await;
                no_fault(&answer);
                assert!(answer.at("logIn/tokens").is_null(), "{text:?}");
            }
            no_fault(&refresh(&world, text).await);
        }
    });
}

#[track_caller]
fn no_fault(answer: &Answer) {
    assert!(!answer.codes().contains(&"INTERNAL"), "{}", answer.text);
}

#[test]
fn a_sign_up_queues_a_mail_together_with_the_account() {
    with_database(async |world| {
        world.send_as(None, SIGN_UP, newcomer("ada@example.org")).await.ok();
        let mails = world.mails("ada@example.org").await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].starts_with("Welcome\n"), "{}", mails[0]);
        world.send_as(None, SIGN_UP, newcomer("not an address")).await.ok();
        assert_eq!(world.texts("SELECT recipient FROM outgoing_mail").await, ["ada@example.org"]);
    });
}
