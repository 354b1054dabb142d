//! The error answer to a request that is refused before any of it runs.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::{Answer, encode};
use super::negotiate::Media;
use super::request_id::RequestId;
use crate::base::error::Error;
use crate::graphql::error::server_error;

/// Seconds after which a client may retry when the server was busy.
pub const AGAIN_AFTER: HeaderValue = HeaderValue::from_static("10");
/// The same when it had too much to do. That passes sooner.
const SOON: HeaderValue = HeaderValue::from_static("1");

/// Why a request does not run, and the HTTP status.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    error: Error,
    /// Replaces the message of the error.
    message: Option<&'static str>,
}

impl Refusal {
    /// A refusal with this status.
    pub const fn new(status: StatusCode, error: Error) -> Self {
        Self { status, error, message: None }
    }

    /// The refusal of an unknown path.
    pub fn nothing_here() -> Self {
        let text = "There is nothing here. The API is at /graphql, its schema at /schema.graphql, and the playground at \
                    /playground.";
        Self { message: Some(text), ..Self::from(Error::NotFound) }
    }

    /// The refusal of an invalid request.
    pub fn invalid(text: &str) -> Self {
        Error::InvalidInput(text.to_owned()).into()
    }

    /// The refusal of an incomplete body.
    pub fn unread() -> Self {
        Self::invalid("The body is incomplete.")
    }

    /// The refusal of an export, because the server already sends as many as it can.
    pub fn busy(limit: usize) -> Self {
        let message = "The server is sending as many exports as it can. Try again later.".to_owned();
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let error = Error::Limited { message, limit, value: limit.saturating_add(1) };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The error, as the answer to one request of a batch.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The answer.
    pub fn answer(self, media: Media, id: &RequestId) -> Response {
        let again_after = self.again_after();
        let mut error = server_error(self.error);
        if let Some(message) = self.message {
            message.clone_into(&mut error.message);
        }
        let body = encode(&Answer::failed(vec![error], id));
        let mut response = (self.status, [(CONTENT_TYPE, media.content_type())], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = again_after {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }

    /// Seconds after which a client may retry, if waiting helps.
    pub fn again_after(&self) -> Option<HeaderValue> {
        let seconds = if matches!(self.error, Error::Overloaded) { SOON } else { AGAIN_AFTER };
        (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(seconds)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Error::Forbidden { .. } | Error::SecondFactorRequired { .. } => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Conflict(_) | Error::ContextLost(_) => StatusCode::CONFLICT,
            Error::InvalidInput(_) | Error::User(_) | Error::Limited { .. } | Error::TooSlow { .. } => {
                StatusCode::BAD_REQUEST
            }
            Error::Transient(_) | Error::Unavailable | Error::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error)
    }
}
