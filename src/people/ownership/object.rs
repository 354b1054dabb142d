//! A transfer of ownership, as the organisation and the future owner see it.

use std::sync::Arc;

use async_graphql::{Context, ID};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, OwnershipTransferKind, OwnershipTransferState, state_at};
use super::store::{self, OF_ORGANISATION, Transfer};
use crate::access::{Actor, Decision, GrantsAt, Guarded, Side, UserActor};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};
use crate::people::user::User;

/// The transfer of an organisation to a new owner. An organisation has one pending transfer at a time.
#[derive(Clone)]
pub struct OwnershipTransfer {
    found: Arc<Transfer>,
    state: OwnershipTransferState,
    decision: Decision,
    is_own: bool,
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
        Ok(rows.connection(|row| Self::new(request, row, at)))
    }

    /// The pending transfers to the address of the viewer, the oldest first; none before the address is verified.
    pub async fn list_offers(request: &Request, page: &PageArguments) -> Result<Connection<Self>> {
        let found = match request.actor() {
            Actor::User(UserActor { email, is_verified: true, .. }) => {
                store::list_for(request.db(), email, request.now()).await?
            }
            _ => Vec::new(),
        };
        let organisations = request.access.look_all(found.iter().map(|found| found.row.organisation_id)).await?;
        let offers = found.into_iter().filter_map(|found| {
            let at = organisations.get(&found.row.organisation_id)?;
            Some(Arc::new(Self::new(request, &Arc::new(found), at)))
        });
        let offers: Vec<Arc<Self>> = offers.collect();
        let total = Total::known(offers.len());
        let items = offers.into_iter().map(|offer| {
            // Keys are sorted as text, so all of them have the same number of digits.
            let key = format!("{:020}", offer.found.row.created_at.timestamp_micros());
            (key, offer.found.row.id, offer)
        });
        Ok(Connection::new(&slice_sorted(items, page, Uuid::nil())?, total, |offer| Self::clone(offer)))
    }

    fn new(request: &Request, found: &Arc<Transfer>, decision: &Decision) -> Self {
        let state = state_at(&found.row, request.now());
        let is_own = match request.actor() {
            Actor::User(user) => rules::is_offered_to(user, &found.row.mailbox, state, decision.state()),
            _ => false,
        };
        Self { state, found: Arc::clone(found), decision: decision.clone(), is_own }
    }
}

impl Find for OwnershipTransfer {
    const TYPE: Type = Type::OwnershipTransfer;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let decision = request.access.look(found.key(|found| found.row.organisation_id)).await?;
        Ok(decision.and_then(|decision| found.visible(|found| Self::new(request, &found, &decision))))
    }
}

impl Guarded for OwnershipTransfer {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }

    fn is_own(&self) -> bool {
        self.is_own
    }
}

/// The transfer of an organisation to a new owner. An organisation has one pending transfer at a time. While it is
/// pending, the person whose address it went to sees it too: see `Viewer.ownershipOffers`.
#[guarded(exists(MEMBER_READ, OWN))]
impl OwnershipTransfer {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::OwnershipTransfer.id(self.found.row.id)
    }

    /// The card of the organisation.
    #[public]
    fn card(&self) -> OrganisationCard {
        self.decision.card().into()
    }

    /// The organisation; null, without an error, if the viewer lacks `ORGANISATION_READ` there.
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
    pub(crate) fn email(&self) -> &str {
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
    #[requires(MEMBER_READ)]
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
