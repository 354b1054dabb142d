//! What can go wrong with a request, and how it is told. A fault never shows its inside.

use async_graphql::{Enum, ErrorExtensions, Name, SimpleObject, Value};
use uuid::Uuid;

use crate::access::{Grants, Permission, PermissionSet};
use crate::base::db::is_transient;
use crate::base::id;
use crate::graphql::directive;

/// The result of nearly everything.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error at the top level of an answer, with its code.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the token is no longer good.
    #[error("{0}")]
    Unauthenticated(String),
    /// The actor lacks a permission.
    #[error("You lack {} at this organisation. Ask explainAccess why.", permission.text())]
    Forbidden {
        /// What is lacking.
        permission: Permission,
        /// Where.
        organisation: Uuid,
    },
    /// There is no such thing, or it is not for the actor to know.
    #[error("There is no such object, or you may not see it.")]
    NotFound,
    /// The request is wrong in itself.
    #[error("{0}")]
    InvalidInput(String),
    /// What is asked for no longer fits what is there.
    #[error("{0}")]
    Conflict(String),
    /// The organisation in which the session worked is no longer open to it.
    #[error("{0}")]
    ContextLost(String),
    /// The request asks for more than the server gives.
    #[error("{message}")]
    Limited {
        /// What to do.
        message: String,
        /// The limit.
        limit: u64,
        /// What was asked for.
        value: u64,
    },
    /// The request took too long. It may have changed something.
    #[error(
        "This took longer than {limit} s and was stopped. Ask for less. If it changes something, look first whether the \
         change was made."
    )]
    TooSlow {
        /// The limit, in seconds.
        limit: u64,
    },
    /// The user can mend it: a mutation answers it in its `userErrors`.
    #[error("{}", .0.message)]
    User(Box<UserError>),
    /// The database asks to try the same again. A transaction does so by itself, a bounded number of times.
    #[error("The database is busy. Try again.")]
    Transient(String),
    /// A fault of the server. What happened is in the log, under the id of the request.
    #[error("The server failed. Its log says why, under the id of this request.")]
    Internal,
}

impl Error {
    /// The code by which clients tell errors apart.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::InvalidInput(_) | Self::User(_) => "INVALID_INPUT",
            Self::Conflict(_) => "CONFLICT",
            Self::ContextLost(_) => "CONTEXT_LOST",
            Self::Limited { .. } | Self::TooSlow { .. } => "LIMITED",
            Self::Transient(_) | Self::Internal => "INTERNAL",
        }
    }

    /// For who is not signed in.
    pub fn sign_in() -> Self {
        Self::Unauthenticated("Sign in first: logIn gives an access token for the Authorization header.".to_owned())
    }

    /// Writes a fault to the log and hides it from the client.
    pub fn fault(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "fault");
        Self::Internal
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        if is_transient(&error) { Self::Transient(error.to_string()) } else { Self::fault(error) }
    }
}

impl From<UserError> for Error {
    fn from(error: UserError) -> Self {
        Self::User(Box::new(error))
    }
}

impl Error {
    /// What the user can mend; any other error is returned again. For lists whose rows fail one by one.
    pub fn into_user_error(self) -> Result<UserError> {
        if let Self::User(error) = self { Ok(*error) } else { Err(self) }
    }
}

impl Error {
    /// The error as it stands in an answer. (The engine converts whatever prints itself, and would lose the code.)
    pub fn into_graphql(self) -> async_graphql::Error {
        if let Self::Transient(cause) = self {
            return Self::fault(cause).into_graphql();
        }
        async_graphql::Error::new(self.to_string()).extend_with(|_, extensions| {
            extensions.set("code", self.code());
            match &self {
                Self::Forbidden { permission, organisation } => {
                    extensions.set("permission", Value::Enum(Name::new(permission.graphql_name())));
                    extensions.set("organisation", id::Type::Organisation.id(*organisation).to_string());
                }
                Self::Limited { limit, value, .. } => {
                    extensions.set("limit", *limit);
                    extensions.set("value", *value);
                }
                Self::TooSlow { limit } => extensions.set("limit", *limit),
                _ => {}
            }
        })
    }
}

/// Why a mutation did nothing, where the user can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// A value is malformed, empty or too long.
    InvalidInput,
    /// The address or the password is wrong.
    WrongCredentials,
    /// The refresh token is unknown, used, expired or of an ended session.
    InvalidToken,
    /// The password is too weak.
    WeakPassword,
    /// The organisation cannot be switched into.
    NotSwitchable,
    /// Only a person can do this; an API key cannot.
    ForPeopleOnly,
    /// Something would be given that the giver does not hold. `missingPermissions` say what.
    PermissionNotHeld,
    /// The session is too old for an act that matters so much: prove with `confirmIdentity` that it is you, and repeat.
    ConfirmationRequired,
    /// The second factor is needed too: give its code.
    CodeRequired,
    /// The code is wrong, or was used before.
    WrongCode,
    /// Too many attempts have failed. Wait as long as the message says.
    TooManyAttempts,
    /// The link is unknown, used, replaced by a newer one, or too old.
    InvalidLink,
    /// The organisation is suspended: nothing can be given there.
    OrganisationSuspended,
    /// The organisation is closed.
    OrganisationClosed,
    /// An organisation has at least one member who is OWNER; this would leave it without.
    LastOwner,
    /// It is held by somebody. The message says by whom.
    InUse,
    /// A built-in role is the same for everybody and cannot be changed.
    BuiltInRole,
    /// There is one already.
    Duplicate,
    /// The person is a member already.
    AlreadyMember,
    /// It has been answered, has ended or was taken back in the meantime.
    StaleState,
    /// The address is not proved yet: use the link in the mail first.
    AddressNotVerified,
    /// It was made for another address.
    WrongAddress,
    /// There is no such object among those that could be meant.
    Unknown,
    /// More than can be taken at once.
    TooMany,
    /// Values that are there do not fit what is asked for. The payload lists them.
    ValuesDoNotFit,
    /// It is too early: the message says from when.
    TooEarly,
    /// The time in which it could be done is over.
    TooLate,
    /// Somebody would pay for themselves through others. The message names the circle.
    PayerCycle,
    /// More organisations would pay for one another in a row than is allowed.
    PayerChainTooLong,
    /// Only an OWNER who is a direct member of the organisation can do this.
    NotAnOwner,
    /// Only staff of the operator can do this, where they are no members themselves.
    ForStaffOnly,
    /// The organisation would come to be above itself. The message names the way.
    Cycle,
    /// More resellers would stand above each other than there may be.
    TooDeep,
    /// Only a reseller has clients.
    NotAReseller,
}

/// Something that the user can mend.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UserError {
    /// What kind of mistake, for programs.
    pub code: UserErrorCode,
    /// The path of the input field, if one is at fault.
    pub field: Option<Vec<String>>,
    /// What to do, for people.
    pub message: String,
    /// With PERMISSION_NOT_HELD: what the giver lacks at the organisation.
    pub missing_permissions: Option<PermissionSet>,
    /// With PERMISSION_NOT_HELD: what the giver lacks at the clients of the organisation.
    pub missing_client_permissions: Option<PermissionSet>,
}

impl UserError {
    /// A mistake in the given input field.
    pub fn at(field: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self { field: Some(vec!["input".to_owned(), field.to_owned()]), ..Self::general(code, message) }
    }

    /// A mistake that is in no single field.
    pub fn general(code: UserErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, field: None, message, missing_permissions: None, missing_client_permissions: None }
    }

    /// The same mistake where its input is one of a list in the whole input: the field is named from the root.
    pub fn in_row(mut self, list: &str, index: usize) -> Self {
        let inside = self.field.unwrap_or_default().into_iter().skip(1);
        self.field = Some(["input".to_owned(), list.to_owned(), index.to_string()].into_iter().chain(inside).collect());
        self
    }

    /// For who wants to give what they do not hold.
    pub fn not_held(field: &str, missing: Grants) -> Self {
        Self::lacking(field, "You cannot give what you do not hold", missing)
    }

    /// For who lacks something that the act takes; the message begins with what cannot be done.
    pub fn lacking(field: &str, opening: &str, missing: Grants) -> Self {
        let list = |set: PermissionSet| set.iter().map(Permission::text).collect::<Vec<_>>().join(", ");
        let (own, clients) = (list(missing.own), list(missing.clients));
        let message = match (missing.own.is_empty(), missing.clients.is_empty()) {
            (_, true) => format!("{opening} here: {own}."),
            (true, false) => format!("{opening} at the clients: {clients}."),
            (false, false) => format!("{opening} here: {own}; and at the clients: {clients}."),
        };
        Self {
            missing_permissions: Some(missing.own),
            missing_client_permissions: Some(missing.clients),
            ..Self::at(field, UserErrorCode::PermissionNotHeld, message)
        }
    }

    /// For an API key that wants to do what only a person can.
    pub fn for_people_only() -> Self {
        let message = "An API key cannot do this. Sign in as a person with logIn.";
        Self::general(UserErrorCode::ForPeopleOnly, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_row_says_which_row() {
        let error = UserError::at("email", UserErrorCode::InvalidInput, "x").in_row("invitations", 7);
        assert_eq!(error.field.unwrap(), ["input", "invitations", "7", "email"]);
        let error = UserError::general(UserErrorCode::TooMany, "x").in_row("clients", 0);
        assert_eq!(error.field.unwrap(), ["input", "clients", "0"]);
    }
}
