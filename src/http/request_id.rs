//! The id of one request: in its log lines, in the header of its answer, and in an error that is a fault.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::base::random::Random;

/// The header that carries it, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id that a proxy has given, if it is short and plain, or a new one.
    pub fn of(headers: &HeaderMap, random: &Random) -> Self {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(|text| is_plain(text));
        let new = || Uuid::from_bytes(random.bytes()).simple().to_string().into();
        Self(given.map_or_else(new, Arc::from))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the value of a header.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }

    #[cfg(test)]
    pub fn of_test() -> Self {
        Self("test".into())
    }
}

/// What can stand in a log line without being taken for another.
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
