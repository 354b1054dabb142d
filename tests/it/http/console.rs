//! The console: what it is told before anybody logs in.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tenantry::http::{self, Options};
use tower::ServiceExt;

use crate::world::*;

#[test]
fn the_settings_say_what_a_log_in_page_needs_and_nothing_else() {
    with_database(async |world| {
        let request = || Request::get("/console/settings").body(Body::empty()).unwrap();
        let answer = world.send(request()).await;
        assert_eq!(
            (answer.status, answer.headers["cache-control"].as_bytes()),
            (StatusCode::OK, b"no-store".as_slice())
        );
        let mut expected = json!({ "name": "Tenantry", "shortestPassword": 10, "languages": ["en", "de", "sv"] });
        assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), expected);

        let people = json!([{ "name": "Gry", "email": "gry@nordhost.example", "password": "x", "story": "y" }]);
        let options = Options { demo: Some(Arc::from(people.to_string())), ..Options::default() };
        let answer = http::router(world.app.clone(), options).oneshot(request()).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        expected["demo"] = people;
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
    });
}

#[test]
fn without_a_console_the_playground_is_at_the_start() {
    with_database(async |world| {
        let answer = world.send(Request::get("/").body(Body::empty()).unwrap()).await;
        assert_eq!(answer.headers["location"], "/playground");
        for path in ["/playground", "/playground/"] {
            let page = world.send(Request::get(path).body(Body::empty()).unwrap()).await;
            assert!(page.status == StatusCode::OK && page.body.contains("/playground/playground.js"), "{path}");
        }
        let console = world.send(Request::get("/console/").body(Body::empty()).unwrap()).await;
        assert_eq!(console.status, StatusCode::NOT_FOUND);
    });
}
