//! Organisations that were found on a walk through the tree, as a list: by depth, then by name.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::rules::Place;
use crate::access::Decision;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::organisation::OrganisationCard;

/// A page of the places to which the walk from an organisation has led, made of each and of the cards on the way to it.
pub fn connection<T>(
    from: &Decision,
    seen: &HashMap<Uuid, Decision>,
    places: impl IntoIterator<Item = Place>,
    page: &PageArguments,
    make: impl Fn(Decision, Vec<OrganisationCard>) -> T,
) -> Connection<T> {
    let keyed = places.into_iter().filter_map(|place| {
        let name = seen.get(&place.id)?.card().name;
        Some((format!("{:03} {name}", place.path.len()), place.id, Arc::new(place)))
    });
    let mut keyed: Vec<(String, Uuid, Arc<Place>)> = keyed.collect();
    keyed.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let total = Total::known(keyed.len());
    let slice = slice_sorted(keyed.into_iter(), page);
    let known = |id: &Uuid| seen.get(id).unwrap_or(from);
    Connection::new(&slice, total, |place| {
        let path = place.path.iter().map(|id| known(id).card().into()).collect();
        make(known(&place.id).clone(), path)
    })
}
