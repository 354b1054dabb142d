//! Links in mails open a page whose documents the server runs.

use async_graphql::parser::parse_query;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::world::with_database;

/// Where links in mails lead.
const PAGES: [&str; 7] =
    ["verify-address", "reset-password", "confirm-address", "undo-address", "invitation", "ownership", "partnership"];

#[test]
fn every_page_that_a_link_opens_exists_and_its_documents_run() {
    with_database(async |world| {
        let text = include_str!("../../../playground/links.js");
        let config = &world.app.config;
        let mut tested = 0;
        for page in PAGES {
            let path = config.link(page, "secret").replace(&config.public_url, "");
            let answer = world.send(Request::get(&path).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(answer.body.contains("/playground/playground.js"), "{path}");
            let document =
                text.split_once(&format!("\"/{page}\": `")).and_then(|(_, rest)| rest.split_once('`')).unwrap().0;
            for (name, _) in parse_query(document).unwrap().operations.iter() {
                let variables =
                    json!({ "token": "unknown", "password": "nine blue kettles", "newPassword": "nine blue kettles" });
                let body =
                    json!({ "query": document, "operationName": name.unwrap().as_str(), "variables": variables });
                let request = Request::post("/graphql").header(CONTENT_TYPE, "application/json");
                let answer = world.send(request.body(Body::from(body.to_string())).unwrap()).await;
                let answer: Value = serde_json::from_str(&answer.body).unwrap();
                let code = &answer["errors"][0]["extensions"]["code"];
                let is_run = code.is_null() || code == "NOT_FOUND" || code == "UNAUTHENTICATED";
                assert!(is_run && answer["data"].is_object(), "{document}: {answer}");
                tested += 1;
            }
        }
        assert_eq!(tested, 12);
    });
}
