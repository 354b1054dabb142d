//! The errors of requests, and how responses show them. The details of a server fault are never shown.

use async_graphql::Enum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{Grants, Permission, PermissionSet};
use crate::base::db::{Trouble, note_unavailable};
use crate::base::locale::Locale;
use crate::base::message::Message;

/// The result type of nearly all fallible functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The message for clients when the database does not answer.
const UNAVAILABLE: &str = "The database does not answer now. Try again in a few seconds. If this changes something, \
                           look first whether the change was made.";

/// An error at the top level of an answer, with its code.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the token is no longer valid.
    #[error("{0}")]
    Unauthenticated(String),
    /// The actor lacks a permission.
    #[error("You lack {} at this organisation. Ask explainAccess why.", permission.graphql_name())]
    Forbidden {
        /// The missing permission.
        permission: Permission,
        /// The organisation at which it is missing.
        organisation: Uuid,
    },
    /// The actor lacks a permission, because the organisation requires a second factor of its members.
    #[error(
        "This organisation requires a second factor of its members. Turn yours on with beginSecondFactor and \
         confirmSecondFactor."
    )]
    SecondFactorRequired {
        /// The missing permission.
        permission: Permission,
        /// The organisation.
        organisation: Uuid,
    },
    /// The object does not exist, or the actor may not see it.
    #[error("There is no such object, or you may not see it.")]
    NotFound,
    /// The request is invalid.
    #[error("{0}")]
    InvalidInput(String),
    /// The request conflicts with the current state.
    #[error("{0}")]
    Conflict(String),
    /// The session may no longer work in its active organisation.
    #[error("{0}")]
    ContextLost(String),
    /// The request exceeds a limit of the server.
    #[error("{message}")]
    Limited {
        /// What to do.
        message: String,
        /// The limit.
        limit: u64,
        /// The requested value.
        value: u64,
    },
    /// The request took too long. It may have made changes.
    #[error(
        "This took longer than {limit} s and was stopped. Ask for less. If it changes something, look first whether \
         the change was made."
    )]
    TooSlow {
        /// The limit, in seconds.
        limit: u64,
    },
    /// The user can fix it: a mutation returns it in its `userErrors`.
    #[error("{}", .0.message)]
    User(Box<UserError>),
    /// The database asks for another attempt. Transactions retry by themselves, a limited number of times.
    #[error("{}", UNAVAILABLE)]
    Transient(String),
    /// The database cannot be reached, or something else has locked it for too long.
    #[error("{}", UNAVAILABLE)]
    Unavailable,
    /// The server has too much to do.
    #[error("The server has more to do than it can. Nothing was done. Try again in a few seconds.")]
    Overloaded,
    /// A fault of the server. The log has the cause under the id of the request.
    #[error("The server failed. Its log says why, under the id of this request.")]
    Internal,
}

impl Error {
    /// The code for clients.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::SecondFactorRequired { .. } => "SECOND_FACTOR_REQUIRED",
            Self::NotFound => "NOT_FOUND",
            Self::InvalidInput(_) | Self::User(_) => "INVALID_INPUT",
            Self::Conflict(_) => "CONFLICT",
            Self::ContextLost(_) => "CONTEXT_LOST",
            Self::Limited { .. } | Self::TooSlow { .. } => "LIMITED",
            Self::Transient(_) | Self::Unavailable | Self::Overloaded => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// The error for actors who are not signed in.
    pub fn sign_in() -> Self {
        Self::Unauthenticated("Sign in first: logIn gives an access token for the Authorization header.".to_owned())
    }

    /// Logs a fault and hides it from the client.
    pub fn fault(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "fault");
        Self::Internal
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match Trouble::of(&error) {
            Some(Trouble::Retry) => Self::Transient(error.to_string()),
            Some(Trouble::Unavailable) => {
                note_unavailable();
                tracing::warn!(cause = %error, "the database does not answer");
                Self::Unavailable
            }
            None => Self::fault(error),
        }
    }
}

impl From<UserError> for Error {
    fn from(error: UserError) -> Self {
        Self::User(Box::new(error))
    }
}

impl Error {
    /// The user error; any other error is passed on. For lists whose rows fail one by one.
    pub fn into_user_error(self) -> Result<UserError> {
        if let Self::User(error) = self { Ok(*error) } else { Err(self) }
    }
}

/// Why a mutation changed nothing, if the user can fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub enum UserErrorCode {
    /// A value is malformed, empty or too long.
    InvalidInput,
    /// The address or the password is wrong.
    WrongCredentials,
    /// The refresh token is unknown, used or expired, or its session has ended.
    InvalidToken,
    /// A refresh token of the session was used a second time, so the session was ended.
    TokenReused,
    /// The password is too weak.
    WeakPassword,
    /// The session cannot switch to this organisation.
    NotSwitchable,
    /// Only a person can do this; an API key cannot.
    ForPeopleOnly,
    /// You cannot grant permissions that you do not hold. `missingPermissions` lists them.
    PermissionNotHeld,
    /// The mutation needs a recent confirmation of your identity. Call `confirmIdentity` and repeat it.
    ConfirmationRequired,
    /// The code of the second factor is required too.
    CodeRequired,
    /// Turn on a second factor first.
    SecondFactorRequired,
    /// The code is wrong or was used before.
    WrongCode,
    /// Too many attempts have failed. The message says how long to wait.
    TooManyAttempts,
    /// The link is unknown, used, expired, or replaced by a newer one.
    InvalidLink,
    /// The organisation is suspended.
    OrganisationSuspended,
    /// The organisation is closed.
    OrganisationClosed,
    /// An organisation needs at least one OWNER; this would remove the last one.
    LastOwner,
    /// It is in use. The message says by whom.
    InUse,
    /// Built-in roles cannot be changed.
    BuiltInRole,
    /// It exists already.
    Duplicate,
    /// The person is a member already.
    AlreadyMember,
    /// It was answered, ended or withdrawn in the meantime.
    StaleState,
    /// Your email address is not verified yet. Use the link in the mail first.
    AddressNotVerified,
    /// It is for another email address.
    WrongAddress,
    /// The object is unknown here.
    Unknown,
    /// More than the limit.
    TooMany,
    /// Existing values do not fit the change. The payload lists them.
    ValuesDoNotFit,
    /// It is too early. The message says from when it is possible.
    TooEarly,
    /// The time limit has passed.
    TooLate,
    /// An organisation would pay for itself through others. The message names the circle.
    PayerCycle,
    /// The chain of payers would be too long.
    PayerChainTooLong,
    /// The payer would get invoices in another currency than its own. The message says how to accept that.
    CurrencyDiffers,
    /// Only an OWNER who is a member of the organisation can do this.
    NotAnOwner,
    /// Only staff of the operator can do this, and only where they are not members.
    ForStaffOnly,
    /// The organisation would be its own reseller through others. The message names them.
    Cycle,
    /// More would be credited than is left of the invoice or of its line. The message says how much is left.
    OverCredit,
    /// The month is closed. What comes late goes to the open month.
    MonthClosed,
    /// Suspiciously many people are missing from a full synchronisation. The message says how to confirm it.
    DirectoryGuard,
    /// The log-ins of the directory are too old for rules about inactivity. Send newer ones with `recordLogIns`.
    DirectoryStale,
    /// Suspiciously many people would lose their licences. The message says how to confirm it.
    LicenceGuard,
    /// The chain of resellers would be too long.
    TooDeep,
    /// Only a reseller has clients.
    NotAReseller,
    /// The price is not the one that you expected. The message has the new one.
    PriceChanged,
    /// The product has no price for this customer in this term, interval or currency.
    NoPrice,
    /// The subscription is cancelled. Take that back with `keepSubscription` first.
    SubscriptionCancelled,
    /// The subscription is committed to it until the end of the term.
    Committed,
    /// The billing details of the buyer lack something. The message says what.
    BuyerIncomplete,
    /// The lease of the task has ended, or another program has the task.
    LeaseLost,
    /// The organisation uses as many of the feature as its subscriptions give. The message says who can order more.
    LicenceExhausted,
}

/// A problem that the user can fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserError {
    /// The kind of problem, for programs.
    pub code: UserErrorCode,
    /// The path of the invalid input field; null if the problem is not in one field.
    pub field: Option<Vec<String>>,
    /// The problem and what to do, for people.
    pub message: Message,
    /// With PERMISSION_NOT_HELD: the permissions that you lack at the organisation. Otherwise null.
    pub missing_permissions: Option<PermissionSet>,
    /// With PERMISSION_NOT_HELD: the permissions that you lack at the clients of the organisation. Otherwise null.
    pub missing_client_permissions: Option<PermissionSet>,
}

impl UserError {
    /// A problem in an input field.
    pub fn at(field: &str, code: UserErrorCode, message: impl Into<Message>) -> Self {
        Self { field: Some(vec!["input".to_owned(), field.to_owned()]), ..Self::general(code, message) }
    }

    /// A problem that is not in one field.
    pub fn general(code: UserErrorCode, message: impl Into<Message>) -> Self {
        let message = message.into();
        Self { code, field: None, message, missing_permissions: None, missing_client_permissions: None }
    }

    /// The same problem in one row of a list: the path starts at the input.
    pub fn in_row(mut self, list: &str, index: usize) -> Self {
        let inside = self.field.unwrap_or_default().into_iter().skip(1);
        self.field = Some(["input".to_owned(), list.to_owned(), index.to_string()].into_iter().chain(inside).collect());
        self
    }

    /// The same problem in a part of the input.
    #[must_use]
    pub fn inside(mut self, part: &str) -> Self {
        let inside = self.field.unwrap_or_default().into_iter().skip(1);
        self.field = Some(["input".to_owned(), part.to_owned()].into_iter().chain(inside).collect());
        self
    }

    /// The error for granting permissions that the actor does not hold.
    pub fn not_held(field: &str, missing: Grants) -> Self {
        let opening = [
            "You cannot grant what you do not hold",
            "Sie können nicht vergeben, was Sie selbst nicht haben",
            "Du kan inte ge det som du inte själv har",
        ];
        Self::lacking(field, opening, missing)
    }

    /// The error for missing permissions. The message starts with `opening`.
    pub fn lacking(field: &str, opening: impl Into<Message>, missing: Grants) -> Self {
        let list = |set: PermissionSet| set.iter().map(Permission::graphql_name).collect::<Vec<_>>().join(", ");
        let (own, clients) = (list(missing.own), list(missing.clients));
        let is_of = (missing.own.is_empty(), missing.clients.is_empty());
        let message = opening.into().map(|locale, opening| match (locale, is_of) {
            (Locale::En, (_, true)) => format!("{opening} here: {own}."),
            (Locale::En, (true, false)) => format!("{opening} at the clients: {clients}."),
            (Locale::En, (false, false)) => format!("{opening} here: {own}; and at the clients: {clients}."),
            (Locale::De, (_, true)) => format!("{opening}. Hier fehlt: {own}."),
            (Locale::De, (true, false)) => format!("{opening}. Bei den Kunden fehlt: {clients}."),
            (Locale::De, (false, false)) => {
                format!("{opening}. Hier fehlt: {own}. Bei den Kunden fehlt: {clients}.")
            }
            (Locale::Sv, (_, true)) => format!("{opening}. Här saknas: {own}."),
            (Locale::Sv, (true, false)) => format!("{opening}. Hos kunderna saknas: {clients}."),
            (Locale::Sv, (false, false)) => {
                format!("{opening}. Här saknas: {own}. Hos kunderna saknas: {clients}.")
            }
        });
        Self {
            missing_permissions: Some(missing.own),
            missing_client_permissions: Some(missing.clients),
            ..Self::at(field, UserErrorCode::PermissionNotHeld, message)
        }
    }

    /// The error for an API key that tries something only a person can do.
    pub fn for_people_only() -> Self {
        let message = [
            "An API key cannot do this. Sign in as a person with logIn.",
            "Ein API-Schlüssel kann das nicht. Melden Sie sich mit logIn als Person an.",
            "En API-nyckel kan inte göra det här. Logga in som person med logIn.",
        ];
        Self::general(UserErrorCode::ForPeopleOnly, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_in_a_row_says_which_row() {
        let error = UserError::at("email", UserErrorCode::InvalidInput, ["x"; 3]).in_row("invitations", 7);
        assert_eq!(error.field.unwrap(), ["input", "invitations", "7", "email"]);
        let error = UserError::general(UserErrorCode::TooMany, ["x"; 3]).in_row("clients", 0);
        assert_eq!(error.field.unwrap(), ["input", "clients", "0"]);
    }

    #[test]
    fn missing_permissions_are_named_in_all_languages() {
        let missing = Grants {
            own: PermissionSet::of(&[Permission::OrganisationRead]),
            clients: PermissionSet::of(&[Permission::OrganisationRead]),
        };
        let texts = Locale::ALL.map(|locale| {
            let error = UserError::not_held("roles", missing);
            error.message.in_language(locale).to_owned()
        });
        assert_eq!(
            texts,
            [
                "You cannot grant what you do not hold here: ORGANISATION_READ; and at the clients: ORGANISATION_READ.",
                "Sie können nicht vergeben, was Sie selbst nicht haben. Hier fehlt: ORGANISATION_READ. Bei den Kunden \
                 fehlt: ORGANISATION_READ.",
                "Du kan inte ge det som du inte själv har. Här saknas: ORGANISATION_READ. Hos kunderna saknas: \
                 ORGANISATION_READ.",
            ]
        );
    }
}
