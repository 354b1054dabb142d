//! Errors in the form of SCIM (RFC 7644, section 3.12).

use serde_json::{Value as Json, json};

use crate::base::error::{Error, UserErrorCode};

/// What is wrong with a request, for programs (RFC 7644, section 3.12, table 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The filter is malformed, or this server does not know it.
    InvalidFilter,
    /// The path of an operation is malformed or names nothing.
    InvalidPath,
    /// The body is malformed.
    InvalidSyntax,
    /// A value is missing or malformed.
    InvalidValue,
    /// The attribute cannot be changed in this way.
    Mutability,
    /// The operation has no target.
    NoTarget,
    /// The request asks for too much.
    TooMany,
    /// Another resource has the value already.
    Uniqueness,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidPath => "invalidPath",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidValue => "invalidValue",
            Self::Mutability => "mutability",
            Self::NoTarget => "noTarget",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
        }
    }
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimError {
    /// The status of HTTP.
    pub status: u16,
    /// The kind, if there is one.
    pub kind: Option<Kind>,
    /// What is wrong, for people.
    pub detail: String,
}

impl ScimError {
    /// An error with a status alone.
    pub fn of_status(status: u16, detail: impl Into<String>) -> Self {
        Self { status, kind: None, detail: detail.into() }
    }

    /// A mistake of the client.
    pub fn invalid(kind: Kind, detail: impl Into<String>) -> Self {
        Self { status: 400, kind: Some(kind), detail: detail.into() }
    }

    /// The body of the answer.
    pub fn body(&self) -> Json {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.to_string(),
            "detail": self.detail,
        });
        if let Some(kind) = self.kind {
            body["scimType"] = kind.name().into();
        }
        body
    }
}

impl From<Error> for ScimError {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        let (status, kind) = match &error {
            Error::User(error) => match error.code {
                UserErrorCode::Duplicate => (409, Some(Kind::Uniqueness)),
                UserErrorCode::StaleState => (412, None),
                UserErrorCode::TooMany => (413, Some(Kind::TooMany)),
                _ => (400, Some(Kind::InvalidValue)),
            },
            Error::Unauthenticated(_) => (401, None),
            Error::Forbidden { .. } | Error::SecondFactorRequired { .. } => (403, None),
            Error::NotFound => (404, None),
            Error::Conflict(_) | Error::ContextLost(_) => (409, None),
            Error::InvalidInput(_) => (400, Some(Kind::InvalidValue)),
            Error::Limited { .. } | Error::TooSlow { .. } => (400, Some(Kind::TooMany)),
            Error::Transient(_) | Error::Unavailable | Error::Overloaded => (503, None),
            Error::Internal => (500, None),
        };
        Self { status, kind, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::UserError;

    #[test]
    fn an_error_has_its_status_as_text_and_a_kind_if_there_is_one() {
        let taken = UserError::at("userName", UserErrorCode::Duplicate, ["Taken."; 3]);
        let body = ScimError::from(Error::from(taken)).body();
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"];
        let expected = json!({"schemas": schemas, "status": "409", "scimType": "uniqueness", "detail": "Taken."});
        assert_eq!(body, expected);
        assert!(ScimError::from(Error::NotFound).body().get("scimType").is_none());
    }
}
