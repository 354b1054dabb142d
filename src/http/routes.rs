//! The routes besides the API: schema, health, metrics, keys, and the answer to unknown paths.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::Server;
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::base::error::Error;
use crate::base::memory::is_readable;
use crate::graphql::sdl;

/// How long the database may take to answer a health check.
const PATIENCE: Duration = Duration::from_secs(2);

/// The schema with its descriptions and rules.
pub async fn schema() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-cache")], sdl()).into_response()
}

/// Whether the process answers.
pub async fn live() -> Response {
    status(StatusCode::OK, "{\"status\":\"live\"}")
}

/// Whether the process can work: the database answers too, and the log of changes can be read.
pub async fn ready(State(server): State<Arc<Server>>) -> Response {
    let db = &server.app.db;
    let work = async { (db.is_ready().await, is_readable(db).await) };
    match tokio::time::timeout(PATIENCE, work).await {
        Ok((true, false)) => status(
            StatusCode::SERVICE_UNAVAILABLE,
            "{\"status\":\"the log of changes in the database cannot be read: see tenantry migrate status\"}",
        ),
        Ok((true, true)) => status(StatusCode::OK, "{\"status\":\"ready\"}"),
        _ => status(StatusCode::SERVICE_UNAVAILABLE, "{\"status\":\"the database does not answer\"}"),
    }
}

fn status(status: StatusCode, body: &'static str) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
}

/// The metrics of the process.
pub async fn metrics(State(server): State<Arc<Server>>) -> Response {
    match &server.metrics {
        Some(metrics) => {
            let content_type = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
            (content_type, metrics.render(&server.app.db)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The public keys that verify access tokens (RFC 7517).
pub async fn keys(State(server): State<Arc<Server>>) -> Response {
    let headers = [(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "public, max-age=300")];
    (headers, server.app.tokens.key_set()).into_response()
}

/// The path is unknown.
pub async fn nothing(Extension(id): Extension<RequestId>) -> Response {
    Refusal::nothing_here().answer(Media::Json, &id)
}

/// The path is known, but not with this method.
pub async fn wrong_method(Extension(id): Extension<RequestId>) -> Response {
    let text = "This path does not accept this method. The Allow header lists its methods.".to_owned();
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Error::InvalidInput(text)).answer(Media::Json, &id)
}
