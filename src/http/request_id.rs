//! The id of a request. It is in the log lines, in a header of the answer, and in the error after a fault.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::base::random::Random;

/// The header with the id, in requests and answers.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id that a proxy gave, if it is short and plain; otherwise a new one.
    pub fn of(headers: &HeaderMap, random: &Random) -> Self {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(|text| is_plain(text));
        let new = || Uuid::from_bytes(random.bytes()).simple().to_string().into();
        Self(given.map_or_else(new, Arc::from))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as the value of a header.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }

    #[cfg(test)]
    pub fn of_test() -> Self {
        Self("test".into())
    }
}

/// Whether the text is safe in a log line.
fn is_plain(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(given: &'static str) -> RequestId {
        RequestId::of(&HeaderMap::from_iter([(HEADER, HeaderValue::from_static(given))]), &Random::seeded(1))
    }

    #[test]
    fn a_plain_id_is_kept_and_any_other_replaced() {
        assert_eq!(of("0af7651916cd43dd-8448.eb").as_str(), "0af7651916cd43dd-8448.eb");
        for strange in ["", "short", "a b c d e f g h", "id\"=\"other", "{\"json\":true}"] {
            assert_eq!(of(strange).as_str().len(), 32, "{strange}");
        }
    }
}
