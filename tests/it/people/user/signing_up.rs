//! What signing up makes, and what it refuses. Sign-ups at the same time are in `mod.rs`.

use serde_json::json;

use crate::world::accounts::*;
use crate::world::*;

const ADA: &str = "ada@example.org";

#[test]
fn signing_up_makes_a_user_who_owns_an_organisation_of_the_same_name() {
    with_database(async |world| {
        world.send_as(None, SIGN_UP, newcomer(" Ada@Example.org")).await.ok();
        let (token, _) = begin_session(&world, ADA).await;
        let query = "{ viewer { email activeOrganisation { name } memberships { edges { node { \
                     organisation { kind } roles { name } } } } } }";
        let viewer = world.send_as(Some(&token), query, json!({})).await;
        let member = json!({ "organisation": { "kind": "PERSON" }, "roles": [{ "name": "OWNER" }] });
        let expected = json!({
            "email": ADA, "activeOrganisation": { "name": "Ada" }, "memberships": { "edges": [{ "node": member }] }
        });
        assert_eq!(viewer.ok()["viewer"], expected);
    });
}

#[test]
fn signing_up_with_a_company_makes_the_company_alone() {
    with_database(async |world| {
        let before = world.db_count("organisation").await;
        let mut input = newcomer(ADA);
        input["input"]["organisationName"] = json!(" Engines ");
        input["input"]["organisationKind"] = json!("COMPANY");
        world.send_as(None, SIGN_UP, input).await.ok();
        assert_eq!(world.db_count("organisation WHERE name = 'Engines' AND kind = 'COMPANY'").await, 1);
        assert_eq!(world.db_count("organisation").await, before + 1);
    });
}

#[test]
fn signing_up_with_a_known_address_gets_the_same_answer_and_changes_nothing() {
    with_database(async |world| {
        let first = world.send_as(None, SIGN_UP, newcomer(ADA)).await;
        let (users, organisations) = (world.db_count("\"user\"").await, world.db_count("organisation").await);
        let other = "another good password";
        let input = json!({ "email": "ADA@example.org", "password": other, "name": "Mallory" });
        let second = world.send_as(None, SIGN_UP, json!({ "input": input })).await;
        assert_eq!(first.text, second.text);
        assert_eq!(world.db_count("\"user\"").await, users);
        assert_eq!(world.db_count("organisation").await, organisations);
        assert_eq!(log_in(&world, ADA, other).await.user_codes(), ["WRONG_CREDENTIALS"]);
        begin_session(&world, ADA).await;
        let mails = world.mails(ADA).await;
        let subjects: Vec<&str> = mails.iter().filter_map(|mail| mail.lines().next()).collect();
        assert_eq!(subjects, ["Welcome", "You already have an account"]);
        assert!(mails.iter().all(|mail| !mail.contains("Mallory")), "{mails:?}");
    });
}

#[test]
fn each_mistake_in_a_sign_up_is_named_and_nothing_is_written() {
    with_database(async |world| {
        let before = world.db_dump().await;
        let input = json!({ "email": "ada", "password": "short", "name": " ", "organisationName": "a\nb" });
        let answer = world.send_as(None, SIGN_UP, json!({ "input": input })).await;
        let fields: Vec<_> =
            answer.at("signUp/userErrors").as_array().unwrap().iter().map(|e| &e["field"][1]).collect();
        assert_eq!(answer.user_codes(), ["INVALID_INPUT", "WEAK_PASSWORD", "INVALID_INPUT", "INVALID_INPUT"]);
        assert_eq!(fields, ["email", "password", "name", "organisationName"]);
        // The address itself is not accepted as a password.
        let input = json!({ "email": "lovelace@example.org", "password": "Lovelace@example.org", "name": "Ada" });
        let answer = world.send_as(None, SIGN_UP, json!({ "input": input })).await;
        assert_eq!(answer.user_codes(), ["WEAK_PASSWORD"]);
        let without_counts = |mut dump: Dump| {
            dump.remove("throttle");
            dump
        };
        assert_eq!(without_counts(world.db_dump().await), without_counts(before));
    });
}

#[test]
fn nobody_signs_up_as_a_reseller_or_the_operator() {
    with_database(async |world| {
        for kind in ["RESELLER", "OPERATOR"] {
            let mut input = newcomer(ADA);
            input["input"]["organisationKind"] = json!(kind);
            let answer = world.send_as(None, SIGN_UP, input).await;
            assert!(answer.errors()[0]["message"].as_str().unwrap().contains("NewOrganisationKind"), "{}", answer.text);
        }
        assert_eq!(world.db_count(&format!("\"user\" WHERE email = '{ADA}'")).await, 0);
    });
}
