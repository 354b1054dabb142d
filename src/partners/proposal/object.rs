//! Proposals as the people of both sides see them.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::partnership_proposal::Model;
use futures_util::future::join_all;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, Expiry, PartnershipProposalState, state_at};
use super::store::{self, Direction};
use crate::access::{Actor, Decision, Exists, GrantsAt, Guarded, Side, UserActor};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::{Partnership, PartnershipSide, PartnershipTerms};
use crate::people::user::mailbox;

/// A proposal with the organisation that made it, and the one that is asked, if there is one.
#[derive(Clone)]
pub struct PartnershipProposal {
    pub(super) row: Arc<Model>,
    pub(super) maker: Decision,
    addressee: Option<Decision>,
    expiry: Expiry,
    is_own: bool,
}

impl PartnershipProposal {
    /// A proposal from its row and its organisations.
    fn new(request: &Request, row: &Arc<Model>, maker: &Decision, addressee: Option<&Decision>) -> Self {
        let expiry = Expiry::of(request);
        let is_own = is_for_person(request, row) && state_at(row, expiry) == PartnershipProposalState::Pending;
        Self { row: Arc::clone(row), maker: maker.clone(), addressee: addressee.cloned(), expiry, is_own }
    }

    /// The proposals to the viewer's address, the oldest first; none before the address is verified.
    pub async fn list_offers(request: &Request, page: &PageArguments) -> Result<Connection<Self>> {
        let found = match request.actor() {
            Actor::User(UserActor { email, is_verified: true, .. }) => {
                store::list_to_address(request.db(), email, Expiry::of(request)).await?
            }
            _ => Vec::new(),
        };
        let makers = request.access.look_all(found.iter().map(|row| row.organisation_id)).await?;
        let offers = found.into_iter().filter_map(|row| {
            let maker = makers.get(&row.organisation_id)?;
            Some(Arc::new(Self::new(request, &Arc::new(row), maker, None)))
        });
        let offers: Vec<Arc<Self>> = offers.collect();
        let total = Total::known(offers.len());
        let items = offers.into_iter().map(|offer| {
            // Keys are sorted as text, so all of them have the same number of digits.
            let key = format!("{:020}", offer.row.created_at.timestamp_micros());
            (key, offer.row.id, offer)
        });
        Ok(Connection::new(&slice_sorted(items, page, Uuid::nil())?, total, |offer| Self::clone(offer)))
    }

    /// The proposals of an organisation, the newest first: those on a side on which the viewer may see its partners.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        direction: Direction,
        states: Option<&[PartnershipProposalState]>,
    ) -> Result<Connection<Self>> {
        let expiry = Expiry::of(request);
        let sides = [PartnershipSide::Reseller, PartnershipSide::Client];
        let sides: Vec<_> = sides.into_iter().filter(|side| at.grants.has(side.reading())).collect();
        let page = store::list(request, at.id(), page, direction, (states, &sides, expiry)).await?;
        let others = page.rows().filter_map(|row| match direction {
            Direction::Sent => row.addressee_id,
            Direction::Received => Some(row.organisation_id),
        });
        let others = request.access.look_all(others).await?;
        Ok(page.connection(|row| {
            let (maker, addressee) = match direction {
                Direction::Sent => (at, row.addressee_id.and_then(|id| others.get(&id))),
                Direction::Received => (others.get(&row.organisation_id).unwrap_or(at), Some(at)),
            };
            Self::new(request, row, maker, addressee)
        }))
    }

    /// The proposals with these keys that exist for the viewer.
    pub async fn find_all(request: &Request, keys: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, Self>> {
        let found = join_all(keys.into_iter().map(async |key| (key, Self::find(request, key).await))).await;
        let found = found.into_iter().map(|(key, found)| Ok(found?.map(|found| (key, found))));
        Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The proposal, whether or not it exists for the viewer: the person whose address it went to may answer it as
    /// well.
    pub(super) async fn find_any(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::find(request, key).await? else { return Ok(None) };
        let ends = request.access.look_all([row.organisation_id].into_iter().chain(row.addressee_id)).await?;
        let Some(maker) = ends.get(&row.organisation_id) else { return Ok(None) };
        let addressee = row.addressee_id.and_then(|id| ends.get(&id));
        Ok(Some(Self::new(request, &row, maker, addressee)))
    }

    /// The side that made it.
    pub(super) fn side(&self) -> PartnershipSide {
        self.row.side.into()
    }

    fn on(&self, side: PartnershipSide) -> Option<&Decision> {
        if side == self.side() { Some(&self.maker) } else { self.addressee.as_ref() }
    }

    /// The organisation on the side, as far as the viewer may know it. A maker that gave a code or an address learns
    /// which organisation it is only when that organisation accepts.
    fn card(&self, side: PartnershipSide) -> Option<OrganisationCard> {
        let decision = self.on(side)?;
        let was_named = self.row.code.is_none() && self.row.email.is_none();
        let is_known = side == self.side()
            || was_named
            || state_at(&self.row, self.expiry) == PartnershipProposalState::Accepted
            || decision.grants.has(side.reading());
        is_known.then(|| decision.card().into())
    }
}

impl Find for PartnershipProposal {
    const TYPE: Type = Type::PartnershipProposal;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        Ok(Self::find_any(request, key).await?.and_then(Self::if_visible))
    }
}

impl Guarded for PartnershipProposal {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Client => self.on(PartnershipSide::Client),
            Side::Reseller => self.on(PartnershipSide::Reseller),
            Side::Organisation | Side::Payer => None,
        }?;
        Some(GrantsAt { organisation: end.id(), grants: end.grants })
    }

    fn is_own(&self) -> bool {
        self.is_own
    }
}

/// Whether the proposal went to the proved address of the viewer.
pub(super) fn is_for_person(request: &Request, row: &Model) -> bool {
    match (&row.mailbox, request.actor()) {
        (Some(own), Actor::User(user)) => user.is_verified && mailbox(&user.email) == *own,
        _ => false,
    }
}

/// A proposal of one side to the other: a new partnership, or other terms of the present one. While it is pending, the
/// person whose address it went to sees it too: see `Viewer.partnershipOffers`.
#[guarded(exists(PARTNERSHIP_READ at CLIENT, CLIENT_READ at RESELLER, OWN))]
impl PartnershipProposal {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::PartnershipProposal.id(self.row.id)
    }

    /// The side that made it.
    #[public]
    fn proposed_by(&self) -> PartnershipSide {
        self.side()
    }

    /// The organisation that made it.
    #[public]
    fn maker(&self) -> OrganisationCard {
        self.maker.card().into()
    }

    /// The organisation that would have the client. If it was asked by a code or an address, this is null for the other
    /// side until it accepts.
    #[public]
    fn reseller(&self) -> Option<OrganisationCard> {
        self.card(PartnershipSide::Reseller)
    }

    /// The organisation that would be the client. If it was asked by a code or an address, this is null for the other
    /// side until it accepts.
    #[public]
    fn client(&self) -> Option<OrganisationCard> {
        self.card(PartnershipSide::Client)
    }

    /// The code or address that the proposing side gave; null for the other side, and if it gave an id.
    #[public]
    fn addressed_to(&self) -> Option<&str> {
        let is_of_maker = self.maker.grants.has(self.side().reading());
        self.row.code.as_deref().or(self.row.email.as_deref()).filter(|_| is_of_maker)
    }

    /// Its state at the moment.
    #[public]
    fn state(&self) -> PartnershipProposalState {
        state_at(&self.row, self.expiry)
    }

    /// The proposed terms, with the fields and mutations that they would open.
    #[public]
    fn terms(&self) -> PartnershipTerms {
        PartnershipTerms(rules::terms(&self.row))
    }

    /// The message to the other side; null if there is none.
    #[public]
    fn message(&self) -> Option<&str> {
        self.row.message.as_deref()
    }

    /// The partnership that it would change, or that resulted from it; null if there is none, or if it is hidden from
    /// the viewer.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.row.partnership_id else { return Ok(None) };
        Partnership::find(Request::of(context)?, id).await
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When it expires if nobody answers.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.expiry.end_of(self.row.created_at)
    }

    /// When it was accepted, declined or withdrawn; null before that.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row.answered_at
    }
}
