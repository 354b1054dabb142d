//! `POST /console/session` logs a person in to the console, and `DELETE` logs out. Both take only requests of the console's
//! own pages, so no other site can log somebody in or out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cookie;
use crate::base::error::{Error, UserError};
use crate::base::locale::Locale;
use crate::graphql::error::code_name;
use crate::http::Server;
use crate::http::client::Peer;
use crate::http::credential::Sender;
use crate::http::envelope::{parse, read_json};
use crate::http::negotiate::Media;
use crate::http::refusal::Refusal;
use crate::http::request_id::RequestId;
use crate::people::session::{Checks, Cookie, Credentials, Secret, begin, store};

/// What the page for logging in sends.
#[derive(Deserialize)]
#[serde(expecting = "an object with email, password and code")]
struct Input {
    email: String,
    password: String,
    code: Option<String>,
}

/// Begins a session and sets its cookie. The answer has the same `userErrors` as the mutation `logIn`.
pub async fn log_in(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let seconds = server.app.config.limits.execution_seconds;
    let work = begin_session(&server, &id, peer.map(|Extension(peer)| peer), &headers, body);
    let done = tokio::time::timeout(Duration::from_secs(seconds), work).await;
    let mut response = match done.unwrap_or(Err(Error::TooSlow { limit: seconds }.into())) {
        Ok(response) => response,
        Err(refusal) => refusal.answer(Media::Json, &id),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn begin_session(
    server: &Server,
    id: &RequestId,
    peer: Option<Peer>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let app = &server.app;
    require_own_page(headers)?;
    let input = read_json(headers, body, &app.config.limits).await?;
    let Input { email, password, code } = parse(&input, "a log-in")?;
    let request = Sender::unknown(app, headers, peer).request(app, id);
    let checks = Checks { passwords: &app.passwords, keys: &app.secret_keys, tokens: &app.tokens };
    let secret = request.random.secret();
    let credentials = Credentials { email, password: password.into(), code };
    let session = match begin(&request, checks, credentials, Secret::Cookie(&secret)).await {
        Ok(session) => session,
        Err(Error::User(error)) => return Ok(answer(&[*error], request.locale)),
        Err(error) => return Err(error.into()),
    };
    if let Some(before) = cookie::counting(headers) {
        request.transaction(async |work| Ok(store::end_by_cookie(work.tx, &before, work.now).await?)).await?;
    }
    let kept = cookie::keep(&Cookie::new(session.id, secret), app.config.tokens.refresh_days)?;
    let mut response = answer(&[], request.locale);
    response.headers_mut().insert(SET_COOKIE, kept);
    Ok(response)
}

/// Ends the session of the cookie, if it is open, and makes the browser forget the cookie.
pub async fn log_out(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    let work = async {
        require_own_page(&headers)?;
        if let Some(cookie) = cookie::counting(&headers) {
            let now = server.app.clock.now();
            server.app.db.write(async |tx| Ok(store::end_by_cookie(tx, &cookie, now).await?)).await?;
        }
        Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie::forget())]).into_response())
    };
    work.await.unwrap_or_else(|refusal: Refusal| refusal.answer(Media::Json, &id))
}

fn require_own_page(headers: &HeaderMap) -> Result<(), Refusal> {
    if cookie::is_of_this_origin(headers) {
        return Ok(());
    }
    let text = "Only pages of the console can do this: the browser must send Sec-Fetch-Site: same-origin. It does so over \
                HTTPS and on localhost. A program calls logIn.";
    Err(Refusal::new(StatusCode::FORBIDDEN, Error::InvalidInput(text.to_owned())))
}

fn answer(errors: &[UserError], locale: Locale) -> Response {
    let shown = |error: &UserError| json!({ "code": code_name(error.code), "field": error.field, "message": error.message.in_language(locale) });
    Json(json!({ "userErrors": errors.iter().map(shown).collect::<Vec<Value>>() })).into_response()
}
