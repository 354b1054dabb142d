//! The tenant graph as the resolver sees it: organisations, the partnerships between them, and what an actor holds at
//! each.

use std::collections::{HashMap, HashSet};

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

pub use entity::organisation::{Kind, State as OrganisationState};
pub use entity::partnership::State as PartnershipState;

use super::lapsed::{Tie, is_in_force};
use super::role::BuiltinRole;
use super::set::{Grants, PermissionSet};

/// What the resolver knows about an organisation.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The state limits what is allowed there.
    pub state: OrganisationState,
    /// Whether it is the operator, which is never above itself.
    pub kind: Kind,
}

/// A partnership: permission flows from the reseller to the client.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The partnership.
    pub id: Uuid,
    /// The organisation above.
    pub reseller: Uuid,
    /// The organisation below.
    pub client: Uuid,
    /// The permissions that pass to the client itself.
    pub delegated: PermissionSet,
    /// The permissions that pass on to the client's own clients.
    pub client_delegated: PermissionSet,
    /// Whether people of resellers above the reseller may come through as well.
    pub includes_upstream: bool,
    /// The stored state.
    pub state: PartnershipState,
    /// When it starts.
    pub starts_at: DateTimeUtc,
    /// When it ends, if ever.
    pub ends_at: Option<DateTimeUtc>,
}

impl Edge {
    /// Whether the partnership grants access at the moment.
    pub fn is_active(&self, now: DateTimeUtc) -> bool {
        is_in_force(self.state, self.starts_at, self.ends_at, now)
    }
}

/// The role that somebody holds. It is identified by its id, never by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleRef {
    /// A built-in role.
    Builtin(BuiltinRole),
    /// A role that an organisation defined.
    Custom {
        /// Its id.
        id: Uuid,
        /// Its name, for display.
        name: String,
    },
}

impl RoleRef {
    /// The name for display.
    pub fn name(&self) -> &str {
        match self {
            Self::Builtin(role) => role.name(),
            Self::Custom { name, .. } => name,
        }
    }

    /// The key of a custom role.
    pub const fn key(&self) -> Option<Uuid> {
        match self {
            Self::Builtin(_) => None,
            Self::Custom { id, .. } => Some(*id),
        }
    }

    /// The built-in role, if it is one.
    pub const fn builtin(&self) -> Option<BuiltinRole> {
        match self {
            Self::Builtin(role) => Some(*role),
            Self::Custom { .. } => None,
        }
    }
}

/// A role that somebody holds, with its permissions at that organisation.
#[derive(Clone, Debug)]
pub struct HeldRole {
    /// The role.
    pub role: RoleRef,
    /// Its permissions.
    pub sets: Grants,
}

impl HeldRole {
    /// A built-in role at an organisation of the given kind.
    pub fn builtin(role: BuiltinRole, kind: Kind) -> Self {
        Self { role: RoleRef::Builtin(role), sets: role.sets(kind == Kind::Operator) }
    }

    /// A custom role. Permissions reserved for the operator are dropped at any other organisation.
    pub fn custom(id: Uuid, name: String, own: PermissionSet, clients: PermissionSet, kind: Kind) -> Self {
        let bound = if kind == Kind::Operator { PermissionSet::ALL } else { PermissionSet::ORDINARY };
        Self { role: RoleRef::Custom { id, name }, sets: Grants { own: own & bound, clients: clients & bound } }
    }
}

/// What an actor holds directly at one organisation.
#[derive(Clone, Debug)]
pub enum Holding {
    /// A membership with its roles.
    Membership {
        /// The membership.
        id: Uuid,
        /// When it expires, if ever.
        expires_at: Option<DateTimeUtc>,
        /// What it depends on besides its own end; most depend on nothing.
        ties: Vec<Tie>,
        /// Its roles.
        roles: Vec<HeldRole>,
    },
    /// The scopes of an API key of the organisation.
    Key {
        /// The key.
        id: Uuid,
        /// Its scopes.
        sets: Grants,
    },
}

impl Holding {
    /// A key of an organisation of the given kind. A key never holds permissions reserved for members, whatever is
    /// stored.
    pub fn key(id: Uuid, scopes: Grants, kind: Kind) -> Self {
        let platform = if kind == Kind::Operator { PermissionSet::PLATFORM } else { PermissionSet::EMPTY };
        let bound = PermissionSet::DELEGABLE.union(platform);
        Self::Key { id, sets: Grants { own: scopes.own & bound, clients: scopes.clients & bound } }
    }

    /// Whether the membership has reached its own end.
    pub fn is_expired(&self, now: DateTimeUtc) -> bool {
        matches!(self, Self::Membership { expires_at: Some(end), .. } if *end <= now)
    }

    /// The union over the roles, or the scopes of the key, whether they count or not.
    pub fn sets(&self) -> Grants {
        match self {
            Self::Membership { roles, .. } => roles.iter().fold(Grants::NONE, |all, held| Grants {
                own: all.own | held.sets.own,
                clients: all.clients | held.sets.clients,
            }),
            Self::Key { sets, .. } => *sets,
        }
    }
}

/// What one actor holds directly, by organisation. A disabled user holds nothing. It includes the memberships on which
/// others depend, even at organisations outside the graph.
pub type Holdings = HashMap<Uuid, Holding>;

/// A part of the tenant graph that is closed upwards: it holds everything above each of its organisations.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The organisations.
    pub nodes: HashMap<Uuid, Node>,
    /// The partnerships between them, each once.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The part of the graph through which an actor can reach the organisation: itself, all above it, and the operator.
    #[must_use]
    pub fn above(&self, organisation: Uuid) -> Self {
        let mut found: HashSet<Uuid> = self.operator().into_iter().chain([organisation]).collect();
        let mut waiting: Vec<Uuid> = found.iter().copied().collect();
        while let Some(client) = waiting.pop() {
            let resellers = self.edges.iter().filter(|edge| edge.client == client).map(|edge| edge.reseller);
            waiting.extend(resellers.filter(|reseller| found.insert(*reseller)));
        }
        Self {
            nodes: self.nodes.iter().filter(|(id, _)| found.contains(id)).map(|(id, node)| (*id, *node)).collect(),
            edges: self.edges.iter().filter(|edge| found.contains(&edge.client)).copied().collect(),
        }
    }

    /// The partnerships that are in force and whose resellers are part of the graph: a reseller that is not part of it is
    /// one that the actor cannot come through. Of links in a circle, which nobody can make through the API, none counts.
    pub fn open_edges(&self, now: DateTimeUtc) -> Vec<&Edge> {
        let is_open = |edge: &&Edge| edge.is_active(now) && self.nodes.contains_key(&edge.reseller);
        let mut open: Vec<&Edge> = self.edges.iter().filter(is_open).collect();
        let left = left_in_circles(&open);
        if !left.is_empty() {
            let is_left = |edge: &Edge| left.contains(&edge.client) && left.contains(&edge.reseller);
            let core: Vec<&Edge> = open.iter().copied().filter(|edge| is_left(edge)).collect();
            open.retain(|edge| !is_left(edge) || !leads(&core, edge.client, edge.reseller));
        }
        open
    }

    /// The operator, if it is part of the graph.
    pub fn operator(&self) -> Option<Uuid> {
        self.nodes.iter().find(|(_, node)| node.kind == Kind::Operator).map(|(id, _)| *id)
    }
}

/// The organisations that are left when, again and again, those with nobody above them are taken away: those in a circle,
/// and those below one.
fn left_in_circles(edges: &[&Edge]) -> HashSet<Uuid> {
    let mut waiting_for: HashMap<Uuid, usize> = HashMap::new();
    let mut below: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for edge in edges {
        *waiting_for.entry(edge.client).or_default() += 1;
        below.entry(edge.reseller).or_default().push(edge.client);
    }
    let mut ready: Vec<Uuid> = below.keys().filter(|id| !waiting_for.contains_key(*id)).copied().collect();
    while let Some(id) = ready.pop() {
        for client in below.get(&id).into_iter().flatten() {
            if let Some(open) = waiting_for.get_mut(client) {
                *open -= 1;
                if *open == 0 {
                    waiting_for.remove(client);
                    ready.push(*client);
                }
            }
        }
    }
    waiting_for.into_keys().collect()
}

/// Whether the links lead down from one organisation to another.
fn leads(edges: &[&Edge], from: Uuid, to: Uuid) -> bool {
    let (mut seen, mut waiting) = (HashSet::from([from]), vec![from]);
    while let Some(at) = waiting.pop() {
        if at == to {
            return true;
        }
        let next = edges.iter().filter(|edge| edge.reseller == at).map(|edge| edge.client);
        waiting.extend(next.filter(|client| seen.insert(*client)));
    }
    false
}

/// The permissions at the organisation itself that its state allows.
pub fn mask_own(state: OrganisationState, set: PermissionSet) -> PermissionSet {
    use super::permission::Permission as P;
    const SUSPENDED: PermissionSet = PermissionSet::READS.union(PermissionSet::of(&[
        P::InvoicePay,
        P::BillingUpdate,
        P::SubscriptionCancel,
        P::MemberRemove,
        P::PartnershipManage,
        P::ApiKeyManage,
        P::WebhookManage,
    ]));
    const CLOSED: PermissionSet = PermissionSet::of(&[P::InvoiceRead, P::AuditRead]);
    match state {
        OrganisationState::Active => set,
        OrganisationState::Suspended => set & SUSPENDED,
        OrganisationState::Closed => set & CLOSED,
    }
}

/// The permissions at its clients that its state allows.
pub fn mask_clients(state: OrganisationState, set: PermissionSet) -> PermissionSet {
    match state {
        OrganisationState::Active => set,
        OrganisationState::Suspended => set & PermissionSet::READS,
        OrganisationState::Closed => PermissionSet::EMPTY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graph_above_an_organisation_is_closed_upwards_also_through_the_operator() {
        let id = Uuid::from_u128;
        let node = |kind| Node { state: OrganisationState::Active, kind };
        let edge = |reseller: u128, client: u128| Edge {
            id: id(10 * reseller + client),
            reseller: id(reseller),
            client: id(client),
            delegated: PermissionSet::EMPTY,
            client_delegated: PermissionSet::EMPTY,
            includes_upstream: true,
            state: PartnershipState::Active,
            starts_at: DateTimeUtc::default(),
            ends_at: None,
        };
        let kinds = [(1, Kind::Reseller), (2, Kind::Reseller), (3, Kind::Operator), (4, Kind::Company)];
        let graph = Graph {
            nodes: kinds.into_iter().map(|(number, kind)| (id(number), node(kind))).collect(),
            edges: vec![edge(1, 2), edge(2, 3), edge(3, 4)],
        };
        let above = graph.above(id(4));
        assert_eq!((above.nodes.len(), above.edges.len()), (4, 3));
    }
}
