//! A transfer of ownership, as the organisation sees it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::rules::{OwnershipTransferKind, OwnershipTransferState, judge};
use super::store::Transfer;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::organisation::{self, Organisation};
use crate::people::user::User;

/// An organisation that is to be handed on. It has one open transfer at a time.
pub struct OwnershipTransfer {
    found: Arc<Transfer>,
    state: OwnershipTransferState,
    seen: Decision,
}

impl OwnershipTransfer {
    /// The transfer of an organisation that the viewer sees.
    pub fn new(found: &Arc<Transfer>, seen: &Decision, now: DateTimeUtc) -> Self {
        Self { state: judge(&found.row, now), found: Arc::clone(found), seen: seen.clone() }
    }
}

impl crate::graphql::act::Find for OwnershipTransfer {
    const TYPE: crate::base::id::Type = crate::base::id::Type::OwnershipTransfer;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for OwnershipTransfer {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// An organisation that is to be handed on. It has one open transfer at a time.
#[guarded(exists(MEMBER_READ))]
#[Object]
impl OwnershipTransfer {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::OwnershipTransfer.id(self.found.row.id)
    }

    /// The organisation.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        organisation::store::find(&Request::of(context)?.access, self.seen.row.id).await
    }

    /// How it came about.
    #[public]
    fn kind(&self) -> OwnershipTransferKind {
        self.found.row.kind.into()
    }

    /// What became of it.
    #[public]
    fn state(&self) -> OwnershipTransferState {
        self.state
    }

    /// The address of who is to own the organisation.
    #[public]
    fn email(&self) -> &str {
        &self.found.row.email
    }

    /// The owner who offers it, or the person of the operator who started it.
    #[public]
    fn offered_by(&self) -> User {
        User { id: self.found.row.offered_by_id, name: self.found.offered_by.clone() }
    }

    /// Whether the owner who offers it leaves the organisation then; else that one stays as ADMIN.
    #[public]
    fn leaves(&self) -> bool {
        self.found.row.leaves
    }

    /// Why the operator started it; null for an offer.
    #[public]
    fn reason(&self) -> Option<&str> {
        self.found.row.reason.as_deref()
    }

    /// Who accepted it.
    #[public]
    fn accepted_by(&self) -> Option<User> {
        Some(User { id: self.found.row.accepted_user_id?, name: self.found.accepted_by.clone()? })
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.found.row.created_at
    }

    /// From when it can be accepted.
    #[public]
    fn opens_at(&self) -> DateTimeUtc {
        self.found.row.opens_at
    }

    /// Until when it can be accepted.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.found.row.expires_at
    }

    /// When it was accepted, declined or withdrawn.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.found.row.answered_at
    }
}
