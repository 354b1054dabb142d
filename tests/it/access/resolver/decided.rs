//! In memory: the resolver decides what the naive rule decides, and the explanation shows a path where it grants.

use std::sync::Arc;

use proptest::prelude::*;
use tenantry::access::{
    Edge, Gathered, Grants, Graph, HeldRole, Holding, Holdings, Kind, Node, OrganisationState, PartnershipState,
    Permission, PermissionSet, Step, SubjectId, explain, resolve,
};
use uuid::Uuid;

use super::naive::{Subject, counting, grants};
use super::tenancy::{Tenancy, any_tenancy, id};
use crate::world::now;

/// Each subject of the tenants with what it holds.
fn subjects(tenancy: &Tenancy) -> Vec<(Subject<'_>, Holdings)> {
    let users = tenancy.members.iter().map(|members| (Subject::User(members), tenancy.holdings(members)));
    users.chain([(Subject::Key(tenancy.key), tenancy.key_holdings())]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_resolver_decides_what_the_sum_of_all_paths_gives(tenancy in any_tenancy()) {
        for (subject, holdings) in subjects(&tenancy) {
            let decided = resolve(&tenancy.graph(), &holdings, now());
            for organisation in 0..tenancy.len() {
                prop_assert_eq!(decided[&id(organisation)], grants(&tenancy, subject, organisation), "at {}", organisation);
            }
        }
    }

    #[test]
    fn many_subjects_at_once_hold_what_each_holds_alone(tenancy in any_tenancy()) {
        let subjects = subjects(&tenancy);
        let ids = (0..subjects.len() as u128).map(|number| SubjectId::User(Uuid::from_u128(number)));
        let held = ids.clone().zip(&subjects).map(|(id, (_, holdings))| (id, Arc::new(holdings.clone()))).collect();
        let gathered = Gathered { graph: tenancy.graph(), held };
        // The subjects take turns, and an organisation that is not there gives nothing.
        let places = (0..tenancy.len()).map(id).chain([Uuid::nil()]);
        let pairs: Vec<(SubjectId, Uuid)> =
            places.flat_map(|organisation| ids.clone().map(move |subject| (subject, organisation))).collect();
        let decided = gathered.decide(&pairs, now());
        for (place, decided) in decided.iter().enumerate() {
            let (organisation, subject) = (place / subjects.len(), subjects[place % subjects.len()].0);
            let is_there = organisation < tenancy.len();
            let expected = if is_there { grants(&tenancy, subject, organisation) } else { Grants::NONE };
            prop_assert_eq!(*decided, expected, "at {}", organisation);
        }
    }

    #[test]
    fn what_the_resolver_gives_is_closed_under_implication(tenancy in any_tenancy()) {
        for (_, holdings) in subjects(&tenancy) {
            for grants in resolve(&tenancy.graph(), &holdings, now()).into_values() {
                // A closed organisation keeps single permissions, and each brings what it implies.
                prop_assert_eq!(grants.own.closed(), grants.own);
                prop_assert_eq!(grants.clients.closed(), grants.clients);
            }
        }
    }

    #[test]
    fn roles_together_give_no_more_than_each_of_them_gives(tenancy in any_tenancy()) {
        let graph = tenancy.graph();
        for members in &tenancy.members {
            let members = &counting(&tenancy, members);
            let whole = resolve(&graph, &tenancy.holdings(members), now());
            let mut parts = vec![Grants::NONE; tenancy.len()];
            for member in members {
                for role in &member.roles {
                    let alone = super::tenancy::Member { roles: vec![*role], ..member.clone() };
                    let decided = resolve(&graph, &tenancy.holdings(&[alone]), now());
                    for (number, part) in parts.iter_mut().enumerate() {
                        part.own |= decided[&id(number)].own;
                        part.clients |= decided[&id(number)].clients;
                    }
                }
            }
            for (number, part) in parts.iter().enumerate() {
                prop_assert_eq!(whole[&id(number)], *part, "at {}", number);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_explanation_shows_a_path_exactly_where_the_decision_grants(tenancy in any_tenancy()) {
        let graph = tenancy.graph();
        for (subject, holdings) in subjects(&tenancy) {
            for organisation in 0..tenancy.len() {
                let decided = grants(&tenancy, subject, organisation);
                for permission in Permission::ALL {
                    let found = explain(&graph, &holdings, id(organisation), *permission, now());
                    prop_assert_eq!(found.is_granted(), decided.has(*permission), "{:?} at {}", permission, organisation);
                    prop_assert_eq!(found.misses.is_empty(), found.is_granted(), "{:?} at {}", permission, organisation);
                    for path in &found.paths {
                        prop_assert!(leads(path, &holdings, id(organisation)), "{:?}", path);
                    }
                }
            }
        }
    }
}

/// Whether each link begins where the one before ended, from something that is held down to the organisation.
fn leads(path: &[Step], holdings: &Holdings, organisation: Uuid) -> bool {
    let mut at = None;
    for step in path {
        let (from, to) = match step {
            Step::Membership { organisation, .. } | Step::Key { organisation, .. } => (None, *organisation),
            Step::Partnership { reseller, client, .. } => (Some(*reseller), *client),
            Step::Operator { operator, client } => (Some(*operator), *client),
        };
        if from != at || (at.is_none() && !holdings.contains_key(&to)) {
            return false;
        }
        at = Some(to);
    }
    at == Some(organisation)
}

/// Four resellers on each of eight levels, each a client of all four above: tens of thousands of ways from top to
/// bottom. At the bottom, all that come by another than this one above are kept out.
fn ladder(open: usize) -> (Graph, Holdings) {
    let number = |level: usize, place: usize| id(level * 4 + place);
    let mut graph = Graph::default();
    for level in 0..8 {
        for place in 0..4 {
            graph.nodes.insert(number(level, place), Node { state: OrganisationState::Active, kind: Kind::Reseller });
            for above in 0..4_usize.min(level * 4) {
                graph.edges.push(Edge {
                    id: Uuid::from_u128(1_000 + graph.edges.len() as u128),
                    reseller: number(level - 1, above),
                    client: number(level, place),
                    delegated: if level < 7 || above == open { PermissionSet::DELEGABLE } else { PermissionSet::EMPTY },
                    client_delegated: PermissionSet::DELEGABLE,
                    includes_upstream: true,
                    state: PartnershipState::Active,
                    starts_at: now(),
                    ends_at: None,
                });
            }
        }
    }
    let all = PermissionSet::DELEGABLE;
    let role = HeldRole::custom(Uuid::nil(), String::new(), all, all, Kind::Reseller);
    let membership = Holding::Membership { id: Uuid::nil(), expires_at: None, ties: Vec::new(), roles: vec![role] };
    (graph, Holdings::from([(number(0, 0), membership)]))
}

#[test]
fn an_explanation_finds_a_path_among_very_many() {
    for open in 0..4 {
        let (graph, holdings) = ladder(open);
        let bottom = id(31);
        assert!(resolve(&graph, &holdings, now())[&bottom].has(Permission::InvoiceRead));
        let found = explain(&graph, &holdings, bottom, Permission::InvoiceRead, now());
        assert!(found.is_granted(), "by {open}: {:?}", found.misses);
        assert!(found.paths.iter().all(|path| leads(path, &holdings, bottom)));
    }
}
