//! Whether a new partnership fits the graph of all partnerships: the graph has no cycle and a limited depth. Dates are
//! ignored: a scheduled or expired partnership counts until somebody ends it.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

/// How many partnerships may follow each other.
pub const DEEPEST: usize = 8;

/// Why a partnership does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The reseller is the client itself or below it. Holds the path down from the client to the reseller.
    Cycle(Vec<Uuid>),
    /// The tree would be too deep. Holds its longest chain, from the top down.
    TooDeep(Vec<Uuid>),
}

/// Checks that the reseller can have the client. `pairs` holds every (reseller, client) above the reseller and below
/// the client.
pub fn fits(pairs: &[(Uuid, Uuid)], reseller: Uuid, client: Uuid) -> Result<(), Misfit> {
    if let Some(way) = way_down(pairs, client, reseller) {
        return Err(Misfit::Cycle(way));
    }
    let mut chain = longest(&grouped(pairs.iter().map(|(above, below)| (*below, *above))), reseller);
    chain.reverse();
    chain.extend(longest(&grouped(pairs.iter().copied()), client));
    if chain.len() > DEEPEST + 1 { Err(Misfit::TooDeep(chain)) } else { Ok(()) }
}

/// The pairs as a map from each key to its values.
fn grouped(pairs: impl Iterator<Item = (Uuid, Uuid)>) -> HashMap<Uuid, Vec<Uuid>> {
    let mut found: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (from, to) in pairs {
        found.entry(from).or_default().push(to);
    }
    found
}

/// The shortest path down from one organisation to another, including both.
fn way_down(pairs: &[(Uuid, Uuid)], from: Uuid, to: Uuid) -> Option<Vec<Uuid>> {
    let clients = grouped(pairs.iter().copied());
    let mut visited = HashSet::from([from]);
    let mut waiting = VecDeque::from([vec![from]]);
    while let Some(way) = waiting.pop_front() {
        let at = way.last().copied()?;
        if at == to {
            return Some(way);
        }
        for client in clients.get(&at).into_iter().flatten().filter(|client| visited.insert(**client)) {
            waiting.push_back(way.iter().copied().chain([*client]).collect());
        }
    }
    None
}

/// The longest chain that starts at an organisation. It stops as soon as the chain is certainly too long.
fn longest(next: &HashMap<Uuid, Vec<Uuid>>, from: Uuid) -> Vec<Uuid> {
    // The level at index n holds the organisations that n links reach, each with its predecessor.
    let mut levels: Vec<HashMap<Uuid, Uuid>> = vec![HashMap::from([(from, from)])];
    while let Some(last) = levels.last().filter(|_| levels.len() <= DEEPEST + 1) {
        let further: HashMap<Uuid, Uuid> =
            last.keys().flat_map(|at| next.get(at).into_iter().flatten().map(|found| (*found, *at))).collect();
        if further.is_empty() {
            break;
        }
        levels.push(further);
    }
    let mut at = levels.last().and_then(|level| level.keys().min().copied()).unwrap_or(from);
    let mut chain = Vec::with_capacity(levels.len());
    for level in levels.iter().rev() {
        chain.push(at);
        at = level.get(&at).copied().unwrap_or(at);
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn pairs(list: &[(u128, u128)]) -> Vec<(Uuid, Uuid)> {
        list.iter().map(|(reseller, client)| (id(*reseller), id(*client))).collect()
    }

    #[test]
    fn no_organisation_can_be_above_itself() {
        let graph = pairs(&[(1, 2), (2, 3), (1, 3), (3, 4)]);
        assert_eq!(fits(&graph, id(1), id(1)), Err(Misfit::Cycle(vec![id(1)])));
        assert_eq!(fits(&graph, id(4), id(1)), Err(Misfit::Cycle(vec![id(1), id(3), id(4)])));
        assert_eq!(fits(&graph, id(1), id(4)), Ok(()));
    }

    #[test]
    fn eight_links_fit_and_nine_do_not() {
        let chain = |from: u128, to: u128| (from..to).map(|number| (number, number + 1)).collect::<Vec<_>>();
        let mut graph = chain(1, 5);
        graph.extend(chain(10, 13));
        assert_eq!(fits(&pairs(&graph), id(5), id(10)), Ok(()));
        graph.push((13, 14));
        let expected = (1..=5).chain(10..=14).map(id).collect();
        assert_eq!(fits(&pairs(&graph), id(5), id(10)), Err(Misfit::TooDeep(expected)));
    }

    /// The length of the longest chain, or `None` if there is a cycle, found by trying every path.
    fn naive(pairs: &[(Uuid, Uuid)], at: Uuid, above: &mut Vec<Uuid>) -> Option<usize> {
        if above.contains(&at) {
            return None;
        }
        above.push(at);
        let mut deepest = 0;
        for (_, client) in pairs.iter().filter(|(reseller, _)| *reseller == at) {
            deepest = deepest.max(naive(pairs, *client, above)? + 1);
        }
        above.pop();
        Some(deepest)
    }

    proptest! {
        #[test]
        fn a_partnership_that_fits_keeps_the_graph_shallow_and_without_cycles(
            wanted in prop::collection::vec((0_u128..14, 0_u128..14), 1..24)
        ) {
            let mut graph: Vec<(Uuid, Uuid)> = Vec::new();
            for (reseller, client) in wanted {
                let (reseller, client) = (id(reseller), id(client));
                let mut with_it = graph.clone();
                with_it.push((reseller, client));
                let depths: Option<Vec<usize>> = (0..14).map(|at| naive(&with_it, id(at), &mut Vec::new())).collect();
                let is_fine = depths.is_some_and(|depths| depths.iter().all(|depth| *depth <= DEEPEST));
                let outcome = fits(&graph, reseller, client);
                prop_assert_eq!(outcome.is_ok(), is_fine);
                if outcome.is_ok() {
                    graph = with_it;
                }
            }
        }
    }
}
