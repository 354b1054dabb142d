//! Keys that work only from certain networks.

use super::*;

const VIEWER: &str = "{ viewer { name } }";

async fn ask_from(world: &World, key: &str, address: &str) -> Answer {
    world.send_from(Some(address), Some(key), VIEWER, json!({})).await
}

#[test]
fn a_key_with_networks_is_refused_from_elsewhere() {
    with_database(async |world| {
        let input = with(of_fjord(), "networks", json!(["192.0.2.0/24", "2001:db8::/32"]));
        let (id, secret) = create(&world, OWNER_OF_FJORD, input).await;
        for inside in ["192.0.2.1", "::ffff:192.0.2.200", "2001:db8:7::1"] {
            ask_from(&world, &secret, inside).await.ok();
        }
        for outside in ["192.0.3.1", "2001:db9::1", "unknown"] {
            let answer = ask_from(&world, &secret, outside).await;
            answer.refused("UNAUTHENTICATED");
            assert!(answer.errors()[0]["message"].as_str().unwrap().contains("updateApiKey"), "{}", answer.text);
        }
        let seen = ask_from(&world, &secret, "198.51.100.9").await;
        assert!(seen.errors()[0]["message"].as_str().unwrap().contains("198.51.100.9"), "{}", seen.text);

        let change = "mutation($input: UpdateApiKeyInput!) { tried: updateApiKey(input: $input) { \
             apiKey { name networks } userErrors { code field message } } }";
        let changed =
            async |input: Value| run(&world, OWNER_OF_FJORD, change, with(input, "apiKeyId", json!(id))).await;
        // What is left out stays.
        let renamed = changed(json!({ "name": "Deploy 2" })).await;
        assert_eq!(renamed.at("tried/apiKey/networks"), &json!(["192.0.2.0/24", "2001:db8::/32"]));
        let moved = changed(json!({ "networks": ["198.51.100.9"] })).await;
        assert_eq!(moved.at("tried/apiKey/networks"), &json!(["198.51.100.9/32"]));
        ask_from(&world, &secret, "198.51.100.9").await.ok();
        ask_from(&world, &secret, "192.0.2.1").await.refused("UNAUTHENTICATED");
        let wrong = changed(json!({ "networks": ["192.0.2.7/24"] })).await;
        assert_eq!(wrong.at("tried/userErrors/0/field"), &json!(["input", "networks"]));
        assert_eq!(changed(json!({ "networks": [] })).await.at("tried/apiKey/networks"), &json!([]));
        ask_from(&world, &secret, "203.0.113.5").await.ok();
        let log = "SELECT details FROM audit_event WHERE action = 'updateApiKey' AND details LIKE '%198.51.100.9/32%'";
        assert!(!world.texts(log).await.is_empty());
    });
}

#[test]
fn an_export_with_a_key_comes_from_its_networks_too() {
    with_database(async |world| {
        let scopes = with(of_fjord(), "permissions", json!(["AUDIT_READ"]));
        let (_, secret) = create(&world, OWNER_OF_FJORD, with(scopes, "networks", json!(["192.0.2.0/24"]))).await;
        let path = format!("/organisations/{}/audit.ndjson", id_of(FJORD));
        let status = async |address: &str| {
            let request = axum::http::Request::get(&path)
                .header("authorization", format!("Bearer {secret}"))
                .header("x-forwarded-for", address)
                .body(axum::body::Body::empty())
                .unwrap();
            world.send(request).await.status
        };
        assert_eq!((status("192.0.2.7").await.as_u16(), status("203.0.113.5").await.as_u16()), (200, 401));
    });
}
