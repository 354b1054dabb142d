//! Stories of API keys through the API: creating, using, rotating and revoking them, and what they never hold.

mod locked;
mod networks;
mod shown;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tenantry::access::{DelegationPreset, Permission, PermissionSet};
use tenantry::base::id::Type;

use crate::world::*;

const CREATE: &str = "mutation($input: CreateApiKeyInput!) { tried: createApiKey(input: $input) { secret \
     apiKey { id name prefix permissions clientPermissions state createdBy { name } createdAt expiresAt lastUsedAt } \
     userErrors { code field message missingPermissions missingClientPermissions } } }";
const ROTATE: &str = "mutation($input: RotateApiKeyInput!) { tried: rotateApiKey(input: $input) { secret \
     apiKey { prefix previousSecretUntil } userErrors { code field message } } }";
const UPDATE: &str = "mutation($input: UpdateApiKeyInput!) { tried: updateApiKey(input: $input) { \
     apiKey { name permissions clientPermissions expiresAt state } userErrors { code field message } } }";
const REVOKE: &str = "mutation($input: RevokeApiKeyInput!) { tried: revokeApiKey(input: $input) { \
     apiKey { state } userErrors { code field message } } }";
const SERVICES: &str = "query($id: ID!) { organisation(id: $id) { name services { totalCount } } }";

/// A key of Fjord that sees and manages services there, and helps the clients.
fn of_fjord() -> Value {
    json!({
        "organisationId": id_of(FJORD), "name": " Deploy ", "permissions": ["SERVICE_MANAGE"],
        "clientPermissions": ["SERVICE_READ", "MEMBER_READ"],
    })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

/// Sends a mutation as somebody with a verified address, which keys require.
async fn run(world: &World, caller: Caller, mutation: &str, input: Value) -> Answer {
    if let Caller::Person(_) = caller {
        world.db_verify(caller).await;
    }
    world.as_(caller).run(mutation, json!({ "input": input })).await
}

/// Id and secret of a new key.
async fn create(world: &World, caller: Caller, input: Value) -> (String, String) {
    made(&run(world, caller, CREATE, input).await)
}

#[track_caller]
fn made(answer: &Answer) -> (String, String) {
    let made = &answer.ok()["tried"];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    (text(&made["apiKey"]["id"]), text(&made["secret"]))
}

/// Asks for the services of an organisation with a key.
async fn ask(world: &World, key: &str, tenant: Tenant) -> Answer {
    world.send_as(Some(key), SERVICES, json!({ "id": id_of(tenant) })).await
}

#[test]
fn a_key_is_created_shown_once_used_and_revoked() {
    with_database(async |world| {
        let answer = run(&world, OWNER_OF_FJORD, CREATE, of_fjord()).await;
        let (id, secret) = made(&answer);
        let key = &answer.ok()["tried"]["apiKey"];
        assert_eq!((&key["name"], &key["state"]), (&json!("Deploy"), &json!("ACTIVE")));
        assert_eq!(key["permissions"], json!(["ORGANISATION_READ", "SERVICE_READ", "SERVICE_MANAGE"]));
        assert_eq!(key["clientPermissions"], json!(["ORGANISATION_READ", "MEMBER_READ", "SERVICE_READ"]));
        assert_eq!(key["createdBy"]["name"], OWNER_OF_FJORD.name());
        let shown = secret.strip_prefix("tenantry_key_").unwrap();
        assert!(shown.len() >= 40 && key["prefix"] == shown[..6], "{}", answer.text);
        let dump = world.db_dump().await;
        assert!(dump.values().flatten().all(|row| !row.contains(&shown[6..])), "the database contains the secret");

        assert_eq!(ask(&world, &secret, FJORD).await.ok()["organisation"]["name"], "Fjord");
        // At a client, the key holds the part of its client permissions that the client delegates.
        assert!(ask(&world, &secret, ACME).await.ok()["organisation"]["services"]["totalCount"].as_i64() > Some(0));
        ask(&world, &secret, MYR).await.refused("NOT_FOUND");
        ask(&world, &secret, LUND).await.refused("NOT_FOUND");
        let narrow = "UPDATE partnership SET delegated = $1 WHERE reseller_id = $2 AND client_id = $3";
        let overview = DelegationPreset::Overview.set().to_stored();
        world.db_execute(narrow, [overview.into(), FJORD.id.into(), ACME.id.into()]).await;
        ask(&world, &secret, ACME).await.refused("FORBIDDEN");
        let members = "query($id: ID!) { organisation(id: $id) { members { totalCount } invoices { totalCount } } }";
        let answer = world.send_as(Some(&secret), members, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert!(answer.at("organisation/members/totalCount").as_i64() > Some(0), "{}", answer.text);

        let query =
            "query($id: ID!) { organisation(id: $id) { apiKeys { totalCount edges { node { id name state } } } } }";
        let listed = world.as_(OWNER_OF_FJORD).run(query, json!({ "id": id_of(FJORD) })).await;
        assert_eq!(listed.ok()["organisation"]["apiKeys"]["totalCount"], 2);
        assert!(listed.text.contains(&id) && !listed.text.contains(shown), "{}", listed.text);
        let revoked = run(&world, OWNER_OF_FJORD, REVOKE, json!({ "apiKeyId": id })).await;
        assert_eq!(revoked.ok()["tried"]["apiKey"]["state"], "REVOKED");
        ask(&world, &secret, FJORD).await.refused("UNAUTHENTICATED");
        for mutation in [REVOKE, ROTATE, UPDATE] {
            let again = run(&world, OWNER_OF_FJORD, mutation, json!({ "apiKeyId": id })).await;
            assert_eq!(again.user_codes(), ["STALE_STATE"]);
        }

        create(&world, OWNER_OF_FJORD, with(of_fjord(), "name", json!("Short"))).await;
        let past = now() - TimeDelta::hours(1);
        world.db_execute("UPDATE api_key SET expires_at = $1 WHERE name = 'Short'", [past.into()]).await;
        let query = "query($id: ID!, $states: [ApiKeyState!]) { organisation(id: $id) { apiKeys(states: $states) { \
                     totalCount edges { node { state } } } } }";
        for (states, expected) in [
            (json!(["ACTIVE"]), vec!["ACTIVE"]),
            (json!(["EXPIRED"]), vec!["EXPIRED"]),
            (json!(["REVOKED", "REVOKED"]), vec!["REVOKED"]),
            (json!(["EXPIRED", "ACTIVE"]), vec!["ACTIVE", "EXPIRED"]),
            (json!([]), vec![]),
            (Value::Null, vec!["ACTIVE", "EXPIRED", "REVOKED"]),
        ] {
            let variables = json!({ "id": id_of(FJORD), "states": states });
            let answer = world.as_(OWNER_OF_FJORD).run(query, variables).await;
            let keys = &answer.ok()["organisation"]["apiKeys"];
            let mut found: Vec<&str> =
                keys["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["state"].as_str().unwrap()).collect();
            found.sort_unstable();
            assert_eq!((&found, &keys["totalCount"]), (&expected, &json!(expected.len())), "{states}");
        }
    });
}

#[test]
fn a_key_never_holds_more_than_its_creator_or_permissions_for_people() {
    with_database(async |world| {
        for permission in Permission::ALL.iter().filter(|permission| !permission.is_for_keys()) {
            for field in ["permissions", "clientPermissions"] {
                let input = with(of_fjord(), field, json!([permission.graphql_name()]));
                let answer = run(&world, OWNER_OF_FJORD, CREATE, input).await;
                assert_eq!(answer.user_codes(), ["INVALID_INPUT"], "{permission:?}");
                let error = &answer.ok()["tried"]["userErrors"][0];
                assert_eq!(error["field"], json!(["input", field]));
                assert!(error["message"].as_str().unwrap().contains(&permission.graphql_name()), "{error}");
            }
        }
        // The probe manages keys and reads services here, and nothing at the clients.
        let own = PermissionSet::of(&[Permission::ApiKeyManage, Permission::ServiceRead]);
        world.db_role(&HUB, own, PermissionSet::EMPTY).await;
        let hub = Type::Organisation.id(HUB.id()).0;
        let input = |own: Value, clients: Value| json!({ "organisationId": hub, "name": "Key", "permissions": own, "clientPermissions": clients });
        let answer = run(&world, HUB.probe, CREATE, input(json!(["SERVICE_MANAGE"]), json!(["SERVICE_READ"]))).await;
        let error = &answer.ok()["tried"]["userErrors"][0];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("PERMISSION_NOT_HELD"), &json!(["input", "permissions"]))
        );
        assert_eq!(error["missingPermissions"], json!(["SERVICE_MANAGE"]));
        assert_eq!(error["missingClientPermissions"], json!(["ORGANISATION_READ", "SERVICE_READ"]));
        let (id, _) = create(&world, HUB.probe, input(json!(["SERVICE_READ"]), json!([]))).await;
        // Nobody widens or rotates a key that holds more than they do.
        let stronger = json!({ "apiKeyId": id, "permissions": ["SERVICE_MANAGE"] });
        assert_eq!(run(&world, HUB.probe, UPDATE, stronger).await.user_codes(), ["PERMISSION_NOT_HELD"]);
        let of_hub = Type::ApiKey.id(HUB.key().id).0;
        for (mutation, input) in [
            (ROTATE, json!({ "apiKeyId": of_hub })),
            (UPDATE, json!({ "apiKeyId": of_hub, "name": "Mine" })),
            (UPDATE, json!({ "apiKeyId": of_hub, "permissions": ["SERVICE_READ"], "clientPermissions": [] })),
        ] {
            assert_eq!(run(&world, HUB.probe, mutation, input).await.user_codes(), ["PERMISSION_NOT_HELD"]);
        }
        let key = format!("tenantry_key_{}", HUB.key().secret);
        world.send_as(Some(&key), "{ viewer { name } }", json!({})).await.ok();
        let by_key = run(&world, Caller::Key(HUB.key()), CREATE, input(json!(["SERVICE_READ"]), json!([]))).await;
        by_key.refused("FORBIDDEN");
        assert_eq!(
            run(&world, HUB.probe, REVOKE, json!({ "apiKeyId": of_hub })).await.user_codes(),
            Vec::<&str>::new()
        );
    });
}

#[test]
fn each_mistake_in_a_key_is_named() {
    with_database(async |world| {
        for (input, field) in [
            (with(of_fjord(), "name", json!(" ")), "name"),
            (with(of_fjord(), "name", json!("x".repeat(201))), "name"),
            (with(with(of_fjord(), "permissions", json!([])), "clientPermissions", json!([])), "permissions"),
            (with(of_fjord(), "expiresAt", json!(now())), "expiresAt"),
            (with(of_fjord(), "expiresAt", json!(now() + TimeDelta::days(3_654))), "expiresAt"),
        ] {
            let answer = run(&world, OWNER_OF_FJORD, CREATE, input).await;
            assert_eq!(answer.user_codes(), ["INVALID_INPUT"], "{}", answer.text);
            assert_eq!(answer.ok()["tried"]["userErrors"][0]["field"], json!(["input", field]));
            assert!(answer.ok()["tried"]["secret"].is_null());
        }
        let (id, _) = create(&world, OWNER_OF_FJORD, of_fjord()).await;
        for minutes in [-1, 10_081] {
            let input = json!({ "apiKeyId": id, "keepOldForMinutes": minutes });
            assert_eq!(run(&world, OWNER_OF_FJORD, ROTATE, input).await.user_codes(), ["INVALID_INPUT"]);
        }
        for (caller, code) in
            [(MANAGER_OF_FJORD, "NOT_FOUND"), (OWNER_OF_LUND, "NOT_FOUND"), (NOBODY, "UNAUTHENTICATED")]
        {
            for mutation in [ROTATE, UPDATE, REVOKE] {
                run(&world, caller, mutation, json!({ "apiKeyId": id })).await.refused(code);
            }
        }
        run(&world, MANAGER_OF_FJORD, CREATE, of_fjord()).await.refused("FORBIDDEN");
        run(&world, OWNER_OF_LUND, CREATE, of_fjord()).await.refused("NOT_FOUND");
        let wrong = json!({ "apiKeyId": id_of(FJORD) });
        run(&world, OWNER_OF_FJORD, REVOKE, wrong).await.refused("INVALID_INPUT");
        world.db_execute("UPDATE session SET confirmed_at = NULL", []).await;
        assert_eq!(run(&world, OWNER_OF_FJORD, CREATE, of_fjord()).await.user_codes(), ["CONFIRMATION_REQUIRED"]);
        for mutation in [ROTATE, UPDATE, REVOKE] {
            let answer = run(&world, OWNER_OF_FJORD, mutation, json!({ "apiKeyId": id })).await;
            assert_eq!(answer.user_codes(), ["CONFIRMATION_REQUIRED"]);
        }
    });
}

#[test]
fn the_old_secret_of_a_rotated_key_works_as_long_as_requested() {
    with_database(async |world| {
        let (id, first) = create(&world, OWNER_OF_FJORD, of_fjord()).await;
        let rotated = run(&world, OWNER_OF_FJORD, ROTATE, json!({ "apiKeyId": id, "keepOldForMinutes": 10 })).await;
        let second = rotated.ok()["tried"]["secret"].as_str().unwrap().to_owned();
        assert!(!rotated.ok()["tried"]["apiKey"]["previousSecretUntil"].is_null());
        for key in [&first, &second] {
            ask(&world, key, FJORD).await.ok();
        }
        world.app.clock.advance(TimeDelta::minutes(10));
        ask(&world, &first, FJORD).await.refused("UNAUTHENTICATED");
        ask(&world, &second, FJORD).await.ok();
        let rotated = run(&world, OWNER_OF_FJORD, ROTATE, json!({ "apiKeyId": id })).await;
        let third = rotated.ok()["tried"]["secret"].as_str().unwrap().to_owned();
        ask(&world, &second, FJORD).await.refused("UNAUTHENTICATED");
        ask(&world, &third, FJORD).await.ok();
        // The old secret of a revoked or expired key is refused like the new one.
        let rotated = run(&world, OWNER_OF_FJORD, ROTATE, json!({ "apiKeyId": id, "keepOldForMinutes": 10 })).await;
        let fourth = rotated.ok()["tried"]["secret"].as_str().unwrap().to_owned();
        let end = json!({ "apiKeyId": id, "expiresAt": world.app.clock.now() + TimeDelta::minutes(1) });
        assert_eq!(run(&world, OWNER_OF_FJORD, UPDATE, end).await.user_codes(), Vec::<&str>::new());
        world.app.clock.advance(TimeDelta::minutes(1));
        for key in [&third, &fourth] {
            ask(&world, key, FJORD).await.refused("UNAUTHENTICATED");
        }
        let longer = json!({ "apiKeyId": id, "expiresAt": null, "name": "Longer", "permissions": ["DOMAIN_READ"] });
        let updated = run(&world, OWNER_OF_FJORD, UPDATE, longer).await;
        let key = &updated.ok()["tried"]["apiKey"];
        assert_eq!(
            (&key["name"], &key["state"], &key["expiresAt"]),
            (&json!("Longer"), &json!("ACTIVE"), &Value::Null)
        );
        assert_eq!(key["permissions"], json!(["ORGANISATION_READ", "DOMAIN_READ"]));
        assert_eq!(key["clientPermissions"], json!(["ORGANISATION_READ", "MEMBER_READ", "SERVICE_READ"]));
        for key in [&third, &fourth] {
            ask(&world, key, FJORD).await.ok();
        }
        run(&world, OWNER_OF_FJORD, REVOKE, json!({ "apiKeyId": id })).await.ok();
        for key in [&third, &fourth] {
            ask(&world, key, FJORD).await.refused("UNAUTHENTICATED");
        }
    });
}

#[test]
fn concurrent_rotations_of_a_key_leave_only_secrets_that_were_shown() {
    with_database(async |world| {
        let (id, first) = create(&world, OWNER_OF_FJORD, of_fjord()).await;
        let rotate = json!({ "apiKeyId": id, "keepOldForMinutes": 10 });
        let answers = join_all((0..6).map(|_| run(&world, OWNER_OF_FJORD, ROTATE, rotate.clone()))).await;
        let secrets: Vec<&str> = answers.iter().filter_map(|answer| answer.ok()["tried"]["secret"].as_str()).collect();
        assert!(!secrets.is_empty());
        assert!(answers.iter().all(|answer| matches!(answer.user_codes()[..], [] | ["STALE_STATE"])), "{answers:?}");
        let last = answers.iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!(last, secrets.len());
        let mut good = Vec::new();
        for secret in &secrets {
            good.push(ask(&world, secret, FJORD).await.codes().is_empty());
        }
        // The newest secret and the one before it are valid.
        assert_eq!(good.iter().filter(|good| **good).count(), secrets.len().min(2), "{answers:?}");
        assert_eq!(ask(&world, &first, FJORD).await.codes().is_empty(), secrets.len() == 1);
        let (rotated, revoked) = tokio::join!(
            run(&world, OWNER_OF_FJORD, ROTATE, rotate.clone()),
            run(&world, OWNER_OF_FJORD, REVOKE, json!({ "apiKeyId": id })),
        );
        assert_eq!(revoked.user_codes(), Vec::<&str>::new());
        for secret in secrets.into_iter().chain(rotated.at("tried/secret").as_str()) {
            ask(&world, secret, FJORD).await.refused("UNAUTHENTICATED");
        }
    });
}

#[test]
fn a_suspended_organisation_can_revoke_keys_but_not_create_them() {
    with_database(async |world| {
        let input = with(with(of_fjord(), "organisationId", json!(id_of(ACME))), "clientPermissions", json!([]));
        let (id, _) = create(&world, OWNER_OF_ACME, input.clone()).await;
        let sql = "UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1";
        world.db_execute(sql, [ACME.id.into()]).await;
        for caller in [OWNER_OF_ACME, OWNER_OF_OPERATOR] {
            let refused = ["ORGANISATION_SUSPENDED"];
            assert_eq!(run(&world, caller, CREATE, input.clone()).await.user_codes(), refused);
            for mutation in [ROTATE, UPDATE] {
                assert_eq!(run(&world, caller, mutation, json!({ "apiKeyId": id })).await.user_codes(), refused);
            }
        }
        let revoked = run(&world, OWNER_OF_ACME, REVOKE, json!({ "apiKeyId": id })).await;
        assert_eq!(revoked.ok()["tried"]["apiKey"]["state"], "REVOKED");
    });
}

#[test]
fn a_key_with_scopes_in_the_wrong_half_is_made_with_a_warning() {
    with_database(async |world| {
        world.db_verify(OWNER_OF_FJORD).await;
        let frida = world.as_(OWNER_OF_FJORD);
        let warned = async |own: &[&str], clients: &[&str]| {
            let input = json!({
                "organisationId": id_of(FJORD), "name": "Import", "permissions": own, "clientPermissions": clients,
            });
            let made = frida.act("createApiKey", input, "apiKey { id } warnings { field message }").await;
            assert!(made["apiKey"]["id"].is_string());
            let warnings = made["warnings"].as_array().unwrap().iter();
            warnings.map(|warning| warning["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(warned(&["CLIENT_READ", "INVOICE_READ"], &[]).await, ["permissions"]);
        assert_eq!(warned(&[], &["CLIENT_READ"]).await, ["clientPermissions"]);
        assert_eq!(warned(&["CLIENT_READ"], &["INVOICE_READ"]).await, Vec::<String>::new());
    });
}
