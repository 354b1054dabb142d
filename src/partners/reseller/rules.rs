//! The tree below a reseller, or above a client, as a flat list: a pure walk over pairs of organisations.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

use crate::base::error::{Error, Result};

/// The largest number of partnership levels in a tree.
const DEEPEST: i32 = 8;

/// Reads the number of levels that a request asks for. Without it, all levels.
pub fn read_max_depth(asked: Option<i32>) -> Result<i32> {
    let depth = asked.unwrap_or(DEEPEST);
    if !(1..=DEEPEST).contains(&depth) {
        return Err(Error::InvalidInput(format!("maxDepth is {depth}. Give 1 to {DEEPEST}.")));
    }
    Ok(depth)
}

/// An organisation below a reseller, or above a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    /// The organisation.
    pub id: Uuid,
    /// The path to it: the organisation where the walk began, then each one on the way.
    pub path: Vec<Uuid>,
}

/// Walks down or up the tree, level by level. Each pair leads from its first organisation to its second. Each
/// organisation is found once, by its shortest path.
///
/// The walk continues only from organisations that `may_continue` accepts, so no path leads through any other. The
/// pairs may reach below the levels: a refused organisation can make the shortest open path longer.
pub fn walk(start: Uuid, pairs: &[(Uuid, Uuid)], levels: usize, may_continue: impl Fn(Uuid) -> bool) -> Vec<TreeNode> {
    let mut next: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (from, to) in pairs {
        next.entry(*from).or_default().push(*to);
    }
    let mut visited = HashSet::from([start]);
    let mut found = Vec::new();
    let mut queue = VecDeque::from([TreeNode { id: start, path: Vec::new() }]);
    while let Some(node) = queue.pop_front() {
        if node.path.len() >= levels || !may_continue(node.id) {
            continue;
        }
        let mut path = node.path.clone();
        path.push(node.id);
        let mut ids = next.remove(&node.id).unwrap_or_default();
        ids.sort_unstable();
        for id in ids {
            if visited.insert(id) {
                let node = TreeNode { id, path: path.clone() };
                found.push(node.clone());
                queue.push_back(node);
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
    fn a_diamond_is_listed_once_by_its_shortest_path() {
        let pairs = [(id(1), id(2)), (id(1), id(3)), (id(2), id(4)), (id(3), id(4)), (id(1), id(4))];
        let nodes = walk(id(1), &pairs, usize::MAX, |_| true);
        assert_eq!(nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [id(2), id(3), id(4)]);
        assert_eq!(nodes[2].path, [id(1)]);
    }

    #[test]
    fn nothing_is_listed_below_an_organisation_that_hides_its_clients() {
        let pairs = [(id(1), id(2)), (id(2), id(3))];
        let nodes = walk(id(1), &pairs, usize::MAX, |organisation| organisation != id(2));
        assert_eq!(nodes, [TreeNode { id: id(2), path: vec![id(1)] }]);
    }

    #[test]
    fn nothing_below_the_levels_is_listed_where_a_shorter_path_is_closed() {
        let pairs = [(id(1), id(2)), (id(1), id(3)), (id(2), id(4)), (id(3), id(5)), (id(5), id(4)), (id(4), id(6))];
        let below = |levels| {
            let nodes = walk(id(1), &pairs, levels, |organisation| organisation != id(2));
            nodes.into_iter().map(|node| node.id).collect::<Vec<_>>()
        };
        assert_eq!(below(1), [id(2), id(3)]);
        assert_eq!(below(2), [id(2), id(3), id(5)]);
        assert_eq!(below(3), [id(2), id(3), id(5), id(4)]);
        assert_eq!(below(usize::MAX), [id(2), id(3), id(5), id(4), id(6)]);
    }
}
