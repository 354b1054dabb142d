//! All resellers above an organisation, flat.

use async_graphql::Object;
use macros::guarded;
use uuid::Uuid;

use super::placed;
use super::rules::walk;
use crate::access::{Decision, Exists, Permission};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};
use crate::partners::partnership;

/// A reseller above an organisation.
pub struct Ancestor {
    organisation: Decision,
    path: Vec<OrganisationCard>,
}

/// A reseller above an organisation.
#[guarded]
#[Object]
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

/// The resellers above, ordered by depth, then by name. The walk continues only from organisations whose partners the
/// viewer may see.
pub async fn list(request: &Request, bottom: &Decision, page: &PageArguments) -> Result<Connection<Ancestor>> {
    let pairs = partnership::store::above(request, bottom.id()).await?;
    let seen = request.access.look_all(pairs.iter().flat_map(|(client, reseller)| [*client, *reseller])).await?;
    let may_go_on = |id: Uuid| {
        let grants = if id == bottom.id() { Some(bottom.grants) } else { seen.get(&id).map(|seen| seen.grants) };
        grants.is_some_and(|grants| grants.has(Permission::PartnershipRead))
    };
    let places = walk(bottom.id(), &pairs, usize::MAX, may_go_on);
    Ok(placed::connection(bottom, &seen, places, page, |organisation, path| Ancestor { organisation, path }))
}
