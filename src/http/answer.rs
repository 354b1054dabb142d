//! What the client gets: data, errors with their codes, and nothing of the inside.

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use axum::http::StatusCode;
use serde::Serialize;
use serde::ser::SerializeMap;

use super::negotiate::Media;
use super::request_id::RequestId;
use crate::base::error::Error;
use crate::graphql::documents::server_error;

/// Of a document that is all wrong, so many mistakes are told.
const MISTAKES: usize = 10;

/// The answer to one GraphQL request.
#[derive(Debug, Serialize)]
pub struct Answer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    /// Absent if nothing has run.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Cost>,
}

/// What a request may return at most, for clients that ask for it.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// By its page sizes.
    pub requested: u64,
    /// The most that is allowed.
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
    /// For what was not run.
    pub fn refused(error: Error, id: &RequestId) -> Self {
        Self::failed(vec![server_error(error)], id)
    }

    /// For what was not run, with mistakes that have a place in the document.
    pub fn failed(mut errors: Vec<ServerError>, id: &RequestId) -> Self {
        errors.truncate(MISTAKES);
        for error in &mut errors {
            sign(error, id);
        }
        Self { errors, data: None, extensions: None }
    }

    /// For what the engine says. It validates before it runs: mistakes that it finds then have no path.
    pub fn of(response: Response, cost: Option<Cost>, id: &RequestId) -> Self {
        let Response { data, mut errors, .. } = response;
        let ran = data != Value::Null || errors.iter().any(|error| !error.path.is_empty());
        if !ran && !errors.is_empty() {
            return Self::failed(errors, id);
        }
        for error in &mut errors {
            sign(error, id);
        }
        Self { errors, data: Some(data), extensions: cost }
    }

    /// The status that goes with it: in the old media type all that was understood is 200.
    pub fn status(&self, media: Media) -> StatusCode {
        match (&self.data, media) {
            (None, Media::Graphql) => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        }
    }
}

/// As JSON: an answer, or those of a batch.
pub fn encode(answers: &(impl Serialize + ?Sized)) -> Vec<u8> {
    serde_json::to_vec(answers).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer cannot be written as JSON");
        br#"{"errors":[{"message":"The server failed.","extensions":{"code":"INTERNAL"}}]}"#.to_vec()
    })
}

/// Gives an error the code that it lacks, and a fault the id under which the log has it.
fn sign(error: &mut ServerError, id: &RequestId) {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let is_fault = match code {
        Some(code) => *code == Value::from("INTERNAL"),
        None if is_mistake(error) => {
            set(error, "code", "INVALID_INPUT");
            false
        }
        None => {
            // No resolver of ours fails without a code, so this says something about the inside.
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

/// Whether the engine blames the request: the document is not valid, or an argument cannot be read.
fn is_mistake(error: &ServerError) -> bool {
    let about_input = ["Expected input type", "Failed to parse", "Variable "];
    error.path.is_empty() || about_input.iter().any(|start| error.message.starts_with(start))
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
        let answer = Answer::of(response, None, &RequestId::of_test());
        assert_eq!(answer.status(Media::Graphql), StatusCode::BAD_REQUEST);
        assert_eq!(answer.status(Media::Json), StatusCode::OK);
        let expected =
            serde_json::json!({"errors": [{"message": "Unknown field", "extensions": {"code": "INVALID_INPUT"}}]});
        assert_eq!(json(&answer), expected);
    }

    #[test]
    fn a_fault_shows_an_id_and_no_inside() {
        let mut response = Response::new(value!({"a": null}));
        response.errors.push(error("connection refused at 10.0.0.1", &["a"]));
        let answer = Answer::of(response, None, &RequestId::of_test());
        assert_eq!(answer.status(Media::Graphql), StatusCode::OK);
        let told = json(&answer);
        assert!(!told.to_string().contains("10.0.0.1"), "{told}");
        let extensions = serde_json::json!({"code": "INTERNAL", "requestId": "test"});
        assert_eq!(told["errors"][0]["extensions"], extensions);
    }

    #[test]
    fn an_argument_that_cannot_be_read_is_the_mistake_of_the_client() {
        let mut response = Response::new(value!({"a": null}));
        response.errors.push(error("Failed to parse \"Int\": Invalid number", &["a"]));
        let told = json(&Answer::of(response, None, &RequestId::of_test()));
        assert_eq!(told["errors"][0]["extensions"]["code"], "INVALID_INPUT");
    }

    #[test]
    fn the_cost_is_told_to_who_asks() {
        let cost = Cost { requested: 5, limit: 10 };
        let answer = Answer::of(Response::new(value!({"a": 1})), Some(cost), &RequestId::of_test());
        assert_eq!(json(&answer)["extensions"], serde_json::json!({"cost": {"requested": 5, "limit": 10}}));
    }
}
