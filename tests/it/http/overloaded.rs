//! More requests than the server may answer at the same time.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use sea_orm::{ConnectionTrait, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use serde_json::{Value, json};

use crate::world::*;

const MUTATION: &str = "mutation { createOrganisation(input: {name: \"New\", kind: COMPANY}) { organisation { name } userErrors { code } } }";

fn graphql(bearer: &str, query: &str) -> Request<Body> {
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {bearer}"));
    request.body(Body::from(json!({ "query": query }).to_string())).unwrap()
}

/// A world that answers one request at a time, and one that is stuck behind the lock of a writer.
#[test]
fn a_request_that_would_wait_too_long_is_refused_and_the_one_in_work_is_not() {
    with_database(async |world| {
        let world = world
            .with_settings(|config| {
                config.limits.requests_at_once = 1;
                config.limits.wait_milliseconds = 100;
            })
            .await;
        let bearer = world.as_(OWNER_OF_ACME).credential().await.unwrap();
        let immediate = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..Default::default() };
        let held = world.db().writer().begin_with_options(options).await.unwrap();
        if world.db().backend() == DbBackend::Postgres {
            held.execute_unprepared("LOCK TABLE organisation IN ACCESS EXCLUSIVE MODE").await.unwrap();
        }
        let stuck = world.send(graphql(&bearer, MUTATION));
        let others = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let began = Instant::now();
            let refused = world.send(graphql(&bearer, "{ viewer { name } }")).await;
            assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
            assert_eq!(refused.status, 503, "{}", refused.body);
            assert_eq!(refused.headers["retry-after"], "1");
            let json: Value = serde_json::from_str(&refused.body).unwrap();
            assert_eq!(json["errors"][0]["extensions"]["code"], "UNAVAILABLE");
            assert!(json["errors"][0]["message"].as_str().unwrap().contains("Nothing was done"), "{json}");
            // Other protocols share the places, and health checks need none.
            for (path, body) in [("/access/v1/evaluation", "{}"), ("/scim/v2/x/.search", "{}")] {
                let request = Request::post(path).header("content-type", "application/json");
                let request = request.header("authorization", format!("Bearer {bearer}"));
                let refused = world.send(request.body(Body::from(body)).unwrap()).await;
                assert_eq!(refused.status, 503, "{path} {}", refused.body);
                assert!(refused.headers.contains_key("retry-after"), "{path}");
            }
            assert_eq!(world.send(Request::get("/health/live").body(Body::empty()).unwrap()).await.status, 200);
            // Who waits until there is a place is served.
            let waiting = world.send(graphql(&bearer, "{ viewer { name } }"));
            let release = async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                held.rollback().await.unwrap();
            };
            let (served, ()) = tokio::join!(waiting, release);
            assert_eq!(served.status, 200, "{}", served.body);
        };
        let (done, ()) = tokio::join!(stuck, others);
        let json: Value = serde_json::from_str(&done.body).unwrap();
        assert_eq!(json["data"]["createOrganisation"]["organisation"]["name"], "New", "{json}");
    });
}
