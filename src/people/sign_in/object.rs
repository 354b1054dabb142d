//! Attempts to log in as the person sees them, and what an organisation asks for.

use async_graphql::Enum;
use macros::public_object;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store::{self, Outcome};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// An attempt to log in to the viewer's account, by the viewer or by somebody else.
#[public_object]
pub struct LogInAttempt {
    /// When it was made.
    at: DateTimeUtc,
    /// What came of it.
    outcome: LogInOutcome,
    /// The IP address that it came from; null if the server did not know it.
    client_address: Option<String>,
    /// The `User-Agent` of the device; null if it sent none.
    user_agent: Option<String>,
}

/// What came of an attempt to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LogInOutcome {
    /// A session began.
    LoggedIn,
    /// The password was wrong.
    WrongPassword,
    /// The password was right, but no code of the second factor was given. Each log-in with a second factor may begin like
    /// this. It is kept once an hour for each address.
    CodeRequired,
    /// The password was right, but the code of the second factor was wrong.
    WrongCode,
    /// The account was disabled.
    Disabled,
}

impl From<Outcome> for LogInOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::LoggedIn => Self::LoggedIn,
            Outcome::WrongPassword => Self::WrongPassword,
            Outcome::CodeRequired => Self::CodeRequired,
            Outcome::WrongCode => Self::WrongCode,
            Outcome::Disabled => Self::Disabled,
        }
    }
}

impl LogInAttempt {
    /// The attempts to log in to the user's account, the newest first.
    pub async fn list(request: &Request, user: Uuid, page: &PageArguments) -> Result<Connection<Self>> {
        Ok(store::list(request, user, page).await?.connection(|row| Self {
            at: row.at,
            outcome: row.outcome.into(),
            client_address: row.client_address.clone(),
            user_agent: row.user_agent.clone(),
        }))
    }
}

/// What an organisation asks of the log-ins of its members.
#[public_object]
#[derive(Clone, Copy, Debug)]
pub struct SignInPolicy {
    /// Whether members need a second factor. Members without one only see what the organisation is called. API keys need
    /// none.
    pub requires_second_factor: bool,
    /// Whether log-ins of members are written to the audit log of the organisation, with network and device.
    pub logs_log_ins: bool,
}

impl SignInPolicy {
    /// What the organisation asks for.
    pub async fn load(request: &Request, organisation: Uuid) -> Result<Self> {
        let row = store::policy(request, organisation).await?;
        Ok(Self {
            requires_second_factor: row.as_ref().is_some_and(|row| row.requires_second_factor),
            logs_log_ins: row.as_ref().is_some_and(|row| row.logs_log_ins),
        })
    }
}
