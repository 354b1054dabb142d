//! The body of a request: JSON in UTF-8, with a limit of its size. The parser limits its depth.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::Value as Json;

use crate::directory::scim::{Kind, ScimError};
use crate::http::body::{Bounds, Unread};

/// The largest body: enough for 20,000 members.
const BOUNDS: Bounds = Bounds { bytes: 8 << 20, patience: Duration::from_mins(1) };

/// Reads the body.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Json, ScimError> {
    if !is_json(headers) {
        let text = "Send uncompressed JSON, with the Content-Type application/scim+json.";
        return Err(ScimError::of_status(415, text));
    }
    let bytes = BOUNDS.read(headers, body).await.map_err(|unread| match unread {
        Unread::TooLarge(_) => {
            let detail =
                format!("The body has more than {} bytes. Send the members in several requests.", BOUNDS.bytes);
            ScimError { status: 413, kind: Some(Kind::TooMany), detail }
        }
        Unread::TooSlow => ScimError::of_status(408, BOUNDS.too_slow()),
    })?;
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
