//! Errors as they appear in responses.

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Context, ErrorExtensions, Name, ServerError, Value};
use macros::guarded;
use serde_json::Value as Json;

use crate::access::PermissionSet;
use crate::base::error::{Error, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::graphql::request::Request;

/// The error for the response. The engine would convert it too, but without the code.
pub fn into_graphql(error: Error) -> async_graphql::Error {
    async_graphql::Error::new(error.to_string()).extend_with(|_, extensions| {
        extensions.set("code", error.code());
        match &error {
            Error::Forbidden { permission, organisation }
            | Error::SecondFactorRequired { permission, organisation } => {
                extensions.set("permission", Value::Enum(Name::new(permission.graphql_name())));
                extensions.set("organisation", Type::Organisation.id(*organisation).to_string());
            }
            Error::Limited { limit, value, .. } => {
                extensions.set("limit", *limit);
                extensions.set("value", *value);
            }
            Error::TooSlow { limit } => extensions.set("limit", *limit),
            _ => {}
        }
    })
}

/// The error as it stands in an answer, outside of any field.
pub fn server_error(error: Error) -> ServerError {
    let error = into_graphql(error);
    let mut answer = ServerError::new(error.message, None);
    answer.extensions = error.extensions;
    answer
}

/// The code of a problem, by its name in the schema.
pub fn code_name(code: UserErrorCode) -> Json {
    enum_value(code).into_json().unwrap_or_default()
}

/// A problem that the user can fix.
#[guarded]
impl UserError {
    /// The kind of problem, for programs.
    #[public]
    fn code(&self) -> UserErrorCode {
        self.code
    }

    /// The path of the invalid input field; null if the problem is not in one field.
    #[public]
    fn field(&self) -> Option<&[String]> {
        self.field.as_deref()
    }

    /// The problem and what to do, for people, in the language of the reader (`Accept-Language`: English, German or
    /// Swedish).
    #[public]
    async fn message(&self, context: &Context<'_>) -> &str {
        let locale = Request::of(context).map_or(Locale::default(), |request| request.locale);
        self.message.in_language(locale)
    }

    /// With PERMISSION_NOT_HELD: the permissions that you lack at the organisation. Otherwise null.
    #[public]
    fn missing_permissions(&self) -> Option<PermissionSet> {
        self.missing_permissions
    }

    /// With PERMISSION_NOT_HELD: the permissions that you lack at the clients of the organisation. Otherwise null.
    #[public]
    fn missing_client_permissions(&self) -> Option<PermissionSet> {
        self.missing_client_permissions
    }
}
