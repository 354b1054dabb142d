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
    /// Who it is; also where it lets nothing more be seen.
    #[public]
    fn card(&self) -> OrganisationCard {
        OrganisationCard::from(&*self.organisation.row)
    }

    /// The reseller itself; null, without an error, where it does not let the viewer see it.
    #[public]
    fn organisation(&self) -> Option<Organisation> {
        Organisation(self.organisation.clone()).if_visible()
    }

    /// How many partnerships lie between the organisation and it: 1 for a partner of its own.
    #[public]
    fn depth(&self) -> usize {
        self.path.len()
    }

    /// The way up to it: the organisation at the bottom, then each reseller on the way. Of several ways, the shortest.
    #[public]
    fn path(&self) -> &[OrganisationCard] {
        &self.path
    }
}

/// Lists those above by depth, then by name. The walk goes on upwards only from organisations whose partners the viewer
/// may see.
pub async fn list(request: &Request, bottom: &Decision, page: &PageArguments) -> Result<Connection<Ancestor>> {
    let pairs = partnership::store::above(request, bottom.row.id).await?;
    let seen = request.access.look_all(pairs.iter().flat_map(|(client, reseller)| [*client, *reseller])).await?;
    let may_go_on = |id: Uuid| {
        let grants = if id == bottom.row.id { Some(bottom.grants) } else { seen.get(&id).map(|seen| seen.grants) };
        grants.is_some_and(|grants| grants.has(Permission::PartnershipRead))
    };
    let places = walk(bottom.row.id, &pairs, usize::MAX, may_go_on);
    Ok(placed::connection(bottom, &seen, places, page, |organisation, path| Ancestor { organisation, path }))
}
