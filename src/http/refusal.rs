//! A request that is refused as a whole, before any of it runs; and every other answer that is an error.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::{Answer, encode};
use super::negotiate::Media;
use super::request_id::RequestId;
use crate::base::error::Error;
use crate::graphql::documents::server_error;

/// After so many seconds it is worth asking again what the server was too busy for.
const AGAIN_AFTER: &str = "10";

/// Why nothing of a request runs, and the status that says so.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    error: Error,
    /// In place of what the error says.
    message: Option<&'static str>,
}

impl Refusal {
    /// With this status.
    pub const fn new(status: StatusCode, error: Error) -> Self {
        Self { status, error, message: None }
    }

    /// For a path that leads nowhere.
    pub fn nothing_here() -> Self {
        let text =
            "There is nothing here. The API is at /graphql, its schema at /schema.graphql, a page to try it at /.";
        Self { message: Some(text), ..Self::from(Error::NotFound) }
    }

    /// For a request that is wrong in itself.
    pub fn invalid(text: &str) -> Self {
        Error::InvalidInput(text.to_owned()).into()
    }

    /// For a body that broke off.
    pub fn unread() -> Self {
        Self::invalid("The body did not arrive whole.")
    }

    /// For what the server does so many times at once at most, and is doing as often.
    pub fn busy(limit: usize) -> Self {
        let message = "The server sends as many exports as it can at once. Ask again in a while.".to_owned();
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let error = Error::Limited { message, limit, value: limit.saturating_add(1) };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// What went wrong, for one request of a batch.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The answer.
    pub fn answer(self, media: Media, id: &RequestId) -> Response {
        let mut error = server_error(self.error);
        if let Some(message) = self.message {
            message.clone_into(&mut error.message);
        }
        let body = encode(&Answer::failed(vec![error], id));
        let mut response = (self.status, [(CONTENT_TYPE, media.content_type())], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(AGAIN_AFTER));
        }
        response
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Error::Forbidden { .. } => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Conflict(_) | Error::ContextLost(_) => StatusCode::CONFLICT,
            Error::InvalidInput(_) | Error::User(_) | Error::Limited { .. } | Error::TooSlow { .. } => {
                StatusCode::BAD_REQUEST
            }
            Error::Transient(_) | Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error)
    }
}
