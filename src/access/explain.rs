//! The paths behind a decision. The decision is "is there a path"; this walks the same links and shows them, and where
//! there is none, how near the nearest came and what stopped it.

use async_graphql::Enum;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::graph::{
    Edge, Graph, Holding, Holdings, OrganisationState, PartnershipState, RoleRef, mask_clients, mask_own,
};
use super::permission::Permission;
use super::set::{Grants, PermissionSet};

/// How many paths are listed at most.
const LISTED: usize = 50;
/// How many misses are listed at most.
const MISSES: usize = 10;
/// How many chains of partnerships are looked at at most.
const CHAINS: usize = 10_000;

/// One link of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A role held by a membership.
    Membership {
        /// Where.
        organisation: Uuid,
        /// The membership.
        membership: Uuid,
        /// The role; none if no role of the membership holds the permission.
        role: Option<RoleRef>,
    },
    /// The scopes of a key.
    Key {
        /// Where.
        organisation: Uuid,
        /// The key.
        key: Uuid,
    },
    /// A partnership that lets it through.
    Partnership {
        /// The partnership.
        partnership: Uuid,
        /// Its reseller.
        reseller: Uuid,
        /// Its client.
        client: Uuid,
    },
    /// The operator's implicit partnership with every organisation.
    Operator {
        /// The operator.
        operator: Uuid,
        /// Where it leads.
        client: Uuid,
    },
}

/// Links from what the subject holds down to the organisation.
pub type Path = Vec<Step>;

/// What stopped a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "AccessMissReason")]
pub enum MissReason {
    /// No membership at the organisation.
    NotAMember,
    /// No role of the membership holds the permission.
    RoleLacksPermission,
    /// The membership has ended.
    MembershipExpired,
    /// The client's side does not let the permission through.
    PartnershipLacksPermission,
    /// No client can delegate this permission to a reseller.
    PermissionNotDelegable,
    /// The partnership does not let people of resellers above the reseller through.
    PartnershipExcludesUpstream,
    /// The partnership is proposed, or begins later.
    PartnershipPending,
    /// The partnership was ended.
    PartnershipEnded,
    /// The partnership has reached its end date.
    PartnershipExpired,
    /// The organisation is suspended.
    OrganisationSuspended,
    /// The organisation is closed.
    OrganisationClosed,
    /// The scopes of the key do not hold the permission.
    KeyScope,
    /// The user is disabled.
    UserDisabled,
}

/// Who could change it: holders of the permission at the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What one needs to change it.
    pub permission: Permission,
    /// Where.
    pub organisation: Uuid,
}

/// A path that stops somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The links.
    pub path: Path,
    /// What stopped it.
    pub reason: MissReason,
    /// Where it stopped.
    pub organisation: Uuid,
    /// Who could change it; nobody, for what no rule can open.
    pub remedy: Option<Remedy>,
}

/// Why a subject may or may not do something.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// All paths that grant it, the first 50.
    pub paths: Vec<Path>,
    /// If there is none: those that came nearest.
    pub misses: Vec<Miss>,
}

impl Explanation {
    /// Whether there is a path.
    pub fn is_granted(&self) -> bool {
        !self.paths.is_empty()
    }
}

/// Explains the decision of the resolver for one permission at one organisation.
pub fn explain(
    graph: &Graph,
    holdings: &Holdings,
    organisation: Uuid,
    permission: Permission,
    now: DateTimeUtc,
) -> Explanation {
    let search = Search { graph, holdings, permission, now };
    let mut chains = vec![Vec::new()];
    let mut paths = Vec::new();
    let mut misses: Vec<(usize, Miss)> = Vec::new();
    let mut looked_at = 0;
    while let Some(chain) = chains.pop() {
        looked_at += 1;
        let top = chain.first().map_or(organisation, |edge: &&Edge| edge.reseller);
        for (path, obstacles) in search.judge(organisation, top, &chain) {
            // Not being a member is told only where there is nothing nearer to tell.
            let count = if path.is_empty() { usize::MAX } else { obstacles.len() };
            match obstacles.into_iter().next() {
                None => paths.push(path),
                Some(first) => misses.push((count, Miss { path, ..first })),
            }
        }
        if looked_at < CHAINS {
            let above =
                graph.edges.iter().filter(|edge| edge.client == top && search.is_new(edge, organisation, &chain));
            chains.extend(above.map(|edge| std::iter::once(edge).chain(chain.iter().copied()).collect()));
        }
    }
    if !paths.is_empty() {
        paths.sort_by_key(Vec::len);
        paths.truncate(LISTED);
        return Explanation { paths, misses: Vec::new() };
    }
    let nearest = misses.iter().map(|(count, _)| *count).min();
    let mut misses: Vec<Miss> =
        misses.into_iter().filter(|(count, _)| Some(*count) == nearest).map(|(_, miss)| miss).collect();
    misses.sort_by_key(|miss| miss.path.len());
    misses.truncate(MISSES);
    Explanation { paths, misses }
}

struct Search<'a> {
    graph: &'a Graph,
    holdings: &'a Holdings,
    permission: Permission,
    now: DateTimeUtc,
}

impl Search<'_> {
    /// Nobody is above the operator, and a chain that comes back to itself leads nowhere.
    fn is_new(&self, edge: &Edge, organisation: Uuid, chain: &[&Edge]) -> bool {
        let operator = self.graph.operator();
        Some(edge.client) != operator
            && self.graph.nodes.contains_key(&edge.reseller)
            && edge.reseller != organisation
            && chain.iter().all(|passed| passed.reseller != edge.reseller)
    }

    /// All paths along one chain, each with what stops it, from the top down.
    fn judge(&self, organisation: Uuid, top: Uuid, chain: &[&Edge]) -> Vec<(Path, Vec<Miss>)> {
        let mut found = Vec::new();
        let Some(holding) = self.holdings.get(&top) else {
            if chain.is_empty() {
                found.push((Vec::new(), vec![miss(MissReason::NotAMember, organisation, Permission::MemberInvite)]));
                found.extend(self.by_operator(organisation));
            }
            return found;
        };
        let links: Vec<Step> = chain
            .iter()
            .map(|edge| Step::Partnership { partnership: edge.id, reseller: edge.reseller, client: edge.client })
            .collect();
        let on_the_way = self.obstacles(organisation, top, chain);
        for (start, mut obstacles) in self.starts(top, holding, !chain.is_empty()) {
            obstacles.extend(on_the_way.iter().cloned());
            found.push((std::iter::once(start).chain(links.iter().cloned()).collect(), obstacles));
        }
        if chain.is_empty() {
            found.extend(self.by_operator(organisation));
        }
        found
    }

    /// The operator's implicit partnership: one link, not masked at its lower end.
    fn by_operator(&self, organisation: Uuid) -> Vec<(Path, Vec<Miss>)> {
        let Some(operator) = self.graph.operator().filter(|id| *id != organisation) else { return Vec::new() };
        let Some(holding) = self.holdings.get(&operator) else { return Vec::new() };
        let masked = self.masked(operator, mask_clients);
        self.starts(operator, holding, true)
            .into_iter()
            .map(|(start, mut obstacles)| {
                obstacles.extend(masked.clone());
                (vec![start, Step::Operator { operator, client: organisation }], obstacles)
            })
            .collect()
    }

    /// What the subject holds at the top, one start for each role that has the permission, or one that says why none.
    fn starts(&self, top: Uuid, holding: &Holding, for_clients: bool) -> Vec<(Step, Vec<Miss>)> {
        let half = |sets: &Grants| if for_clients { sets.clients } else { sets.own };
        match holding {
            Holding::Key { id, sets } => {
                let lacking = (!half(sets).has(self.permission))
                    .then(|| miss(MissReason::KeyScope, top, Permission::ApiKeyManage));
                vec![(Step::Key { organisation: top, key: *id }, lacking.into_iter().collect())]
            }
            Holding::Membership { id, expires_at, roles } => {
                let step = |role| Step::Membership { organisation: top, membership: *id, role };
                let expired = expires_at
                    .is_some_and(|end| end <= self.now)
                    .then(|| miss(MissReason::MembershipExpired, top, Permission::MemberUpdate));
                let holders: Vec<_> = roles
                    .iter()
                    .filter(|held| half(&held.sets).has(self.permission))
                    .map(|held| (step(Some(held.role.clone())), expired.clone().into_iter().collect()))
                    .collect();
                if !holders.is_empty() {
                    return holders;
                }
                let lacking = miss(MissReason::RoleLacksPermission, top, Permission::MemberUpdate);
                vec![(step(None), expired.into_iter().chain([lacking]).collect())]
            }
        }
    }

    /// What stops the permission between the top and the organisation.
    fn obstacles(&self, organisation: Uuid, top: Uuid, chain: &[&Edge]) -> Vec<Miss> {
        if chain.is_empty() {
            return self.masked(organisation, mask_own).into_iter().collect();
        }
        let mut found: Vec<Miss> = self.masked(top, mask_clients).into_iter().collect();
        for (position, edge) in chain.iter().enumerate() {
            let is_last = position + 1 == chain.len();
            let partnership = |reason| miss(reason, edge.client, Permission::PartnershipManage);
            found.extend(self.not_active(edge).map(partnership));
            if position > 0 && !edge.includes_upstream {
                found.push(partnership(MissReason::PartnershipExcludesUpstream));
            }
            let lets = if is_last { edge.delegated } else { edge.client_delegated };
            if !self.permission.is_delegable() {
                let reason = MissReason::PermissionNotDelegable;
                found.push(Miss { remedy: None, ..partnership(reason) });
            } else if !lets.has(self.permission) {
                found.push(partnership(MissReason::PartnershipLacksPermission));
            }
            found.extend(self.masked(edge.client, if is_last { mask_own } else { mask_clients }));
        }
        found
    }

    fn not_active(&self, edge: &Edge) -> Option<MissReason> {
        match edge.state {
            PartnershipState::Proposed => Some(MissReason::PartnershipPending),
            PartnershipState::Ended => Some(MissReason::PartnershipEnded),
            PartnershipState::Active if self.now < edge.starts_at => Some(MissReason::PartnershipPending),
            PartnershipState::Active if edge.is_active(self.now) => None,
            PartnershipState::Active => Some(MissReason::PartnershipExpired),
        }
    }

    fn masked(&self, id: Uuid, mask: fn(OrganisationState, PermissionSet) -> PermissionSet) -> Option<Miss> {
        let state = self.graph.nodes.get(&id)?.state;
        if mask(state, PermissionSet::ALL).has(self.permission) {
            return None;
        }
        let reason = match state {
            OrganisationState::Closed => MissReason::OrganisationClosed,
            _ => MissReason::OrganisationSuspended,
        };
        Some(miss(reason, id, Permission::OrganisationSuspend))
    }
}

fn miss(reason: MissReason, organisation: Uuid, permission: Permission) -> Miss {
    Miss { path: Vec::new(), reason, organisation, remedy: Some(Remedy { permission, organisation }) }
}
