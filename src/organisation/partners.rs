//! The fields of `Organisation` about partners.

use async_graphql::Context;
use macros::guarded;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::partners::partnership::{Partnership, PartnershipState};
use crate::partners::programme::ResellerRequest;
use crate::partners::proposal::{PartnershipProposal, PartnershipProposalState, store::Direction};
use crate::partners::reseller::{Ancestor, Reseller};

/// The fields of an organisation that are about partners.
pub struct OrganisationPartners(pub(super) Decision);

impl Guarded for OrganisationPartners {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

impl OrganisationPartners {
    async fn proposals(
        &self,
        context: &Context<'_>,
        page: &PageArguments,
        direction: Direction,
        states: Option<&[PartnershipProposalState]>,
    ) -> Result<Option<Connection<PartnershipProposal>>> {
        PartnershipProposal::list(Request::of(context)?, &self.0, page, direction, states).await.map(Some)
    }
}

/// The fields of an organisation that are about partners.
#[guarded]
impl OrganisationPartners {
    /// The partnerships in which this organisation is the client, the oldest first.
    #[requires(PARTNERSHIP_READ)]
    async fn partnerships(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only partnerships in one of these states. Without it, all except ended ones.")]
        states: Option<Vec<PartnershipState>>,
    ) -> Result<Option<Connection<Partnership>>> {
        Partnership::list(Request::of(context)?, &self.0, &page, states.as_deref()).await.map(Some)
    }

    /// The proposals that it has sent, the newest first. Those sent as the reseller need `CLIENT_READ`, those sent as the
    /// client need `PARTNERSHIP_READ`.
    #[requires(PARTNERSHIP_READ, CLIENT_READ)]
    async fn proposals_sent(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only proposals in one of these states. Without it, all.")] states: Option<
            Vec<PartnershipProposalState>,
        >,
    ) -> Result<Option<Connection<PartnershipProposal>>> {
        self.proposals(context, &page, Direction::Sent, states.as_deref()).await
    }

    /// The proposals that it has received, the newest first. Those to the client need `PARTNERSHIP_READ`, those to the
    /// reseller need `CLIENT_READ`.
    #[requires(PARTNERSHIP_READ, CLIENT_READ)]
    async fn proposals_received(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only proposals in one of these states. Without it, all.")] states: Option<
            Vec<PartnershipProposalState>,
        >,
    ) -> Result<Option<Connection<PartnershipProposal>>> {
        self.proposals(context, &page, Direction::Received, states.as_deref()).await
    }

    /// Its requests to become a reseller, the newest first.
    #[requires(COMMISSION_READ)]
    async fn reseller_requests(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<ResellerRequest>>> {
        ResellerRequest::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The resellers above it through active partnerships, as a flat list ordered by depth and then by name. It goes up as
    /// far as each organisation lets the viewer see its partners. Each reseller is listed once.
    #[requires(PARTNERSHIP_READ)]
    async fn ancestors(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Ancestor>>> {
        Ancestor::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// This organisation as a reseller; null if it is not one.
    #[public]
    fn reseller(&self) -> Option<Reseller> {
        Reseller::of(&self.0)
    }
}
