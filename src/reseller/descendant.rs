//! The whole tree below a reseller, flat.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Object;
use macros::guarded;
use uuid::Uuid;

use super::rules::{Place, walk};
use crate::access::{Exists, Permission, Seen};
use crate::error::Result;
use crate::organisation::{Organisation, OrganisationCard};
use crate::page::{Connection, PageArguments, Total, slice_sorted};
use crate::partnership;
use crate::request::Request;

/// An organisation below a reseller.
pub struct Descendant {
    organisation: Seen,
    path: Vec<OrganisationCard>,
}

/// An organisation below a reseller.
#[guarded]
#[Object]
impl Descendant {
    /// The organisation.
    #[public]
    fn organisation(&self) -> Option<Organisation> {
        Organisation(self.organisation.clone()).if_visible()
    }

    /// How many partnerships lie between the reseller and it: 1 for a client of its own.
    #[public]
    fn depth(&self) -> usize {
        self.path.len()
    }

    /// The way down to it: the reseller at the top, then each reseller on the way. Of several ways, the shortest.
    #[public]
    fn path(&self) -> &[OrganisationCard] {
        &self.path
    }
}

/// Lists the tree by depth, then by name: those of it where the viewer holds the permission.
pub async fn list(
    request: &Request,
    top: &Seen,
    depth: i32,
    permission: Permission,
    page: &PageArguments,
) -> Result<Connection<Descendant>> {
    let pairs = partnership::store::below(request, top.row.id, depth).await?;
    let seen = request.access.look_all(pairs.iter().flat_map(|(reseller, client)| [*reseller, *client])).await?;
    let holds = |id: Uuid, permission| {
        let grants = if id == top.row.id { Some(top.grants) } else { seen.get(&id).map(|seen| seen.grants) };
        grants.is_some_and(|grants| grants.has(permission))
    };
    let places = walk(top.row.id, &pairs, |id| holds(id, Permission::ClientRead));
    let mut visible: Vec<(String, Uuid, Arc<Place>)> = places
        .into_iter()
        .filter(|place| holds(place.id, permission) && holds(place.id, Permission::OrganisationRead))
        .filter_map(|place| {
            let name = &seen.get(&place.id)?.row.name;
            Some((format!("{:03} {name}", place.path.len()), place.id, Arc::new(place)))
        })
        .collect();
    visible.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let total = Total::known(visible.len());
    let slice = slice_sorted(visible.into_iter(), page);
    let card = |id: &Uuid| OrganisationCard::from(&*seen.get(id).unwrap_or(top).row);
    let cards: HashMap<Uuid, OrganisationCard> =
        slice.items.iter().flat_map(|(_, place)| &place.path).map(|id| (*id, card(id))).collect();
    Ok(Connection::new(&slice, total, |place| Descendant {
        organisation: seen.get(&place.id).unwrap_or(top).clone(),
        path: place.path.iter().filter_map(|id| cards.get(id).cloned()).collect(),
    }))
}
