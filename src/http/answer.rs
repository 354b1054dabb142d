//! The answer to a GraphQL request: data, and errors with their codes. It shows no internals of the server.

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use async_graphql_parser::types::OperationType;
use axum::http::StatusCode;
use serde::Serialize;
use serde::ser::SerializeMap;

use super::negotiate::Media;
use super::request_id::RequestId;
use crate::base::error::Error;
use crate::graphql::error::server_error;
use crate::graphql::object::{scalar, write};

/// Errors that an answer lists at most.
const MISTAKES: usize = 10;

/// The answer to one GraphQL request.
#[derive(Debug)]
pub struct Answer {
    errors: Vec<ServerError>,
    /// Absent if nothing ran.
    data: Option<Value>,
    extensions: Option<Cost>,
    /// The database did not answer, and the same request may be sent again.
    is_unavailable: bool,
}

/// How many objects a request may return, for clients that ask for it.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// The number that its page sizes ask for.
    pub requested: u64,
    /// The number that is allowed.
    pub limit: u64,
}

impl Serialize for Cost {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Numbers {
            requested: u64,
            limit: u64,
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("cost", &Numbers { requested: self.requested, limit: self.limit })?;
        map.end()
    }
}

impl Answer {
    /// The answer to a request that did not run.
    pub fn refused(error: Error, id: &RequestId) -> Self {
        Self::failed(vec![server_error(error)], id)
    }

    /// The answer to a request that did not run, with errors that have locations in the document.
    pub fn failed(mut errors: Vec<ServerError>, id: &RequestId) -> Self {
        errors.truncate(MISTAKES);
        for error in &mut errors {
            sign(error, id);
        }
        let is_unavailable = errors.iter().any(is_unavailable);
        Self { errors, data: None, extensions: None, is_unavailable }
    }

    /// The same answer with the cost of the request.
    pub fn costing(self, cost: Option<Cost>) -> Self {
        Self { extensions: cost, ..self }
    }

    /// The answer made from the engine's response. If it refuses the document, its errors have no path.
    pub fn of(response: Response, kind: OperationType, id: &RequestId) -> Self {
        let Response { data, mut errors, .. } = response;
        let ran = data != Value::Null || errors.iter().any(|error| !error.path.is_empty());
        if !ran && !errors.is_empty() {
            return Self::failed(errors, id);
        }
        for error in &mut errors {
            sign(error, id);
        }
        // A mutation of which a part was done must not be sent again as a whole.
        let may_repeat = kind == OperationType::Query || is_null(&data);
        let is_unavailable = may_repeat && errors.iter().any(is_unavailable);
        Self { errors, data: Some(data), extensions: None, is_unavailable }
    }

    fn write(&self, text: &mut Vec<u8>) {
        text.push(b'{');
        if !self.errors.is_empty() {
            text.extend_from_slice(b"\"errors\":");
            scalar(&self.errors, text);
        }
        if let Some(data) = &self.data {
            text.extend_from_slice(if self.errors.is_empty() { b"\"data\":" } else { b",\"data\":" });
            write(data, text);
        }
        if let Some(cost) = &self.extensions {
            // There are errors or data.
            text.extend_from_slice(b",\"extensions\":");
            scalar(cost, text);
        }
        text.push(b'}');
    }

    /// The whole answer as JSON, or only its errors if nothing ran: protocols of streams tell the two apart.
    pub fn outcome(&self) -> Result<Vec<u8>, Vec<u8>> {
        if self.data.is_some() {
            return Ok(encode(self));
        }
        let mut text = Vec::new();
        scalar(&self.errors, &mut text);
        Err(text)
    }

    /// Whether the database did not answer, and the same request may be sent again.
    pub const fn is_unavailable(&self) -> bool {
        self.is_unavailable
    }

    /// The HTTP status of the answer. With the old media type, it is 200 if the database answers.
    pub fn status(&self, media: Media) -> StatusCode {
        match (&self.data, media) {
            _ if self.is_unavailable => StatusCode::SERVICE_UNAVAILABLE,
            (None, Media::Graphql) => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        }
    }
}

/// An answer as JSON.
pub fn encode(answer: &Answer) -> Vec<u8> {
    let mut text = Vec::new();
    answer.write(&mut text);
    text
}

/// The answers of a batch as JSON.
pub fn encode_all(answers: &[Answer]) -> Vec<u8> {
    let mut text = vec![b'['];
    for (place, answer) in answers.iter().enumerate() {
        if place > 0 {
            text.push(b',');
        }
        answer.write(&mut text);
    }
    text.push(b']');
    text
}

/// Adds a code to an error without one, and the request id to a fault, so that the log line can be found.
fn sign(error: &mut ServerError, id: &RequestId) {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let is_fault = match code {
        Some(code) => *code == Value::from("INTERNAL"),
        // The engine has not run the document.
        None if error.path.is_empty() => {
            set(error, "code", "INVALID_INPUT");
            false
        }
        None => {
            // Our resolvers always set a code, so this message may show internals.
            tracing::error!(cause = %error.message, path = ?error.path, "fault");
            let hidden = Error::Internal;
            error.message = hidden.to_string();
            error.extensions = None;
            set(error, "code", hidden.code());
            true
        }
    };
    if is_fault {
        set(error, "requestId", id.as_str());
    }
}

fn is_unavailable(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    code.is_some_and(|code| *code == Value::from(Error::Unavailable.code()))
}

/// Whether no field at the root has a value.
fn is_null(data: &Value) -> bool {
    match data {
        Value::Object(fields) => fields.values().all(|value| *value == Value::Null),
        other => *other == Value::Null,
    }
}

fn set(error: &mut ServerError, name: &str, value: &str) {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set(name, value);
}

#[cfg(test)]
mod tests {
    use async_graphql::{PathSegment, value};

    use super::*;

    fn error(message: &str, path: &[&str]) -> ServerError {
        let path = path.iter().map(|part| PathSegment::Field((*part).to_owned())).collect();
        ServerError::new(message, None).with_path(path)
    }

    fn json(answer: &Answer) -> serde_json::Value {
        serde_json::from_slice(&encode(answer)).unwrap()
    }

    #[test]
    fn a_document_that_is_not_valid_has_no_data() {
        let response = Response::from_errors(vec![error("Unknown field", &[])]);
        let answer = Answer::of(response, OperationType::Query, &RequestId::of_test());
        assert_eq!(answer.status(Media::Graphql), StatusCode::BAD_REQUEST);
        assert_eq!(answer.status(Media::Json), StatusCode::OK);
        let expected =
            serde_json::json!({"errors": [{"message": "Unknown field", "extensions": {"code": "INVALID_INPUT"}}]});
        assert_eq!(json(&answer), expected);
    }

    #[test]
    fn a_fault_shows_an_id_and_no_internals() {
        let mut response = Response::new(value!({"a": null}));
        response.errors.push(error("connection refused at 10.0.0.1", &["a"]));
        let answer = Answer::of(response, OperationType::Query, &RequestId::of_test());
        assert_eq!(answer.status(Media::Graphql), StatusCode::OK);
        let shown = json(&answer);
        assert!(!shown.to_string().contains("10.0.0.1"), "{shown}");
        let extensions = serde_json::json!({"code": "INTERNAL", "requestId": "test"});
        assert_eq!(shown["errors"][0]["extensions"], extensions);
    }

    #[test]
    fn a_database_that_does_not_answer_is_503_unless_a_part_was_done() {
        for (data, kind, status) in [
            (value!({"a": null, "b": {"c": 1}}), OperationType::Query, 503),
            (value!({"a": null}), OperationType::Mutation, 503),
            (value!({"a": null, "b": {"c": 1}}), OperationType::Mutation, 200),
        ] {
            let mut response = Response::new(data.clone());
            response.errors.push(ServerError { path: error("", &["a"]).path, ..server_error(Error::Unavailable) });
            let answer = Answer::of(response, kind, &RequestId::of_test());
            for media in [Media::Graphql, Media::Json] {
                assert_eq!(answer.status(media).as_u16(), status, "{data} {kind}");
            }
            assert_eq!(json(&answer)["errors"][0]["extensions"], serde_json::json!({"code": "UNAVAILABLE"}));
        }
    }

    #[test]
    fn the_cost_is_in_the_answer_if_the_client_asks() {
        let cost = Cost { requested: 5, limit: 10 };
        let answer = Answer::of(Response::new(value!({"a": 1})), OperationType::Query, &RequestId::of_test());
        let answer = answer.costing(Some(cost));
        assert_eq!(json(&answer)["extensions"], serde_json::json!({"cost": {"requested": 5, "limit": 10}}));
    }
}
