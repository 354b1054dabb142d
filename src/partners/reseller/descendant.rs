//! All organisations below a reseller, as a flat list.

use std::collections::HashSet;
use std::sync::Arc;

use macros::guarded;
use uuid::Uuid;

use super::rules::walk;
use super::tree_node;
use crate::access::{Card, Decision, Permission};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};

/// Which organisations of a tree.
pub struct Sought {
    /// How many levels down.
    pub depth: i32,
    /// Where the viewer has this permission.
    pub permission: Permission,
    /// Whose name is found.
    pub search: Search,
    /// Only these, where something has changed.
    pub changed: Option<Arc<HashSet<Uuid>>>,
}

/// An organisation below a reseller.
pub struct Descendant {
    organisation: Decision,
    path: Vec<OrganisationCard>,
}

impl Descendant {
    fn new(organisation: Decision, path: Vec<Card>) -> Self {
        Self { organisation, path: path.into_iter().map(OrganisationCard::from).collect() }
    }

    /// The organisations of the tree where the viewer has the permission and that a search finds, ordered by depth, then by
    /// name.
    pub async fn list(
        request: &Request,
        top: &Decision,
        sought: &Sought,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let Sought { depth, permission, search, changed } = sought;
        let (decisions, pairs) = request.access.look_below(top.id()).await?;
        let holds = |id: Uuid, permission| {
            let decision = if id == top.id() { Some(top) } else { decisions.get(&id) };
            decision.is_some_and(|decision| decision.grants.has(permission))
        };
        let levels = usize::try_from(*depth).unwrap_or_default();
        let nodes = walk(top.id(), &pairs, levels, |id| holds(id, Permission::ClientRead));
        let visible = nodes
            .into_iter()
            .filter(|node| holds(node.id, *permission) && holds(node.id, Permission::OrganisationRead));
        let visible = visible.filter(|node| changed.as_ref().is_none_or(|changed| changed.contains(&node.id)));
        let found =
            visible.filter(|node| decisions.get(&node.id).is_some_and(|decision| search.finds(&decision.card().name)));
        tree_node::connection(top, &decisions, found, page, Self::new)
    }
}

/// An organisation below a reseller.
#[guarded]
impl Descendant {
    /// The organisation. It is never null: hidden organisations are not in the list.
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
