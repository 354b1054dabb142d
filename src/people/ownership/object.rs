//! A transfer of ownership: as the organisation sees it, and as an offer to the future owner.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{OwnershipTransferKind, OwnershipTransferState, state_at};
use super::store::{self, OF_ORGANISATION, Transfer};
use crate::access::{Actor, Card, Decision, GrantsAt, Guarded, Side, UserActor};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};
use crate::people::user::User;

/// The transfer of an organisation to a new owner. An organisation has one pending transfer at a time.
pub struct OwnershipTransfer {
    found: Arc<Transfer>,
    state: OwnershipTransferState,
    decision: Decision,
}

impl OwnershipTransfer {
    /// The transfers of an organisation, the newest first; only those in one of the states if there are any.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        states: Option<&[OwnershipTransferState]>,
    ) -> Result<Connection<Self>> {
        let now = request.now();
        let rows = OF_ORGANISATION.rows(request, at.id(), page, store::in_states(states, now)).await?;
        Ok(rows.connection(|row| Self::new(row, at, now)))
    }

    fn new(found: &Arc<Transfer>, decision: &Decision, now: DateTimeUtc) -> Self {
        Self { state: state_at(&found.row, now), found: Arc::clone(found), decision: decision.clone() }
    }
}

impl Find for OwnershipTransfer {
    const TYPE: Type = Type::OwnershipTransfer;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let decision = request.access.look(found.key(|found| found.row.organisation_id)).await?;
        Ok(decision.and_then(|decision| found.visible(|found| Self::new(&found, &decision, request.now()))))
    }
}

impl Guarded for OwnershipTransfer {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }
}

/// The transfer of an organisation to a new owner. An organisation has one pending transfer at a time.
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
        Organisation::find(Request::of(context)?, self.decision.id()).await
    }

    /// Who made it: an owner, or the operator.
    #[public]
    fn kind(&self) -> OwnershipTransferKind {
        self.found.row.kind.into()
    }

    /// Its state at the moment.
    #[public]
    fn state(&self) -> OwnershipTransferState {
        self.state
    }

    /// The address of the future owner.
    #[public]
    fn email(&self) -> &str {
        &self.found.row.email
    }

    /// The owner who offers it, or the member of the operator's staff who started it.
    #[public]
    fn offered_by(&self) -> User {
        User { id: self.found.row.offered_by_id, name: self.found.offered_by.clone() }
    }

    /// Whether the owner who offers it leaves the organisation on acceptance; otherwise the owner stays as ADMIN.
    #[public]
    fn leaves(&self) -> bool {
        self.found.row.leaves
    }

    /// Why the operator started it; null for an offer.
    #[public]
    fn reason(&self) -> Option<&str> {
        self.found.row.reason.as_deref()
    }

    /// The person who accepted it; null if nobody has.
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

    /// When it was accepted, declined, withdrawn or ended; null before.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.found.row.answered_at
    }
}

/// An organisation that is offered to the viewer: accept it with `acceptOwnership`, or decline it.
pub struct OwnershipOffer {
    transfer: Transfer,
    organisation: OrganisationCard,
}

impl OwnershipOffer {
    /// The offers to the address of the viewer, the oldest first; none before the address is verified.
    pub async fn list(request: &Request, page: &PageArguments) -> Result<Connection<Self>> {
        let found = match request.actor() {
            Actor::User(UserActor { email, is_verified: true, .. }) => {
                store::list_for(request.db(), email, request.now()).await?
            }
            _ => Vec::new(),
        };
        let total = Total::known(found.len());
        let items = found.into_iter().map(|offer| {
            // Keys are sorted as text, so all of them have the same number of digits.
            let key = format!("{:020}", offer.0.row.created_at.timestamp_micros());
            (key, offer.0.row.id, Arc::new(offer))
        });
        Ok(Connection::new(&slice_sorted(items, page, Uuid::nil())?, total, |offer| {
            let (transfer, Card { id, name, kind }) = offer.as_ref().clone();
            Self { transfer, organisation: OrganisationCard { id, name, kind } }
        }))
    }
}

/// An organisation that is offered to the viewer: accept it with `acceptOwnership`, or decline it.
#[guarded]
#[Object]
impl OwnershipOffer {
    /// Opaque id of the transfer.
    #[public]
    fn id(&self) -> ID {
        Type::OwnershipTransfer.id(self.transfer.row.id)
    }

    /// The organisation.
    #[public]
    fn organisation(&self) -> &OrganisationCard {
        &self.organisation
    }

    /// Who made it: an owner, or the operator.
    #[public]
    fn kind(&self) -> OwnershipTransferKind {
        self.transfer.row.kind.into()
    }

    /// The owner who offers it, or the member of the operator's staff who started it.
    #[public]
    fn offered_by(&self) -> User {
        User { id: self.transfer.row.offered_by_id, name: self.transfer.offered_by.clone() }
    }

    /// From when it can be accepted.
    #[public]
    fn opens_at(&self) -> DateTimeUtc {
        self.transfer.row.opens_at
    }

    /// Until when it can be accepted.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.transfer.row.expires_at
    }
}
