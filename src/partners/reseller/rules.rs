//! The tree below a reseller, or above a client, flat: a pure walk over pairs of organisations.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

/// An organisation below a reseller, or above a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The organisation.
    pub id: Uuid,
    /// The way to it: where the walk began, then each organisation on the way.
    pub path: Vec<Uuid>,
}

/// Walks level by level, down or up, so many levels at most: the pairs say from where to where. Each organisation comes
/// once, by its shortest way; the walk goes on only below organisations of which the viewer may see what comes next, so
/// no way leads through one of which it may not. Where a shorter way is closed, the pairs may reach below the levels.
pub fn walk(top: Uuid, pairs: &[(Uuid, Uuid)], levels: usize, may_go_on: impl Fn(Uuid) -> bool) -> Vec<Place> {
    let mut clients: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (reseller, client) in pairs {
        clients.entry(*reseller).or_default().push(*client);
    }
    let mut seen = HashSet::from([top]);
    let mut found = Vec::new();
    let mut queue = VecDeque::from([Place { id: top, path: Vec::new() }]);
    while let Some(place) = queue.pop_front() {
        if place.path.len() >= levels || !may_go_on(place.id) {
            continue;
        }
        let mut path = place.path.clone();
        path.push(place.id);
        let mut below = clients.remove(&place.id).unwrap_or_default();
        below.sort_unstable();
        for id in below {
            if seen.insert(id) {
                let place = Place { id, path: path.clone() };
                found.push(place.clone());
                queue.push_back(place);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn a_diamond_is_listed_once_by_its_shortest_way() {
        let pairs = [(id(1), id(2)), (id(1), id(3)), (id(2), id(4)), (id(3), id(4)), (id(1), id(4))];
        let places = walk(id(1), &pairs, usize::MAX, |_| true);
        assert_eq!(places.iter().map(|place| place.id).collect::<Vec<_>>(), [id(2), id(3), id(4)]);
        assert_eq!(places[2].path, [id(1)]);
    }

    #[test]
    fn nothing_is_listed_below_an_organisation_whose_clients_are_not_to_be_seen() {
        let pairs = [(id(1), id(2)), (id(2), id(3))];
        let places = walk(id(1), &pairs, usize::MAX, |organisation| organisation != id(2));
        assert_eq!(places, [Place { id: id(2), path: vec![id(1)] }]);
    }

    #[test]
    fn nothing_below_the_levels_is_listed_where_a_shorter_way_to_it_is_closed() {
        let pairs = [(id(1), id(2)), (id(1), id(3)), (id(2), id(4)), (id(3), id(5)), (id(5), id(4)), (id(4), id(6))];
        let below = |levels| {
            let places = walk(id(1), &pairs, levels, |organisation| organisation != id(2));
            places.into_iter().map(|place| place.id).collect::<Vec<_>>()
        };
        assert_eq!(below(1), [id(2), id(3)]);
        assert_eq!(below(2), [id(2), id(3), id(5)]);
        assert_eq!(below(3), [id(2), id(3), id(5), id(4)]);
        assert_eq!(below(usize::MAX), [id(2), id(3), id(5), id(4), id(6)]);
    }
}
