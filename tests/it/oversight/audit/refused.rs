//! Refusals are in the log of the actor's own organisation, and nowhere else.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::people::api_key::KEY_PREFIX;

use super::{SWITCH, db_count, events, id, newest, switch};
use crate::world::*;

const FIELDS: [&str; 6] = ["action", "outcome", "actorName", "way", "objectId", "after"];

#[test]
fn a_refused_mutation_is_in_the_log_of_the_actors_organisation() {
    with_database(async |world| {
        let before = db_count(&world).await;
        // Not there for the owner of Acme.
        switch(&world, OWNER_OF_ACME, HUB.id()).await.refused("NOT_FOUND");
        let after = r#"{"code":"NOT_FOUND","permission":null}"#;
        let expected = json!(["switchOrganisation", "REFUSED", OWNER_OF_ACME.name(), "MEMBERSHIP", null, after]);
        assert_eq!(newest(&world, OWNER_OF_ACME, ACME.id, &FIELDS).await, expected);
        // Norden sees Lund and may only read there.
        let answer = switch(&world, OWNER_OF_NORDEN, LUND.id).await;
        assert_eq!(answer.ok()["tried"]["userErrors"], json!([{ "code": "NOT_SWITCHABLE" }]));
        let after = r#"{"code":"NOT_SWITCHABLE","permission":null}"#;
        let expected = json!(["switchOrganisation", "REFUSED", OWNER_OF_NORDEN.name(), "MEMBERSHIP", null, after]);
        assert_eq!(newest(&world, OWNER_OF_NORDEN, NORDEN.id, &FIELDS).await, expected);
        assert_eq!(db_count(&world).await, before + 2);
    });
}

#[test]
fn a_refusal_to_a_stranger_or_a_guest_is_in_no_log() {
    with_database(async |world| {
        // Works in a client's organisation, where it is no member.
        switch(&world, SUPPORT_OF_FJORD, ACME.id).await.ok();
        let before = db_count(&world).await;
        switch(&world, SUPPORT_OF_FJORD, HUB.id()).await.refused("NOT_FOUND");
        switch(&world, NOBODY, ACME.id).await.refused("UNAUTHENTICATED");
        // Is a member of several and works in none.
        switch(&world, HUB.owner, BOREAL.id()).await.refused("NOT_FOUND");
        // Names somebody else's organisation as its own.
        let secret = HUB.key().secret;
        for organisation in [BOREAL.id(), key(HUB.tree, 999_999_999), key(HUB.tree, 5)] {
            let body = json!({ "query": SWITCH, "variables": { "input": { "organisationId": id(BOREAL.id()) } } });
            let request = Request::post("/graphql")
                .header("content-type", "application/json")
                .header("authorization", format!("Bearer {KEY_PREFIX}{secret}"))
                .header("x-organisation", id(organisation));
            world.send(request.body(Body::from(body.to_string())).unwrap()).await;
        }
        // A query changes nothing, so nothing is refused to be changed.
        let query = "query($id: ID!) { organisation(id: $id) { id } }";
        world.as_(OWNER_OF_ACME).run(query, json!({ "id": id(HUB.id()) })).await.refused("NOT_FOUND");
        assert_eq!(before, db_count(&world).await);
    });
}

#[test]
fn an_actor_writes_at_most_ten_refusals_a_minute_into_a_log() {
    with_database(async |world| {
        let refusals = async || {
            let events = events(&world, OWNER_OF_ACME, ACME.id, Value::Null).await;
            events.iter().filter(|event| event["outcome"] == "REFUSED").count()
        };
        for _ in 0..4 {
            let three = format!("mutation {{ a: {TRY} b: {TRY} c: {TRY} }}").replace("ID", &id(HUB.id()));
            let answer = world.as_(OWNER_OF_ACME).run(&three, json!({})).await;
            assert_eq!(answer.codes(), ["NOT_FOUND"; 3]);
        }
        assert_eq!(refusals().await, 10);
        // Others have their own minute, and the next one begins anew.
        switch(&world, ADMIN_OF_ACME, HUB.id()).await.refused("NOT_FOUND");
        world.app.clock.advance(TimeDelta::minutes(1));
        switch(&world, OWNER_OF_ACME, HUB.id()).await.refused("NOT_FOUND");
        assert_eq!(refusals().await, 12);
    });
}

const TRY: &str = "switchOrganisation(input: {organisationId: \"ID\"}) { userErrors { code } }";
