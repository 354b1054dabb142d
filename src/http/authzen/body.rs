//! The body of a request: uncompressed JSON, with a limit of its size. The parser limits its depth.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value as Json;

use crate::base::error::Error;
use crate::graphql::limits::within;
use crate::http::envelope::discard;
use crate::http::refusal::Refusal;

/// The largest body, in bytes: enough for 1,000 evaluations with all their parts.
const LARGEST: usize = 2 << 20;
/// How long a client may take to send the body.
const PATIENCE: Duration = Duration::from_secs(30);

/// The body, if it is not too large.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::invalid("Send uncompressed JSON, with the Content-Type application/json."));
    }
    let too_large = |bytes| {
        within(bytes, LARGEST as u64, "bytes in its body", "Split the evaluations over several requests.")
            .map_err(|error| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error))
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if let Err(refusal) = too_large(announced.unwrap_or(0)) {
        discard(body).await;
        return Err(refusal);
    }
    let Ok(read) = tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST)).await else {
        let text = format!("The body did not arrive within {} seconds.", PATIENCE.as_secs());
        return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, Error::InvalidInput(text)));
    };
    read.map_err(|_| too_large(LARGEST as u64 + 1).err().unwrap_or_else(Refusal::unread))
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
