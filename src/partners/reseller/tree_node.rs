//! Organisations that a walk through the tree has found, as a list ordered by depth, then by name.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::rules::TreeNode;
use crate::access::{Card, Decision};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};

/// A page of the tree nodes found below or above `start`. `make` gets the organisation of a node and the cards on the
/// path to it. `decisions` has an entry for each node except `start`.
pub fn connection<T>(
    start: &Decision,
    decisions: &HashMap<Uuid, Decision>,
    nodes: impl IntoIterator<Item = TreeNode>,
    page: &PageArguments,
    make: impl Fn(Decision, Vec<Card>) -> T,
) -> Result<Connection<T>> {
    let keyed = nodes.into_iter().filter_map(|node| {
        let name = decisions.get(&node.id)?.card().name;
        Some((format!("{:03} {}", node.path.len(), collation::sort_key(&name)), node.id, Arc::new(node)))
    });
    let mut keyed: Vec<(String, Uuid, Arc<TreeNode>)> = keyed.collect();
    keyed.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let total = Total::known(keyed.len());
    let slice = slice_sorted(keyed.into_iter(), page, start.id())?;
    let known = |id: &Uuid| decisions.get(id).unwrap_or(start);
    Ok(Connection::new(&slice, total, |node| {
        let path = node.path.iter().map(|id| known(id).card()).collect();
        make(known(&node.id).clone(), path)
    }))
}
