//! A proposal as the people of both sides see it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::partnership_proposal::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::rules::{self, Lapse, PartnershipProposalState, judge};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::{self, Partnership, PartnershipSide, PartnershipTerms};

/// One side of a partnership asks the other for one, or for other terms of the one that there is.
#[derive(Clone)]
pub struct PartnershipProposal {
    pub(super) row: Arc<Model>,
    maker: Decision,
    addressee: Option<Decision>,
    lapse: Lapse,
}

impl PartnershipProposal {
    /// A proposal with who makes it, and to whom as far as that is an organisation.
    pub fn new(row: &Arc<Model>, maker: &Decision, addressee: Option<&Decision>, lapse: Lapse) -> Self {
        Self { row: Arc::clone(row), maker: maker.clone(), addressee: addressee.cloned(), lapse }
    }

    fn side(&self) -> PartnershipSide {
        self.row.side.into()
    }

    fn on(&self, side: PartnershipSide) -> Option<&Decision> {
        if side == self.side() { Some(&self.maker) } else { self.addressee.as_ref() }
    }

    /// What the viewer sees of who is on the side. Who has asked by a code or an address learns by the answer alone whom.
    fn card(&self, side: PartnershipSide) -> Option<OrganisationCard> {
        let seen = self.on(side)?;
        let was_named = self.row.code.is_none() && self.row.email.is_none();
        let is_known = side == self.side()
            || was_named
            || judge(&self.row, self.lapse) == PartnershipProposalState::Accepted
            || seen.grants.has(side.reading());
        is_known.then(|| OrganisationCard::from(&*seen.row))
    }
}

impl crate::graphql::act::Find for PartnershipProposal {
    const TYPE: crate::base::id::Type = crate::base::id::Type::PartnershipProposal;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key, super::lapse_of(request)).await
    }
}

impl Guarded for PartnershipProposal {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Client => self.on(PartnershipSide::Client),
            Side::Reseller => self.on(PartnershipSide::Reseller),
            Side::Organisation | Side::Payer => None,
        }?;
        Some(GrantsAt { organisation: end.row.id, grants: end.grants })
    }
}

/// One side of a partnership asks the other for one, or for other terms of the one that there is.
#[guarded(exists(PARTNERSHIP_READ at CLIENT, CLIENT_READ at RESELLER))]
#[Object]
impl PartnershipProposal {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::PartnershipProposal.id(self.row.id)
    }

    /// Which side asks.
    #[public]
    fn proposed_by(&self) -> PartnershipSide {
        self.side()
    }

    /// The organisation that is to have the client. Null for who has asked it by its code or by somebody's address, until
    /// it accepts.
    #[public]
    fn reseller(&self) -> Option<OrganisationCard> {
        self.card(PartnershipSide::Reseller)
    }

    /// The organisation that is to be the client. Null for who has asked it by its code or by somebody's address, until it
    /// accepts.
    #[public]
    fn client(&self) -> Option<OrganisationCard> {
        self.card(PartnershipSide::Client)
    }

    /// The code or address that was given by who asks; null for the others, and where an id was given.
    #[public]
    fn addressed_to(&self) -> Option<&str> {
        let is_of_maker = self.maker.grants.has(self.side().reading());
        self.row.code.as_deref().or(self.row.email.as_deref()).filter(|_| is_of_maker)
    }

    /// Where it stands at the moment.
    #[public]
    fn state(&self) -> PartnershipProposalState {
        judge(&self.row, self.lapse)
    }

    /// What is asked for, with the fields and mutations that it would open.
    #[public]
    fn terms(&self) -> PartnershipTerms {
        PartnershipTerms(rules::terms(&self.row))
    }

    /// What the one side says to the other.
    #[public]
    fn message(&self) -> Option<&str> {
        self.row.message.as_deref()
    }

    /// The partnership that it is to change, or that it has become; null where there is none, or the viewer may not see it.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.row.partnership_id else { return Ok(None) };
        partnership::store::find(Request::of(context)?, id).await
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// Until when it can be answered.
    #[public]
    fn lapses_at(&self) -> DateTimeUtc {
        self.lapse.of(self.row.created_at)
    }

    /// When it was accepted, declined or taken back.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row.answered_at
    }
}
