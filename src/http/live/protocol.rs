//! The messages and close codes of `graphql-transport-ws`
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// A message of the client.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// Begins the connection.
    Init(Map<String, Json>),
    /// Asks whether the server is there.
    Ping,
    /// Says that the client is there.
    Pong,
    /// Runs an operation under an id.
    Subscribe(String, Json),
    /// Ends the operation with this id.
    Complete(String),
}

/// Why the server closes the socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Close {
    /// A message that the protocol does not have.
    Invalid(String),
    /// An operation before the connection is acknowledged.
    Unauthorised,
    /// The credential in the first message is not valid.
    Forbidden(String),
    /// No first message in time.
    InitTimeout,
    /// An operation under an id that is in use.
    Exists(String),
    /// A second first message.
    TooManyInits,
    /// The message is too large.
    TooLarge,
    /// The server ends.
    Away,
}

/// A close reason is at most 123 bytes long (RFC 6455, 5.5).
const REASON: usize = 123;

impl Close {
    /// The code, and the reason for people.
    pub fn frame(&self) -> (u16, String) {
        let (code, reason) = match self {
            Self::Invalid(reason) => (4400, reason.clone()),
            Self::Unauthorised => (4401, "Unauthorized".to_owned()),
            Self::Forbidden(reason) => (4403, format!("Forbidden: {reason}")),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::Exists(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::TooManyInits => (4429, "Too many initialisation requests".to_owned()),
            Self::TooLarge => (1009, "The message is too large".to_owned()),
            Self::Away => (1001, "The server ends. Connect again".to_owned()),
        };
        let mut end = reason.len().min(REASON);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        (code, reason[..end].to_owned())
    }
}

/// Reads a message. The error says what is wrong with it.
pub fn read(text: &str) -> Result<Incoming, Close> {
    #[derive(Deserialize)]
    struct Message {
        r#type: String,
        id: Option<String>,
        #[serde(default)]
        payload: Json,
    }
    let invalid = |reason: &str| Close::Invalid(reason.to_owned());
    let Message { r#type: kind, id, payload } = serde_json::from_str(text)
        .map_err(|_| invalid("A message is a JSON object with type, and with id and payload"))?;
    let object = |payload: Json| match payload {
        Json::Null => Ok(Map::new()),
        Json::Object(map) => Ok(map),
        _ => Err(invalid("payload must be an object")),
    };
    let id = || id.clone().filter(|id| !id.is_empty()).ok_or_else(|| invalid("id is missing"));
    Ok(match kind.as_str() {
        "connection_init" => Incoming::Init(object(payload)?),
        "ping" => object(payload).map(|_| Incoming::Ping)?,
        "pong" => object(payload).map(|_| Incoming::Pong)?,
        "subscribe" => {
            let (id, payload) = (id()?, object(payload)?);
            if !payload.get("query").is_some_and(Json::is_string) && !payload.contains_key("extensions") {
                return Err(invalid("payload.query must be a string"));
            }
            Incoming::Subscribe(id, Json::Object(payload))
        }
        "complete" => Incoming::Complete(id()?),
        _ => return Err(invalid("The protocol has no message of this type")),
    })
}

/// Says that the connection is ready.
pub fn ack() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

/// Answers a ping.
pub fn pong() -> String {
    json!({ "type": "pong" }).to_string()
}

/// One result of an operation, which is JSON already.
pub fn next(id: &str, payload: &[u8]) -> String {
    with_payload("next", id, payload)
}

/// The errors of an operation that did not run, or that ends. They are JSON already.
pub fn error(id: &str, payload: &[u8]) -> String {
    with_payload("error", id, payload)
}

/// The end of an operation.
pub fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}

fn with_payload(kind: &str, id: &str, payload: &[u8]) -> String {
    format!("{{\"id\":{},\"type\":\"{kind}\",\"payload\":{}}}", Json::from(id), String::from_utf8_lossy(payload))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            if let Err(close) = read(&text) {
                prop_assert_eq!(close.frame().0, 4400);
            }
        }

        #[test]
        fn a_reason_fits_into_its_frame(id in ".{0,200}") {
            prop_assert!(Close::Exists(id).frame().1.len() <= REASON);
        }
    }

    #[test]
    fn messages_are_read() {
        assert_eq!(read(r#"{"type":"connection_init"}"#), Ok(Incoming::Init(Map::new())));
        assert_eq!(read(r#"{"type":"ping","payload":{"a":1}}"#), Ok(Incoming::Ping));
        assert_eq!(read(r#"{"type":"complete","id":"1"}"#), Ok(Incoming::Complete("1".to_owned())));
        let payload = json!({"query": "{ a }"});
        let text = json!({"type": "subscribe", "id": "1", "payload": payload}).to_string();
        assert_eq!(read(&text), Ok(Incoming::Subscribe("1".to_owned(), payload)));
    }

    #[test]
    fn what_the_protocol_does_not_have_is_refused() {
        for wrong in [
            "",
            "{",
            "[]",
            "null",
            r#"{"type":1}"#,
            r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"connection_init","payload":[]}"#,
            r#"{"type":"ping","payload":"a"}"#,
        ] {
            assert!(matches!(read(wrong), Err(Close::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn results_are_taken_over_as_they_are() {
        let message: Json = serde_json::from_str(&next("a\"b", br#"{"data":{"a":1}}"#)).unwrap();
        assert_eq!(message, json!({"id": "a\"b", "type": "next", "payload": {"data": {"a": 1}}}));
    }
}
