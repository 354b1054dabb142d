//! The body of a request: JSON in UTF-8, with a limit of its size. The parser limits its depth.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::Value as Json;

use crate::directory::scim::{Kind, ScimError};
use crate::http::envelope::discard;

/// The largest body, in bytes: enough for 20,000 members.
const LARGEST: usize = 8 << 20;
/// How long a client may take to send the body.
const PATIENCE: Duration = Duration::from_mins(1);

/// Reads the body.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Json, ScimError> {
    if !is_json(headers) {
        let text = "Send uncompressed JSON, with the Content-Type application/scim+json.";
        return Err(ScimError::of_status(415, text));
    }
    let too_large = || {
        let detail = format!("The body has more than {LARGEST} bytes. Send the members in several requests.");
        ScimError { status: 413, kind: Some(Kind::TooMany), detail }
    };
    let announced: Option<usize> = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes| bytes > LARGEST) {
        discard(body).await;
        return Err(too_large());
    }
    let Ok(read) = tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST)).await else {
        let text = format!("The body did not arrive within {} seconds.", PATIENCE.as_secs());
        return Err(ScimError::of_status(408, text));
    };
    let bytes = read.map_err(|_| too_large())?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    serde_json::from_slice(bytes)
        .map_err(|error| ScimError::invalid(Kind::InvalidSyntax, format!("This is not valid JSON: {error}.")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim();
    let is_known = ["application/scim+json", "application/json"].iter().any(|known| kind.eq_ignore_ascii_case(known));
    is_known && !headers.contains_key(CONTENT_ENCODING)
}
