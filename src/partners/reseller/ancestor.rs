//! All resellers above an organisation, as a flat list.

use macros::guarded;
use uuid::Uuid;

use super::rules::walk;
use super::tree_node;
use crate::access::{Card, Decision, Permission};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};

/// A reseller above an organisation.
pub struct Ancestor {
    organisation: Decision,
    path: Vec<OrganisationCard>,
}

impl Ancestor {
    fn new(organisation: Decision, path: Vec<Card>) -> Self {
        Self { organisation, path: path.into_iter().map(OrganisationCard::from).collect() }
    }

    /// The resellers above, ordered by depth, then by name. The walk continues only from organisations whose partners
    /// the viewer may see.
    pub async fn list(request: &Request, bottom: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let pairs = bottom.partnerships_above(request.now());
        let ids = pairs.iter().flat_map(|(client, reseller)| [*client, *reseller]);
        let decisions = request.access.look_all(ids).await?;
        let may_continue = |id: Uuid| {
            let decision = if id == bottom.id() { Some(bottom) } else { decisions.get(&id) };
            decision.is_some_and(|decision| decision.grants.has(Permission::PartnershipRead))
        };
        let nodes = walk(bottom.id(), &pairs, usize::MAX, may_continue);
        tree_node::connection(bottom, &decisions, nodes, page, Self::new)
    }
}

/// A reseller above an organisation.
#[guarded]
impl Ancestor {
    /// The card of the reseller.
    #[public]
    fn card(&self) -> OrganisationCard {
        self.organisation.card().into()
    }

    /// The reseller; null, without an error, if it is hidden from the viewer.
    #[public]
    fn organisation(&self) -> Option<Organisation> {
        Organisation::of(&self.organisation)
    }

    /// How many partnerships are between the organisation and this reseller: 1 for its own partners.
    #[public]
    fn depth(&self) -> usize {
        self.path.len()
    }

    /// The shortest path up to this reseller: the organisation first, then each reseller on the way.
    #[public]
    fn path(&self) -> &[OrganisationCard] {
        &self.path
    }
}
