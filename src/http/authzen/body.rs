//! The body of a request: uncompressed JSON, with a limit of its size. The parser limits its depth.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::Value as Json;

use crate::http::body::Bounds;
use crate::http::refusal::Refusal;

/// The largest body: enough for 1,000 evaluations with all their parts.
const BOUNDS: Bounds = Bounds { bytes: 2 << 20, patience: Duration::from_secs(30) };

/// The body, if it is not too large.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::invalid("Send uncompressed JSON, with the Content-Type application/json."));
    }
    BOUNDS.read_or_refuse(headers, body, "Split the evaluations over several requests.").await
}

/// The body as JSON.
pub fn parse(bytes: &[u8]) -> Result<Json, Refusal> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(Refusal::invalid("The body is empty. Send a JSON object."));
    }
    serde_json::from_slice(bytes).map_err(|error| Refusal::invalid(&format!("This is not valid JSON: {error}.")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") && !headers.contains_key(CONTENT_ENCODING)
}
