//! Every mutation, with a valid and an invalid example. A valid one is recorded in an audit log; a refused one changes
//! nothing in the whole database.
//!
//! A new mutation without examples fails the suite. They are in `examples.rs`, `accounts.rs`, `billing.rs`, `catalogue.rs`,
//! `directory.rs`, `licences.rs`, `orders.rs`, `partners.rs`, `payments.rs`, `seats.rs`, `services.rs` and
//! `webhooks.rs`.
//! `prepared.rs` writes the rows that they need.

mod access;
mod accounts;
mod alike;
mod billing;
mod catalogue;
mod directory;
pub mod examples;
mod hidden;
mod languages;
mod licences;
mod orders;
mod partners;
mod payments;
mod prepared;
mod seats;
mod services;
mod webhooks;

use serde_json::json;
use tenantry::access::PermissionSet;

use self::examples::{doer, invalid, valid};
use crate::generated::schema::{Field, Schema, all_but};
use crate::world::*;

/// The database is reset after these, since other examples need its original rows.
const LAST: [&str; 9] = [
    "approveReseller",
    "closeOrganisation",
    "declineReseller",
    "logOut",
    "reopenOrganisation",
    "requestReseller",
    "resumeOrganisation",
    "suspendOrganisation",
    "withdrawReseller",
];

/// Accounts and sessions belong to users and not to organisations, so these mutations are not recorded in any log.
const IN_NO_LOG: [&str; 19] = [
    "beginSecondFactor",
    "changeAddress",
    "changePassword",
    "confirmAddress",
    "confirmIdentity",
    "confirmSecondFactor",
    "logIn",
    "logOut",
    "refreshSession",
    "removeSecondFactor",
    "renewRecoveryCodes",
    "requestPasswordReset",
    "resendVerification",
    "resetPassword",
    "revokeOtherSessions",
    "revokeSession",
    "undoAddress",
    "updateProfile",
    "verifyAddress",
];

/// These have no input that could be invalid.
const WITHOUT_INPUT: [&str; 5] =
    ["beginSecondFactor", "eraseAccount", "logOut", "resendVerification", "revokeOtherSessions"];

/// Secrets that must never be recorded: passwords, their hashes, refresh and access tokens, keys.
const SECRET: [&str; 5] = [PASSWORD, "$argon2", "tenantry_refresh_", "eyJ", "tenantry_key_"];

/// Action, outcome and request of all events.
async fn events(world: &World) -> Vec<String> {
    world.texts("SELECT action || ' ' || outcome || ' ' || request_id FROM audit_event ORDER BY 1").await
}

#[test]
fn every_successful_mutation_leaves_one_event_without_secrets() {
    with_database(async |world| {
        let schema = Schema::exported();
        let mutations: Vec<&str> = schema.fields_of("Mutation").map(|field| field.name()).collect();
        assert!(IN_NO_LOG.iter().all(|name| mutations.contains(name)), "IN_NO_LOG names what is not in the schema");
        for field in schema.fields_of("Mutation") {
            let query = document(field, &valid(&world, field, None).await);
            let client = world.as_(doer(field));
            client.run("{ viewer { name } }", json!({})).await.ok();
            let before = events(&world).await;
            client.run(&query, json!({})).await.ok();
            let mut new: Vec<String> =
                events(&world).await.into_iter().filter(|event| !before.contains(event)).collect();
            // Erasing is recorded in the log of each organisation that loses a member.
            new.dedup();
            if IN_NO_LOG.contains(&field.name()) {
                assert_eq!(new, Vec::<String>::new(), "{query}");
            } else {
                let [event] = &new[..] else { panic!("{query} left {new:?}") };
                let request = event.strip_prefix(&format!("{} DONE ", field.name()));
                assert!(request.is_some_and(|id| !id.is_empty()), "{query} left {event}");
            }
            if LAST.contains(&field.name()) {
                shows_no_secret(&world).await;
                world.db_reset().await;
            }
        }
        shows_no_secret(&world).await;
    });
}

async fn shows_no_secret(world: &World) {
    let dump = world.db_dump().await;
    for table in ["audit_event", "audit_chain"] {
        let text = dump[table].join("\n");
        let leaked: Vec<&str> = SECRET.into_iter().filter(|secret| text.contains(secret)).collect();
        assert_eq!(leaked, Vec::<&str>::new(), "{table}");
    }
}

/// The database without its audit logs.
async fn without_logs(world: &World) -> Dump {
    let mut dump = world.db_dump().await;
    dump.retain(|table, _| !table.starts_with("audit_"));
    dump
}

/// The database without the counts and the history of failures.
async fn without_counts(world: &World) -> Dump {
    let mut dump = world.db_dump().await;
    dump.retain(|table, _| table != "throttle" && table != "log_in_attempt");
    dump
}

fn document(field: Field<'_>, arguments: &str) -> String {
    format!("mutation {{ {}{arguments} {{ userErrors {{ code }} }} }}", field.name())
}

#[test]
fn every_mutation_succeeds_by_its_example() {
    with_database(async |world| {
        let schema = Schema::exported();
        for field in schema.fields_of("Mutation") {
            let query = document(field, &valid(&world, field, None).await);
            let before = world.db_dump().await;
            let answer = world.as_(doer(field)).run(&query, json!({})).await;
            assert_eq!(answer.ok()[field.name()]["userErrors"], json!([]), "{query}");
            assert_ne!(before, world.db_dump().await, "{query} changed nothing");
            if LAST.contains(&field.name()) {
                world.db_reset().await;
            }
        }
    });
}

#[test]
fn one_permission_is_enough_for_a_mutation_that_names_it() {
    with_database(async |world| {
        let schema = Schema::exported();
        for field in schema.fields_of("Mutation") {
            for rule in field.rules() {
                world.db_reset().await;
                let query = document(field, &valid(&world, field, Some(&rule)).await);
                world.db_role(&HUB, PermissionSet::of(&[rule.permission]), PermissionSet::EMPTY).await;
                // The input may need further permissions, which would be a user error.
                world.as_(HUB.probe).run(&query, json!({})).await.ok();
            }
        }
    });
}

#[test]
fn a_refused_mutation_changes_nothing() {
    with_database(async |world| {
        let schema = Schema::exported();
        for field in schema.fields_of("Mutation") {
            let path = [field.name().to_owned()];
            let query = document(field, &valid(&world, field, None).await);
            let rules = field.rules();
            if field.has("authenticated") || !rules.is_empty() {
                let before = world.db_dump().await;
                let answer = world.as_(NOBODY).run(&query, json!({})).await;
                let error = answer.error_at(&path).unwrap_or_else(|| panic!("{query}: {}", answer.text));
                assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED", "{query}");
                assert_eq!(before, world.db_dump().await, "{query}");
            }
            if !rules.is_empty() {
                world.db_role(&HUB, all_but(&rules), PermissionSet::EMPTY).await;
                let client = world.as_(HUB.probe);
                client.run("{ viewer { name } }", json!({})).await.ok();
                // The refusal itself is recorded in a log.
                let before = without_logs(&world).await;
                let answer = client.run(&query, json!({})).await;
                let error = answer.error_at(&path).unwrap_or_else(|| panic!("{query}: {}", answer.text));
                let code = error["extensions"]["code"].as_str().unwrap_or_default();
                assert!(matches!(code, "FORBIDDEN" | "NOT_FOUND"), "{query}: {}", answer.text);
                assert_eq!(before, without_logs(&world).await, "{query}");
            }
            if LAST.contains(&field.name()) {
                world.db_reset().await;
            }
        }
    });
}

#[test]
fn a_mutation_with_an_invalid_input_says_so_and_changes_nothing() {
    with_database(async |world| {
        let schema = Schema::exported();
        for caller in [HUB.owner, OWNER_OF_OPERATOR] {
            world.as_(caller).run("{ viewer { name } }", json!({})).await.ok();
        }
        for field in schema.fields_of("Mutation") {
            let mutation = field.name();
            let Some(arguments) = invalid(&world, mutation).await else {
                let is_exempt = WITHOUT_INPUT.contains(&mutation) && field.argument("input").is_none();
                assert!(is_exempt, "give an invalid example of {mutation} in tests/it/generated/mutations/examples.rs");
                continue;
            };
            assert!(!WITHOUT_INPUT.contains(&mutation), "{mutation} has an invalid example and is in WITHOUT_INPUT");
            let query = document(field, &arguments);
            let client = world.as_(doer(field));
            client.run("{ viewer { name } }", json!({})).await.ok();
            let before = without_counts(&world).await;
            let answer = client.run(&query, json!({})).await;
            let by_error = answer.error_at(&[mutation.to_owned()]).map(|error| &error["extensions"]["code"]);
            match by_error {
                Some(code) => assert_eq!(code, "INVALID_INPUT", "{query}: {}", answer.text),
                None => assert_eq!(answer.user_codes().len(), 1, "{query}: {}", answer.text),
            }
            assert_eq!(before, without_counts(&world).await, "{query}");
        }
    });
}
