//! `GET /console/settings`: what the pages must know before anybody logs in. All of it is public.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::Server;
use crate::base::locale::Locale;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    /// The name of the platform.
    name: &'a str,
    /// How long a password must be, in characters.
    shortest_password: usize,
    /// The languages in which the server writes.
    languages: [&'static str; 3],
    /// People to log in as, with `serve --demo`.
    #[serde(skip_serializing_if = "Value::is_null")]
    demo: Value,
}

/// The settings.
pub fn answer(State(server): State<Arc<Server>>, demo: Option<Arc<str>>) -> Response {
    let config = &server.app.config;
    let settings = Settings {
        name: &config.accounts.issuer,
        shortest_password: config.passwords.minimum_length,
        languages: Locale::ALL.map(Locale::tag),
        demo: demo.and_then(|people| serde_json::from_str(&people).ok()).unwrap_or_default(),
    };
    ([(CACHE_CONTROL, "no-store")], Json(settings)).into_response()
}
