//! What users see of keys: their last use, their permissions, and the explanation of these.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::base::id::Type;
use tenantry::base::uses::Uses;

use super::{CREATE, ask, create, made, of_fjord, run};
use crate::world::*;

async fn last_used(world: &World, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }";
    world.as_(OWNER_OF_FJORD).run(query, json!({ "id": id })).await.ok()["node"]["lastUsedAt"].clone()
}

#[test]
fn the_last_uses_of_keys_are_written_together_and_rarely() {
    with_database(async |world| {
        let (one, first) = create(&world, OWNER_OF_FJORD, of_fjord()).await;
        let (other, second) = create(&world, OWNER_OF_FJORD, of_fjord()).await;
        let (uses, db, clock) = (&world.app.key_uses, world.db(), &world.app.clock);
        assert_eq!(last_used(&world, &one).await, Value::Null);
        let before = ask(&world, &first, FJORD).await.statements;
        for key in [&first, &second, &first] {
            assert_eq!(ask(&world, key, FJORD).await.statements, before);
        }
        assert_eq!(last_used(&world, &one).await, Value::Null);
        let statements = db.statements();
        uses.flush(db, clock.now()).await.unwrap();
        assert_eq!(db.statements() - statements, 1, "one statement for all keys");
        let at = |time: sea_orm::prelude::DateTimeUtc| json!(time.to_rfc3339());
        for id in [&one, &other] {
            assert_eq!(last_used(&world, id).await, at(now()));
        }
        // The use of a key in constant use is written every five minutes.
        clock.advance(TimeDelta::minutes(1));
        ask(&world, &first, FJORD).await.ok();
        uses.flush(db, clock.now()).await.unwrap();
        assert_eq!(last_used(&world, &one).await, at(now()));
        clock.advance(TimeDelta::minutes(4));
        uses.flush(db, clock.now()).await.unwrap();
        assert_eq!(last_used(&world, &one).await, at(now() + TimeDelta::minutes(1)));
        assert_eq!(last_used(&world, &other).await, at(now()));
        // An earlier use that another node writes does not replace a later one. At shutdown everything is written.
        clock.advance(TimeDelta::minutes(1));
        ask(&world, &second, FJORD).await.ok();
        let elsewhere = Uses::of("api_key");
        let (_, key) = tenantry::base::id::parse(&async_graphql::ID(one.clone())).unwrap();
        elsewhere.note(key, now());
        elsewhere.finish(db).await.unwrap();
        uses.finish(db).await.unwrap();
        assert_eq!(last_used(&world, &one).await, at(now() + TimeDelta::minutes(1)));
        assert_eq!(last_used(&world, &other).await, at(now() + TimeDelta::minutes(6)));
        let statements = db.statements();
        uses.finish(db).await.unwrap();
        assert_eq!(db.statements(), statements, "nothing is left to write");
        // A refused request does not count as a use of the key.
        run(&world, OWNER_OF_FJORD, super::REVOKE, json!({ "apiKeyId": other })).await.ok();
        ask(&world, &second, FJORD).await.refused("UNAUTHENTICATED");
        let statements = db.statements();
        uses.finish(db).await.unwrap();
        assert_eq!(db.statements(), statements);
    });
}

const ACCESSORS: &str = "query($id: ID!, $permission: Permission!) { organisation(id: $id) { \
     accessors(permission: $permission, first: 100) { edges { node { \
     actor { __typename ... on ApiKey { id name prefix state } } paths { sentence } } } } } }";

async fn keys_with_access(world: &World, caller: Caller, tenant: Tenant, permission: &str) -> Vec<Value> {
    let variables = json!({ "id": id_of(tenant), "permission": permission });
    let answer = world.as_(caller).run(ACCESSORS, variables).await;
    let edges = answer.ok()["organisation"]["accessors"]["edges"].as_array().unwrap();
    let keys = edges.iter().map(|edge| &edge["node"]["actor"]).filter(|actor| actor["__typename"] == "ApiKey");
    keys.map(|actor| actor["id"].clone()).collect()
}

#[test]
fn a_valid_key_is_listed_among_those_with_access() {
    with_database(async |world| {
        let (id, _) = create(&world, OWNER_OF_FJORD, of_fjord()).await;
        let of_fjord = keys_with_access(&world, OWNER_OF_FJORD, FJORD, "SERVICE_MANAGE").await;
        assert_eq!(of_fjord, [json!(id)]);
        assert!(keys_with_access(&world, OWNER_OF_FJORD, FJORD, "DOMAIN_READ").await.is_empty());
        // The key is also listed at a client, for viewers of Fjord's keys. Acme sees that a key has access, but not
        // which one.
        assert!(keys_with_access(&world, OWNER_OF_FJORD, ACME, "SERVICE_READ").await.contains(&json!(id)));
        assert!(keys_with_access(&world, OWNER_OF_ACME, ACME, "SERVICE_READ").await.is_empty());
        run(&world, OWNER_OF_FJORD, super::REVOKE, json!({ "apiKeyId": id })).await.ok();
        assert!(keys_with_access(&world, OWNER_OF_FJORD, FJORD, "SERVICE_MANAGE").await.is_empty());
    });
}

const EXPLAIN: &str = "query($at: ID!, $permission: Permission!, $key: ID, $user: ID) { \
     explainAccess(organisationId: $at, permission: $permission, apiKeyId: $key, userId: $user) { \
     granted paths { sentence } misses { reason sentence } } }";

#[test]
fn the_access_of_a_key_is_explained_to_viewers_with_permission() {
    with_database(async |world| {
        let (id, secret) = create(&world, OWNER_OF_FJORD, of_fjord()).await;
        let asked =
            |tenant: Tenant, permission: &str| json!({ "at": id_of(tenant), "permission": permission, "key": id });
        let explain = async |caller: Caller, asked: Value| world.as_(caller).run(EXPLAIN, asked).await;
        let here = explain(OWNER_OF_FJORD, asked(FJORD, "SERVICE_MANAGE")).await;
        assert_eq!(here.ok()["explainAccess"]["paths"][0]["sentence"], "Is a key of Fjord.", "{}", here.text);
        let below = explain(OWNER_OF_FJORD, asked(ACME, "SERVICE_READ")).await;
        assert_eq!(below.ok()["explainAccess"]["granted"], true, "{}", below.text);
        let scope = explain(OWNER_OF_FJORD, asked(FJORD, "DOMAIN_READ")).await;
        assert_eq!(scope.ok()["explainAccess"]["misses"][0]["reason"], "KEY_SCOPE", "{}", scope.text);
        // The key may ask about itself, with or without its id.
        let own = world.send_as(Some(&secret), EXPLAIN, asked(FJORD, "SERVICE_READ")).await;
        assert_eq!(own.ok()["explainAccess"]["granted"], true, "{}", own.text);
        // Others learn nothing, not even whether the key exists.
        explain(OWNER_OF_ACME, asked(ACME, "SERVICE_READ")).await.refused("NOT_FOUND");
        explain(INVOICES_OF_ACME, asked(ACME, "SERVICE_READ")).await.refused("FORBIDDEN");
        let mut both = asked(FJORD, "SERVICE_READ");
        both["user"] = json!(Type::User.id(OWNER_OF_FJORD.person().id).0);
        explain(OWNER_OF_FJORD, both).await.refused("INVALID_INPUT");
        run(&world, OWNER_OF_FJORD, super::REVOKE, json!({ "apiKeyId": id })).await.ok();
        let ended = explain(OWNER_OF_FJORD, asked(FJORD, "SERVICE_MANAGE")).await;
        let found = &ended.ok()["explainAccess"];
        assert_eq!((&found["granted"], &found["misses"][0]["reason"]), (&json!(false), &json!("KEY_ENDED")));
    });
}

#[test]
fn an_unverified_user_cannot_create_a_key() {
    with_database(async |world| {
        let answer = world.as_(OWNER_OF_FJORD).run(CREATE, json!({ "input": of_fjord() })).await;
        assert_eq!(answer.user_codes(), ["ADDRESS_NOT_VERIFIED"]);
        made(&run(&world, OWNER_OF_FJORD, CREATE, of_fjord()).await);
    });
}
