//! A session as its own user sees it, and its tokens.

use async_graphql::{Enum, ID};
use entity::session::{self, EndedBecause};
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store;
use super::token::{Identity, Tokens};
use crate::access::{Actor, GrantsAt, Guarded, Side, UserActor};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// One log-in on one device. Only its own user ever gets it.
pub struct Session {
    row: session::Model,
    is_current: bool,
    now: DateTimeUtc,
}

impl Session {
    /// For the user whose session it is; `current` is the session of the request.
    pub fn new(row: session::Model, current: Option<Uuid>, now: DateTimeUtc) -> Self {
        let is_current = current == Some(row.id);
        Self { row, is_current, now }
    }

    /// The sessions of the user, the newest first: the open ones, or those that have ended as well.
    pub async fn list(
        request: &Request,
        user: &UserActor,
        page: &PageArguments,
        with_ended: bool,
    ) -> Result<Connection<Self>> {
        let (current, now) = (Some(user.session_id), request.now());
        let page = store::list(request, user.id, page, with_ended).await?;
        Ok(page.connection(|row| Self::new(row.as_ref().clone(), current, now)))
    }
}

impl Find for Session {
    const TYPE: id::Type = id::Type::Session;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Actor::User(user) = request.actor() else { return Ok(None) };
        let found = store::find_own(request, user.id, key).await?;
        Ok(found.map(|row| Self::new(row, Some(user.session_id), request.now())))
    }
}

impl Guarded for Session {
    fn grants_at(&self, _: Side) -> Option<GrantsAt> {
        None
    }

    /// Nobody else gets one.
    fn is_own(&self) -> bool {
        true
    }
}

/// One log-in on one device.
#[guarded(exists(OWN))]
impl Session {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Session.id(self.row.id)
    }

    /// When the session began.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When the session last got an access token. A session of the console has none: when it was last used, to some
    /// minutes.
    #[public]
    fn last_used_at(&self) -> DateTimeUtc {
        self.row.last_used_at
    }

    /// The `User-Agent` of the device at log-in; null if it sent none.
    #[public]
    fn user_agent(&self) -> Option<&str> {
        self.row.user_agent.as_deref()
    }

    /// The IP address from which the session began; null if the server did not know it.
    #[public]
    fn client_address(&self) -> Option<&str> {
        self.row.client_address.as_deref()
    }

    /// Whether this is the session of the request, or the one that has just begun.
    #[public]
    fn is_current(&self) -> bool {
        self.is_current
    }

    /// When the session ended; null if it is open.
    #[public]
    fn ended_at(&self) -> Option<DateTimeUtc> {
        self.row.revoked_at.or_else(|| (self.row.expires_at <= self.now).then_some(self.row.expires_at))
    }

    /// Why the session ended; null if it is open, or ended before this was recorded.
    #[public]
    fn ended_because(&self) -> Option<SessionEnd> {
        match self.row.ended_because {
            Some(because) => Some(because.into()),
            None => (self.row.revoked_at.is_none() && self.row.expires_at <= self.now).then_some(SessionEnd::Expired),
        }
    }
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SessionEnd {
    /// The person logged out.
    LoggedOut,
    /// The person ended it in another session.
    Revoked,
    /// It was not used for too long.
    Expired,
    /// The account got a new password.
    PasswordChanged,
    /// It began before somebody proved that the address of the account is theirs.
    AddressProved,
    /// The account was moved back to its old address.
    AddressRestored,
    /// Staff of the operator disabled the account.
    AccountDisabled,
    /// One of its refresh tokens was used a second time. It may have been stolen.
    TokenReused,
}

impl From<EndedBecause> for SessionEnd {
    fn from(because: EndedBecause) -> Self {
        match because {
            EndedBecause::LoggedOut => Self::LoggedOut,
            EndedBecause::Revoked => Self::Revoked,
            EndedBecause::PasswordChanged => Self::PasswordChanged,
            EndedBecause::AddressProved => Self::AddressProved,
            EndedBecause::AddressRestored => Self::AddressRestored,
            EndedBecause::AccountDisabled => Self::AccountDisabled,
            EndedBecause::TokenReused => Self::TokenReused,
        }
    }
}

/// The tokens of a session.
#[public_object]
pub struct SessionTokens {
    /// For the header of each request: `Authorization: Bearer …`.
    pub access_token: String,
    /// When the access token expires. Get new tokens with `refreshSession` before.
    pub access_token_expires_at: DateTimeUtc,
    /// For one use of `refreshSession`. A second use, some time later, ends the session, because the token may have been
    /// stolen.
    pub refresh_token: String,
}

impl SessionTokens {
    /// The refresh token with a new access token.
    pub fn sign(tokens: &Tokens, identity: Identity, refresh_token: String, now: DateTimeUtc) -> Result<Self> {
        let (access_token, access_token_expires_at) = tokens.sign(identity, now)?;
        Ok(Self { access_token, access_token_expires_at, refresh_token })
    }
}
