//! The tenant graph as the resolver sees it: organisations, partnerships between them, and what one actor holds where.

use std::collections::{HashMap, HashSet};

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

pub use entity::organisation::{Kind, State as OrganisationState};
pub use entity::partnership::State as PartnershipState;

use super::lapsed::{Tie, is_in_force};
use super::role::BuiltinRole;
use super::set::{Grants, PermissionSet};

/// What the resolver knows of an organisation.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Masks what may be done there.
    pub state: OrganisationState,
    /// The operator is not above itself.
    pub kind: Kind,
}

/// A partnership: permission flows from the reseller to the client.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The partnership.
    pub id: Uuid,
    /// Upper end.
    pub reseller: Uuid,
    /// Lower end.
    pub client: Uuid,
    /// What is let through to the client itself.
    pub delegated: PermissionSet,
    /// What is let through to the client's own clients.
    pub client_delegated: PermissionSet,
    /// Whether people of resellers above the reseller come through.
    pub includes_upstream: bool,
    /// Stored state.
    pub state: PartnershipState,
    /// From when it holds.
    pub starts_at: DateTimeUtc,
    /// Until when it holds, if not for ever.
    pub ends_at: Option<DateTimeUtc>,
}

impl Edge {
    /// Whether the partnership lets anybody through at the moment.
    pub fn is_active(&self, now: DateTimeUtc) -> bool {
        is_in_force(self.state, self.starts_at, self.ends_at, now)
    }
}

/// Which role somebody holds: resolved by id, never by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleRef {
    /// One that the code brings.
    Builtin(BuiltinRole),
    /// One that the organisation defined.
    Custom {
        /// Its id.
        id: Uuid,
        /// Its name, for display.
        name: String,
    },
}

impl RoleRef {
    /// For display.
    pub fn name(&self) -> &str {
        match self {
            Self::Builtin(role) => role.name(),
            Self::Custom { name, .. } => name,
        }
    }

    /// Key of a custom one.
    pub const fn key(&self) -> Option<Uuid> {
        match self {
            Self::Builtin(_) => None,
            Self::Custom { id, .. } => Some(*id),
        }
    }

    /// Which built-in one it is.
    pub const fn builtin(&self) -> Option<BuiltinRole> {
        match self {
            Self::Builtin(role) => Some(*role),
            Self::Custom { .. } => None,
        }
    }
}

/// A role in somebody's hand, with the sets that it stands for at that organisation.
#[derive(Clone, Debug)]
pub struct HeldRole {
    /// Which role.
    pub role: RoleRef,
    /// What it holds.
    pub sets: Grants,
}

impl HeldRole {
    /// A built-in role at an organisation of the given kind.
    pub fn builtin(role: BuiltinRole, kind: Kind) -> Self {
        Self { role: RoleRef::Builtin(role), sets: role.sets(kind == Kind::Operator) }
    }

    /// A custom role; what only the operator may hold is dropped elsewhere.
    pub fn custom(id: Uuid, name: String, own: PermissionSet, clients: PermissionSet, kind: Kind) -> Self {
        let bound = if kind == Kind::Operator { PermissionSet::ALL } else { PermissionSet::ORDINARY };
        Self { role: RoleRef::Custom { id, name }, sets: Grants { own: own & bound, clients: clients & bound } }
    }
}

/// What an actor holds at one organisation by itself.
#[derive(Clone, Debug)]
pub enum Holding {
    /// A membership with its roles.
    Membership {
        /// The membership.
        id: Uuid,
        /// When it ends by itself.
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
    /// A key of an organisation of the given kind. What is only for members no key holds, whatever is stored.
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

/// What one actor holds by itself, by organisation. A disabled user holds nothing. The memberships on which these depend
/// are here too, also those at organisations that the graph leaves out.
pub type Holdings = HashMap<Uuid, Holding>;

/// A part of the tenant graph that is closed upwards: with an organisation, all that is above it.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The organisations.
    pub nodes: HashMap<Uuid, Node>,
    /// The partnerships among them, each once.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The part from where somebody may come to the organisation: itself, those above it, and the operator.
    #[must_use]
    pub fn above(&self, organisation: Uuid) -> Self {
        let mut found: HashSet<Uuid> = self.operator().into_iter().chain([organisation]).collect();
        let mut waiting = vec![organisation];
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

/// What the state of an organisation leaves of the half that is held there.
pub fn mask_own(state: OrganisationState, set: PermissionSet) -> PermissionSet {
    use super::permission::Permission as P;
    const SUSPENDED: PermissionSet = PermissionSet::READS.union(PermissionSet::of(&[
        P::InvoicePay,
        P::BillingUpdate,
        P::MemberRemove,
        P::PartnershipManage,
        P::ApiKeyManage,
    ]));
    const CLOSED: PermissionSet = PermissionSet::of(&[P::InvoiceRead, P::AuditRead]);
    match state {
        OrganisationState::Active => set,
        OrganisationState::Suspended => set & SUSPENDED,
        OrganisationState::Closed => set & CLOSED,
    }
}

/// What the state of an organisation leaves of the half that flows to its clients.
pub fn mask_clients(state: OrganisationState, set: PermissionSet) -> PermissionSet {
    match state {
        OrganisationState::Active => set,
        OrganisationState::Suspended => set & PermissionSet::READS,
        OrganisationState::Closed => PermissionSet::EMPTY,
    }
}
