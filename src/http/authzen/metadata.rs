//! `GET /.well-known/authzen-configuration`: where the decisions are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::BASE;
use crate::http::Server;

/// The addresses, below `public_url`.
pub async fn metadata(State(server): State<Arc<Server>>) -> Response {
    let url = server.app.config.public_url.trim_end_matches('/');
    let body = json!({
        "policy_decision_point": url,
        "access_evaluation_endpoint": format!("{url}{BASE}/evaluation"),
        "access_evaluations_endpoint": format!("{url}{BASE}/evaluations"),
        "search_subject_endpoint": format!("{url}{BASE}/search/subject"),
        "search_resource_endpoint": format!("{url}{BASE}/search/resource"),
        "search_action_endpoint": format!("{url}{BASE}/search/action"),
    });
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")];
    (headers, body.to_string()).into_response()
}
