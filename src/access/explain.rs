//! The paths behind a decision. The resolver only answers whether a path exists; this module walks the same links and
//! lists the paths. If no path exists, it lists the closest ones and what blocked them.

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::graph::{Edge, Graph, Holding, Holdings, OrganisationState, PartnershipState, mask_clients, mask_own};
use super::lapsed::Lapsed;
use super::path::{Explanation, Miss, MissReason, Path, Remedy, Step};
use super::permission::Permission;
use super::resolver::flows;
use super::set::{Grants, PermissionSet};

/// The most paths that are listed.
pub const LISTED: usize = 50;
/// The most misses that are listed.
pub const MISSES: usize = 10;
/// The most chains of partnerships that are examined.
const CHAINS: usize = 10_000;

/// Explains the decision of the resolver for one permission at one organisation.
pub fn explain(
    graph: &Graph,
    holdings: &Holdings,
    organisation: Uuid,
    permission: Permission,
    now: DateTimeUtc,
) -> Explanation {
    let search = Search { graph, holdings, permission, now };
    let flows = flows(graph, holdings, now);
    if !flows.contains_key(&organisation) {
        // The organisation is in a cycle or below one: the resolver grants nothing there.
        return Explanation::default();
    }
    // Only links that carry the permission are followed, so every step leads to a path. None is missed, however many
    // there are.
    let carries = |chain: &[&Edge]| {
        let Some(flow) = chain.first().and_then(|edge| flows.get(&edge.reseller)) else { return false };
        let comes = flow.members.has(permission) || (chain[0].includes_upstream && flow.upstream.has(permission));
        comes && search.obstacles(organisation, chain[0].reseller, chain).is_empty()
    };
    let found = search.walk(organisation, carries);
    let mut paths: Vec<Path> =
        found.into_iter().filter(|(_, obstacles)| obstacles.is_empty()).map(|(path, _)| path).collect();
    if !paths.is_empty() {
        paths.sort_by_key(Vec::len);
        paths.truncate(LISTED);
        return Explanation { paths, misses: Vec::new() };
    }
    let mut misses: Vec<(usize, Miss)> = Vec::new();
    for (path, obstacles) in search.walk(organisation, |_| true) {
        // "Not a member" is reported only if there is no closer miss.
        let count = if path.is_empty() { usize::MAX } else { obstacles.len() };
        misses.extend(obstacles.into_iter().next().map(|first| (count, Miss { path, ..first })));
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
    /// The paths along all wanted chains, with the obstacles of each. The organisation's own members come first.
    fn walk(&self, organisation: Uuid, wanted: impl Fn(&[&Edge]) -> bool) -> Vec<(Path, Vec<Miss>)> {
        let mut chains: Vec<Vec<&Edge>> = vec![Vec::new()];
        let mut found = Vec::new();
        let mut looked_at = 0;
        while let Some(chain) = chains.pop() {
            looked_at += 1;
            let top = chain.first().map_or(organisation, |edge| edge.reseller);
            found.extend(self.paths_along(organisation, top, &chain));
            if looked_at < CHAINS {
                let above = self.graph.edges.iter().filter(|edge| edge.client == top);
                let above = above.filter(|edge| self.is_new(edge, organisation, &chain));
                let longer = above.map(|edge| std::iter::once(edge).chain(chain.iter().copied()).collect::<Vec<_>>());
                chains.extend(longer.filter(|chain| wanted(chain)));
            }
        }
        found
    }

    /// Nobody is above the operator, and a chain must not return to an organisation it has passed.
    fn is_new(&self, edge: &Edge, organisation: Uuid, chain: &[&Edge]) -> bool {
        let operator = self.graph.operator();
        Some(edge.client) != operator
            && self.graph.nodes.contains_key(&edge.reseller)
            && edge.reseller != organisation
            && chain.iter().all(|passed| passed.reseller != edge.reseller)
    }

    /// All paths along one chain, each with its obstacles from the top down.
    fn paths_along(&self, organisation: Uuid, top: Uuid, chain: &[&Edge]) -> Vec<(Path, Vec<Miss>)> {
        let mut found = Vec::new();
        let Some(holding) = self.holdings.get(&top) else {
            if chain.is_empty() {
                found.push((Vec::new(), vec![Miss::not_a_member(organisation)]));
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

    /// What the subject holds at the top: one start for each role that has the permission. If no role has it, one start
    /// that says so.
    fn starts(&self, top: Uuid, holding: &Holding, for_clients: bool) -> Vec<(Step, Vec<Miss>)> {
        let half = |sets: &Grants| if for_clients { sets.clients } else { sets.own };
        match holding {
            Holding::Key { id, sets } => {
                let lacking = (!half(sets).has(self.permission))
                    .then(|| miss(MissReason::KeyScope, top, Permission::ApiKeyManage));
                vec![(Step::Key { organisation: top, key: *id }, lacking.into_iter().collect())]
            }
            Holding::Membership { id, expires_at, lapsed, roles } => {
                let step = |role| Step::Membership { organisation: top, membership: *id, role };
                let is_over = expires_at.is_some_and(|end| end <= self.now);
                let expired = match lapsed {
                    _ if is_over => Some(miss(MissReason::MembershipExpired, top, Permission::MemberUpdate)),
                    Some(Lapsed::Partnership) => {
                        Some(miss(MissReason::PartnershipEnded, top, Permission::MemberUpdate))
                    }
                    Some(Lapsed::Custody) => Some(miss(MissReason::CustodyLost, top, Permission::MemberUpdate)),
                    None => None,
                };
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

    /// The obstacles between the top and the organisation.
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
