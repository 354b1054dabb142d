//! The decision: a pure function from the tenant graph and an actor's holdings to grants.
//!
//! Permissions flow down the partnerships. A path grants the intersection of what its links let through, and the paths
//! add up. Intersection distributes over union, so one pass in topological order gives the union over all paths. Read
//! `explain.rs` for the paths themselves.

use std::collections::HashMap;

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::graph::{Edge, Graph, Holdings, Kind, Node, OrganisationState, mask_clients, mask_own};
use super::lapsed::Counting;
use super::permission::Permission;
use super::set::{Grants, PermissionSet};

/// What flows on from an organisation, by where it came from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flow {
    /// From its own members, masked.
    pub members: PermissionSet,
    /// From people who came through its own partners, masked.
    pub upstream: PermissionSet,
    /// From the operator's staff, who reach every client through the operator's implicit partnership.
    pub staff: PermissionSet,
    /// The decision.
    pub grants: Grants,
}

/// Decides for each organisation of the graph. Nothing flows through links in a circle.
pub fn resolve(graph: &Graph, holdings: &Holdings, now: DateTimeUtc) -> HashMap<Uuid, Grants> {
    let flows = flows(graph, holdings, now);
    graph.nodes.keys().map(|id| (*id, flows.get(id).map_or(Grants::NONE, |flow| flow.grants))).collect()
}

/// The pass itself.
pub fn flows(graph: &Graph, holdings: &Holdings, now: DateTimeUtc) -> HashMap<Uuid, Flow> {
    let counting = Counting::new(holdings, now);
    let operator = graph.operator().and_then(|id| Some((id, *graph.nodes.get(&id)?)));
    let staff = operator.map(|(id, node)| held_as_staff(node, counting.at(id))).unwrap_or_default();

    let mut above: HashMap<Uuid, Vec<&Edge>> = HashMap::new();
    let mut below: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let mut waiting_for: HashMap<Uuid, usize> = HashMap::new();
    for edge in graph.open_edges(now) {
        above.entry(edge.client).or_default().push(edge);
        below.entry(edge.reseller).or_default().push(edge.client);
        *waiting_for.entry(edge.client).or_default() += 1;
    }

    let mut ready: Vec<Uuid> = graph.nodes.keys().filter(|id| !waiting_for.contains_key(*id)).copied().collect();
    let mut flows: HashMap<Uuid, Flow> = HashMap::with_capacity(graph.nodes.len());
    while let Some(id) = ready.pop() {
        if let Some(node) = graph.nodes.get(&id) {
            let mut through = Grants::NONE;
            for edge in above.get(&id).into_iter().flatten() {
                let source = flows.get(&edge.reseller).copied().unwrap_or_default();
                through = through.union(let_through(edge, source));
            }
            flows.insert(id, flow_at(*node, counting.at(id), through, staff));
        }
        for client in below.get(&id).into_iter().flatten() {
            if let Some(open) = waiting_for.get_mut(client) {
                *open -= 1;
                if *open == 0 {
                    ready.push(*client);
                }
            }
        }
    }
    flows
}

/// What somebody with these grants at the operator holds at all other organisations.
pub(super) fn held_as_staff(operator: Node, held: Grants) -> PermissionSet {
    mask_clients(operator.state, held.clients)
}

/// What arrives at an organisation and flows on: from what is held there, from what comes through its partnerships, and
/// from what is held as staff.
pub(super) fn flow_at(node: Node, held: Grants, through: Grants, staff: PermissionSet) -> Flow {
    // Nobody is above the operator. Its implicit partnership delegates everything and is not masked.
    let (through, staff) =
        if node.kind == Kind::Operator { (Grants::NONE, PermissionSet::EMPTY) } else { (through, staff) };
    let members = mask_clients(node.state, held.clients);
    let upstream = mask_clients(node.state, through.clients) | staff;
    let grants = Grants { own: mask_own(node.state, held.own | through.own) | staff, clients: members | upstream };
    Flow { members, upstream, staff, grants }
}

/// What a partnership passes to the client of what its reseller has.
pub(super) fn let_through(edge: &Edge, source: Flow) -> Grants {
    let mut reach = source.members;
    if edge.includes_upstream {
        reach |= source.upstream;
    }
    // A stored partnership never passes on what is not delegable, whatever it says.
    reach = reach & PermissionSet::DELEGABLE;
    Grants { own: reach & edge.delegated, clients: reach & edge.client_delegated }
}

/// The clients of a reseller at which an actor holds a permission through partnerships with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientReach {
    /// None: the actor does not hold the permission for the clients of the reseller.
    Closed,
    /// Clients whose partnership is in force and delegates the permission.
    Delegated {
        /// Whether the partnership must include people from above the reseller.
        upstream_only: bool,
        /// The states of a client that leave the permission in force.
        states: Vec<OrganisationState>,
    },
    /// All: the operator has an implicit partnership with each client.
    Open,
}

/// Computes what `let_through` and the masks give for one permission at all clients of a reseller, without checking
/// each client.
pub fn client_reach(flow: Flow, permission: Permission) -> ClientReach {
    if flow.staff.has(permission) {
        return ClientReach::Open;
    }
    let comes = |set: PermissionSet| (set & PermissionSet::DELEGABLE).has(permission);
    if !comes(flow.members | flow.upstream) {
        return ClientReach::Closed;
    }
    let states = [OrganisationState::Active, OrganisationState::Suspended, OrganisationState::Closed];
    let leaves = |state: &OrganisationState| mask_own(*state, PermissionSet::ALL).has(permission);
    ClientReach::Delegated { upstream_only: !comes(flow.members), states: states.into_iter().filter(leaves).collect() }
}

/// The partnership through which an actor holds some of the needed grants at the organisation. Grants held directly or
/// as the operator's staff do not count. Of several partnerships, the one that brings most of them.
pub fn partnership_for(
    graph: &Graph,
    holdings: &Holdings,
    organisation: Uuid,
    needed: Grants,
    now: DateTimeUtc,
) -> Option<Uuid> {
    let counting = Counting::new(holdings, now);
    let held = |id: Uuid| counting.at(id);
    let operator = graph.operator().filter(|id| *id != organisation);
    let staff =
        operator.and_then(|id| graph.nodes.get(&id).map(|node| held_as_staff(*node, held(id)))).unwrap_or_default();
    let missing = needed.without(held(organisation)).without(Grants { own: staff, clients: staff });
    if missing.is_empty() {
        return None;
    }
    let flows = flows(graph, holdings, now);
    graph
        .open_edges(now)
        .into_iter()
        .filter(|edge| edge.client == organisation)
        .map(|edge| {
            let source = flows.get(&edge.reseller).copied().unwrap_or_default();
            (missing.without(let_through(edge, source)), edge.id)
        })
        .filter(|(left, _)| *left != missing)
        .min_by_key(|(left, id)| (left.own.iter().count() + left.clients.iter().count(), *id))
        .map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::graph::{HeldRole, Holding, PartnershipState};
    use super::super::permission::Permission::*;
    use super::super::role::{BuiltinRole, DelegationPreset};
    use super::*;

    fn now() -> DateTimeUtc {
        DateTimeUtc::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn edge(reseller: u128, client: u128, delegated: PermissionSet) -> Edge {
        Edge {
            id: id(reseller * 1000 + client),
            reseller: id(reseller),
            client: id(client),
            delegated,
            client_delegated: PermissionSet::EMPTY,
            includes_upstream: false,
            state: PartnershipState::Active,
            starts_at: DateTimeUtc::UNIX_EPOCH,
            ends_at: None,
        }
    }

    fn graph(nodes: &[(u128, Kind)], edges: Vec<Edge>) -> Graph {
        let node = |kind| Node { state: OrganisationState::Active, kind };
        Graph { nodes: nodes.iter().map(|(number, kind)| (id(*number), node(*kind))).collect(), edges }
    }

    fn member(organisation: u128, role: BuiltinRole, kind: Kind) -> Holdings {
        let roles = vec![HeldRole::builtin(role, kind)];
        HashMap::from([(
            id(organisation),
            Holding::Membership { id: id(9), expires_at: None, ties: Vec::new(), roles },
        )])
    }

    const FULL: PermissionSet = PermissionSet::DELEGABLE;

    #[test]
    fn a_partner_gets_the_intersection_of_its_role_and_the_delegation() {
        let overview = DelegationPreset::Overview.set();
        let graph = graph(&[(1, Kind::Reseller), (2, Kind::Company)], vec![edge(1, 2, overview)]);
        let decided = resolve(&graph, &member(1, BuiltinRole::PartnerSupport, Kind::Reseller), now());
        assert_eq!(decided[&id(2)].own, overview);
        assert!(!decided[&id(2)].has(InvoiceRead));
        assert!(decided[&id(2)].clients.is_empty());
    }

    #[test]
    fn upstream_comes_through_only_where_both_links_say_so() {
        let mut upper = edge(1, 2, FULL);
        let mut lower = edge(2, 3, FULL);
        let kinds = [(1, Kind::Reseller), (2, Kind::Reseller), (3, Kind::Company)];
        let owner = member(1, BuiltinRole::Owner, Kind::Reseller);
        for (client_delegated, includes_upstream, expected) in [
            (FULL, true, FULL),
            (FULL, false, PermissionSet::EMPTY),
            (PermissionSet::EMPTY, true, PermissionSet::EMPTY),
        ] {
            upper.client_delegated = client_delegated;
            lower.includes_upstream = includes_upstream;
            let decided = resolve(&graph(&kinds, vec![upper, lower]), &owner, now());
            assert_eq!(decided[&id(3)].own, expected);
        }
    }

    #[test]
    fn what_is_not_delegable_stays_with_the_members_whatever_is_stored() {
        let graph = graph(&[(1, Kind::Reseller), (2, Kind::Company)], vec![edge(1, 2, PermissionSet::ALL)]);
        let decided = resolve(&graph, &member(1, BuiltinRole::Owner, Kind::Reseller), now());
        assert_eq!(decided[&id(2)].own, FULL);
    }

    #[test]
    fn staff_reach_everything_and_nobody_reaches_the_operator() {
        let kinds = [(1, Kind::Operator), (2, Kind::Company), (3, Kind::Reseller)];
        let decided =
            resolve(&graph(&kinds, vec![edge(3, 1, FULL)]), &member(1, BuiltinRole::Owner, Kind::Operator), now());
        assert!(decided[&id(2)].has(OwnershipTransfer) && decided[&id(2)].has(OrganisationSuspend));
        let decided =
            resolve(&graph(&kinds, vec![edge(3, 1, FULL)]), &member(3, BuiltinRole::Owner, Kind::Reseller), now());
        assert_eq!(decided[&id(1)], Grants::NONE);
    }

    #[test]
    fn suspension_masks_members_and_partners_but_not_staff() {
        let mut suspended =
            graph(&[(1, Kind::Operator), (2, Kind::Company), (3, Kind::Reseller)], vec![edge(3, 2, FULL)]);
        suspended.nodes.insert(id(2), Node { state: OrganisationState::Suspended, kind: Kind::Company });
        let owner = resolve(&suspended, &member(2, BuiltinRole::Owner, Kind::Company), now())[&id(2)];
        assert!(owner.has(InvoicePay) && owner.has(MemberRemove) && !owner.has(MemberInvite));
        assert!(owner.has(SubscriptionCancel) && !owner.has(SubscriptionOrder));
        assert_eq!(owner.clients, PermissionSet::ORDINARY_READS);
        let partner = resolve(&suspended, &member(3, BuiltinRole::Owner, Kind::Reseller), now())[&id(2)];
        assert!(partner.has(ServiceRead) && !partner.has(ServiceManage));
        assert!(partner.has(SubscriptionCancel) && !partner.has(SubscriptionOrder));
        let staff = resolve(&suspended, &member(1, BuiltinRole::Owner, Kind::Operator), now())[&id(2)];
        assert!(staff.has(MemberInvite));
    }

    #[test]
    fn links_in_a_circle_let_nothing_through() {
        let kinds = [(1, Kind::Reseller), (2, Kind::Reseller), (3, Kind::Company)];
        let edges = vec![edge(1, 2, FULL), edge(2, 1, FULL), edge(2, 3, FULL)];
        let of =
            |place| resolve(&graph(&kinds, edges.clone()), &member(place, BuiltinRole::Owner, Kind::Reseller), now());
        let own = BuiltinRole::Owner.sets(false).own;
        let decided = of(1);
        assert_eq!(
            [decided[&id(1)].own, decided[&id(2)].own, decided[&id(3)].own],
            [own, PermissionSet::EMPTY, PermissionSet::EMPTY]
        );
        // A link that only leaves the circle is as good as any other.
        let decided = of(2);
        assert_eq!([decided[&id(1)].own, decided[&id(2)].own, decided[&id(3)].own], [PermissionSet::EMPTY, own, FULL]);
    }

    #[test]
    fn dates_bite_at_the_moment_of_the_decision() {
        let mut dated = edge(1, 2, FULL);
        let kinds = [(1, Kind::Reseller), (2, Kind::Company)];
        let owner = member(1, BuiltinRole::Owner, Kind::Reseller);
        dated.ends_at = Some(now());
        assert_eq!(resolve(&graph(&kinds, vec![dated]), &owner, now())[&id(2)], Grants::NONE);
        dated.ends_at = Some(now() + TimeDelta::milliseconds(1));
        assert_eq!(resolve(&graph(&kinds, vec![dated]), &owner, now())[&id(2)].own, FULL);
    }
}
