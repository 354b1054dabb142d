//! An invitation as the members of the organisation see it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::rules::{self, InvitationState};
use super::store::Invited;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::base::locale::Locale;
use crate::graphql::request::Request;
use crate::organisation::{self, Organisation};
use crate::partners::partnership::{self, Partnership};
use crate::people::api_key::{self, ApiKey};
use crate::people::membership::{self, Membership, Role};
use crate::people::user::User;

/// Somebody is asked to join an organisation.
pub struct Invitation {
    pub(super) row: Arc<Invited>,
    pub(super) seen: Decision,
    now: DateTimeUtc,
}

impl crate::graphql::act::Find for Invitation {
    const TYPE: crate::base::id::Type = crate::base::id::Type::Invitation;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for Invitation {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

impl Invitation {
    /// The invitation of an organisation that was looked up, as it stands at the moment.
    pub fn new(row: &Arc<Invited>, seen: &Decision, now: DateTimeUtc) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone(), now }
    }

    /// Where it stands.
    pub(super) fn judged(&self) -> InvitationState {
        rules::state(&self.row.row, self.now)
    }
}

/// Somebody is asked to join an organisation.
#[guarded(exists(MEMBER_READ))]
#[Object]
impl Invitation {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Invitation.id(self.row.row.id)
    }

    /// The address that is invited.
    #[public]
    fn email(&self) -> &str {
        &self.row.row.email
    }

    /// The roles that it gives.
    #[public]
    fn roles(&self) -> Vec<Role> {
        self.row.roles.iter().map(|held| Role::new(held.clone(), self.seen.clone())).collect()
    }

    /// Where it stands at the moment.
    #[public]
    fn state(&self) -> InvitationState {
        self.judged()
    }

    /// The language of its mail, where the address has no account that says another.
    #[public]
    fn locale(&self) -> Locale {
        self.row.row.locale.into()
    }

    /// The person who invites: who sent the link last. Null for an API key.
    #[public]
    fn invited_by(&self) -> Option<User> {
        Some(User { id: self.row.row.inviter_user_id?, name: self.row.inviter.clone()? })
    }

    /// The API key that invites, for who may see it. Null for a person.
    #[public]
    async fn invited_by_key(&self, context: &Context<'_>) -> Result<Option<ApiKey>> {
        match self.row.row.inviter_key_id {
            Some(key) => api_key::store::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// The partnership through which it was sent, for who may see it.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        match self.row.row.partnership_id {
            Some(key) => partnership::store::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// When the membership is to end by itself, if ever.
    #[public]
    fn membership_expires_at(&self) -> Option<DateTimeUtc> {
        self.row.row.membership_expires_at
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.row.created_at
    }

    /// When its link was last sent.
    #[public]
    fn sent_at(&self) -> DateTimeUtc {
        self.row.row.sent_at
    }

    /// Until when the link is good.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.row.row.expires_at
    }

    /// When it was accepted, declined, taken back or found void.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row.row.answered_at
    }

    /// The membership that it became; null if it was not accepted, or the member has left.
    #[public]
    async fn membership(&self, context: &Context<'_>) -> Result<Option<Membership>> {
        match self.row.membership {
            Some(key) => membership::store::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// The organisation.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        organisation::store::find(&Request::of(context)?.access, self.seen.row.id).await
    }
}
