//! A database that is locked or gone is 503 with `Retry-After` and a code of its own, whatever asked it.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use sea_orm::{ConnectionTrait, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use serde_json::{Value, json};
use tenantry::base::db::Db;

use crate::world::*;

const OF_RESOLVER: &str = "{ invitation(token: \"x\") { email } }";
const OF_MUTATION: &str =
    "mutation { createOrganisation(input: {name: \"New\", kind: COMPANY}) { userErrors { code } } }";

/// Asks with a credential, or without.
async fn ask(world: &World, bearer: Option<&str>, accept: &str, query: &str) -> HttpAnswer {
    let mut request = Request::post("/graphql").header("content-type", "application/json").header("accept", accept);
    if let Some(bearer) = bearer {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    world.send(request.body(Body::from(json!({ "query": query }).to_string())).unwrap()).await
}

#[track_caller]
fn is_unavailable(answer: &HttpAnswer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.headers.contains_key("retry-after"), "{:?}", answer.headers);
    let json: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(json["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{}", answer.body);
    assert!(!answer.body.contains("less"), "{}", answer.body);
}

/// All ways to the database, each as both media types.
async fn every_way(world: &World, bearer: &str) {
    for accept in ["application/json", "application/graphql-response+json"] {
        is_unavailable(&ask(world, Some(bearer), accept, "{ viewer { name } }").await);
        is_unavailable(&ask(world, None, accept, OF_RESOLVER).await);
        is_unavailable(&ask(world, Some(bearer), accept, OF_MUTATION).await);
    }
}

#[test]
fn a_database_that_is_gone_is_503() {
    with_database(async |world| {
        let bearer = world.as_(OWNER_OF_ACME).credential().await.unwrap();
        world.db().close().await;
        every_way(&world, &bearer).await;
        let export = format!("/organisations/{}/audit.ndjson", id_of(ACME));
        let request = Request::get(export).header("authorization", format!("Bearer {bearer}"));
        is_unavailable(&world.send(request.body(Body::empty()).unwrap()).await);
    });
}

#[test]
fn a_pool_without_a_free_connection_is_503() {
    with_database(async |world| {
        let world = world
            .with_settings(|config| {
                config.database.max_connections = 1;
                config.database.acquire_seconds = 1;
            })
            .await;
        let bearer = world.as_(OWNER_OF_ACME).credential().await.unwrap();
        let (read, write) = (world.db().reader(), world.db().writer());
        let held = read.begin().await.unwrap();
        every_way(&world, &bearer).await;
        held.rollback().await.unwrap();
        assert_eq!(ask(&world, Some(&bearer), "*/*", "{ viewer { name } }").await.status, 200);
        let held = write.begin().await.unwrap();
        is_unavailable(&ask(&world, Some(&bearer), "*/*", OF_MUTATION).await);
        held.rollback().await.unwrap();
        assert_eq!(ask(&world, Some(&bearer), "*/*", OF_MUTATION).await.status, 200);
    });
}

#[test]
fn a_lock_of_another_process_is_503() {
    with_database(async |world| {
        let bearer = world.as_(OWNER_OF_ACME).credential().await.unwrap();
        let other = Db::connect(&world.app.config).await.unwrap();
        let immediate = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..Default::default() };
        let held = other.writer().begin_with_options(options).await.unwrap();
        let began = std::time::Instant::now();
        if world.db().backend() == DbBackend::Postgres {
            for (table, bearer, query) in [
                ("session", Some(bearer.as_str()), "{ viewer { name } }"),
                ("invitation", None, OF_RESOLVER),
                ("organisation", Some(bearer.as_str()), OF_MUTATION),
            ] {
                let held = other.writer().begin().await.unwrap();
                held.execute_unprepared(&format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")).await.unwrap();
                is_unavailable(&ask(&world, bearer, "*/*", query).await);
                held.rollback().await.unwrap();
            }
        } else {
            is_unavailable(&ask(&world, Some(&bearer), "*/*", OF_MUTATION).await);
            // Whoever only reads does not wait for a writer.
            assert_eq!(ask(&world, Some(&bearer), "*/*", "{ viewer { name } }").await.status, 200);
            assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
        }
        held.rollback().await.unwrap();
        assert_eq!(ask(&world, Some(&bearer), "*/*", OF_MUTATION).await.status, 200);
        other.close().await;
    });
}
