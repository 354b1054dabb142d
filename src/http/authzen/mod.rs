//! Decisions for other programs at `/access/v1`: the OpenID AuthZEN Authorization API 1.0, in its binding to HTTP.
//!
//! `evaluate` has the decisions, `search` the searches, and `metadata` says where all of them are. `body` reads what clients
//! send. What is asked and how it is decided is in `oversight/evaluation`. An error is a text that says what to do.

mod body;
mod evaluate;
pub mod metadata;
mod search;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request as HttpRequest, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use serde_json::Value as Json;
use uuid::Uuid;

use super::client::Peer;
use super::credential::{Sender, Takes};
use super::refusal::Refusal;
use super::request_id::{HEADER, RequestId};
use super::trace::Work;
use super::{Server, Shared};
use crate::access::Permission;
use crate::base::db::{counted, was_unavailable};
use crate::base::error::Error;
use crate::graphql::request::Request;

/// Where the routes are.
pub const BASE: &str = "/access/v1";

/// All routes.
pub fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/evaluation", post(evaluate::one))
        .route("/evaluations", post(evaluate::many))
        .route("/search/subject", post(search::subjects))
        .route("/search/resource", post(search::resources))
        .route("/search/action", post(search::actions))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(echo))
}

/// A request of a sender who may ask about everything.
struct Call {
    request: Request,
    operator: Uuid,
}

impl Call {
    async fn begin(server: &Server, id: &RequestId, peer: Option<Peer>, headers: &HeaderMap) -> Result<Self, Refusal> {
        let sender = Sender::signed_in(&server.app, headers, peer, Takes::Bearer).await?;
        let request = sender.request(&server.app, id);
        // The statement that found the sender has looked.
        request.access.sight().open();
        let operator = request.access.look_at_operator().await?.ok_or_else(lacking)?;
        if operator.grants.has(Permission::AccessEvaluate) {
            return Ok(Self { request, operator: operator.id() });
        }
        let forbidden = Error::Forbidden { permission: Permission::AccessEvaluate, organisation: operator.id() };
        Err(match request.access.clarified(forbidden) {
            barred @ Error::SecondFactorRequired { .. } => barred.into(),
            _ => lacking(),
        })
    }
}

/// The refusal of senders without the permission. It says nothing about the operator.
fn lacking() -> Refusal {
    let text = "This needs ACCESS_EVALUATE at the operator. Send an API key of the operator that has this permission.";
    Refusal::new(StatusCode::FORBIDDEN, Error::InvalidInput(text.to_owned()))
}

/// Answers a request. The sender is looked up after the body has arrived, so that nothing is decided by older rights.
async fn answer(
    (State(server), Extension(id), peer, headers): Shared,
    body: Body,
    ask: impl AsyncFnOnce(&Call, &Json) -> Result<Json, Refusal>,
) -> Response {
    let (outcome, statements) = counted(async {
        let bytes = body::read(&headers, body).await?;
        let peer = peer.map(|Extension(peer)| peer);
        let pass = server.admit(&headers, peer).await?;
        let work = async {
            let call = Call::begin(&server, &id, peer, &headers).await?;
            pass.is_signed_in();
            Box::pin(ask(&call, &body::parse(&bytes)?)).await
        };
        let seconds = server.app.config.limits.execution_seconds;
        tokio::time::timeout(Duration::from_secs(seconds), work).await.unwrap_or_else(|_| {
            let error = if was_unavailable() { Error::Unavailable } else { Error::TooSlow { limit: seconds } };
            Err(error.into())
        })
    })
    .await;
    let mut response = match outcome {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response(),
        Err(refusal) => refused(refusal),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-language"));
    response.extensions_mut().insert(Work { kind: "access", operation: None, statements });
    response
}

fn refused(refusal: Refusal) -> Response {
    let (status, again_after) = (refusal.status(), refusal.again_after());
    let text = refusal.into_error().to_string();
    let mut response = (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = again_after {
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

async fn nothing() -> Response {
    let text = "There is nothing here. See /.well-known/authzen-configuration for what there is.";
    refused(Refusal::new(StatusCode::NOT_FOUND, Error::InvalidInput(text.to_owned())))
}

async fn wrong_method() -> Response {
    let text = "Send this as POST, with a JSON object as its body.";
    refused(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Error::InvalidInput(text.to_owned())))
}

/// Sends the identifier of the request back as it came.
async fn echo(request: HttpRequest, next: Next) -> Response {
    let given = request.headers().get(HEADER).cloned();
    let mut response = next.run(request).await;
    if let Some(given) = given {
        response.headers_mut().insert(HEADER, given);
    }
    response
}
