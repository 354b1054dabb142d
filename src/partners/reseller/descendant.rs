//! The whole tree below a reseller, flat.

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

/// An organisation below a reseller.
pub struct Descendant {
    organisation: Decision,
    path: Vec<OrganisationCard>,
}

/// An organisation below a reseller.
#[guarded]
#[Object]
impl Descendant {
    /// The organisation.
    #[public]
    fn organisation(&self) -> Option<Organisation> {
        Organisation::of(&self.organisation)
    }

    /// How many partnerships are between the reseller and this organisation: 1 for its own clients.
    #[public]
    fn depth(&self) -> usize {
        self.path.len()
    }

    /// The shortest path down to this organisation: the reseller first, then each reseller on the way.
    #[public]
    fn path(&self) -> &[OrganisationCard] {
        &self.path
    }
}

/// The organisations of the tree where the viewer holds the permission, ordered by depth, then by name.
pub async fn list(
    request: &Request,
    top: &Decision,
    depth: i32,
    permission: Permission,
    page: &PageArguments,
) -> Result<Connection<Descendant>> {
    let pairs = partnership::store::below(request, top.id(), depth).await?;
    let seen = request.access.look_all(pairs.iter().flat_map(|(reseller, client)| [*reseller, *client])).await?;
    let holds = |id: Uuid, permission| {
        let grants = if id == top.id() { Some(top.grants) } else { seen.get(&id).map(|seen| seen.grants) };
        grants.is_some_and(|grants| grants.has(permission))
    };
    let levels = usize::try_from(depth).unwrap_or_default();
    let places = walk(top.id(), &pairs, levels, |id| holds(id, Permission::ClientRead));
    let visible =
        places.into_iter().filter(|place| holds(place.id, permission) && holds(place.id, Permission::OrganisationRead));
    Ok(placed::connection(top, &seen, visible, page, |organisation, path| Descendant { organisation, path }))
}
