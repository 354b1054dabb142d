//! Random tenants: organisations, partnerships that never lead back, and what one user, another, and a key hold.

use std::collections::HashMap;

use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sea_orm::prelude::DateTimeUtc;
use tenantry::access::{
    BuiltinRole, DelegationPreset, Edge, Grants, Graph, HeldRole, Holding, Holdings, Kind, Node, OrganisationState,
    PartnershipState, PermissionSet, Tie,
};
use uuid::Uuid;

use crate::world::now;

/// A partnership between the organisations with these numbers.
#[derive(Clone, Debug)]
pub struct Link {
    pub reseller: usize,
    pub client: usize,
    pub delegated: PermissionSet,
    pub client_delegated: PermissionSet,
    pub includes_upstream: bool,
    pub state: PartnershipState,
    pub starts_at: DateTimeUtc,
    pub ends_at: Option<DateTimeUtc>,
}

/// A role that is held.
#[derive(Clone, Copy, Debug)]
pub enum Role {
    Builtin(BuiltinRole),
    Custom(Grants),
}

/// A membership at the organisation with this number.
#[derive(Clone, Debug)]
pub struct Member {
    pub organisation: usize,
    pub expires_at: Option<DateTimeUtc>,
    pub roles: Vec<Role>,
    /// The link through which it was given, if one.
    pub through: Option<usize>,
    /// The organisation for which it holds ownership until the invited owner accepts, if one.
    pub kept_for: Option<usize>,
    /// Whether the person lacks the second factor that the organisation requires.
    pub lacks_factor: bool,
}

/// The scopes of a key of the organisation with this number.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub organisation: usize,
    pub scopes: Grants,
}

/// All of it. A link goes from a smaller number to a larger one.
#[derive(Clone, Debug)]
pub struct Tenancy {
    /// Which organisations require a second factor of their members.
    pub strict: Vec<bool>,
    pub states: Vec<OrganisationState>,
    pub operator: Option<usize>,
    pub links: Vec<Link>,
    /// What each of two users holds.
    pub members: [Vec<Member>; 2],
    pub key: Key,
}

/// Days from now, for what begins and ends; 0 is the very moment.
fn moment(days: i64) -> DateTimeUtc {
    now() + TimeDelta::days(days)
}

fn any_set() -> impl Strategy<Value = PermissionSet> {
    let random = any::<[i64; 2]>().prop_map(|[a, b]| PermissionSet::from_stored(a | b).closed());
    prop_oneof![
        4 => random,
        2 => Just(PermissionSet::ALL),
        2 => Just(PermissionSet::DELEGABLE),
        1 => Just(DelegationPreset::Support.set()),
        1 => Just(PermissionSet::EMPTY),
    ]
}

fn any_grants() -> impl Strategy<Value = Grants> {
    (any_set(), any_set()).prop_map(|(own, clients)| Grants { own, clients })
}

fn any_state() -> impl Strategy<Value = OrganisationState> {
    prop_oneof![
        6 => Just(OrganisationState::Active),
        1 => Just(OrganisationState::Suspended),
        1 => Just(OrganisationState::Closed),
    ]
}

fn any_link(size: usize) -> impl Strategy<Value = Link> {
    let state = prop_oneof![
        9 => Just(PartnershipState::Active),
        1 => Just(PartnershipState::Ended),
    ];
    let starts = select(vec![-30, -30, -30, -30, -30, 0, 30]);
    let ends = select(vec![None, None, None, None, Some(60), Some(0), Some(-10)]);
    let ends_of_it = (0..size - 1).prop_flat_map(move |reseller| (Just(reseller), reseller + 1..size));
    (ends_of_it, any_set(), any_set(), prop::bool::weighted(0.7), state, starts, ends).prop_map(
        |((reseller, client), delegated, client_delegated, includes_upstream, state, starts, ends)| Link {
            reseller,
            client,
            delegated,
            client_delegated,
            includes_upstream,
            state,
            starts_at: moment(starts),
            ends_at: ends.filter(|end| *end > starts).map(moment),
        },
    )
}

fn any_members(size: usize) -> impl Strategy<Value = Vec<Member>> {
    let role =
        prop_oneof![select(BuiltinRole::ALL.to_vec()).prop_map(Role::Builtin), any_grants().prop_map(Role::Custom)];
    let expires = select(vec![None, None, None, Some(30), Some(0), Some(-1)]);
    // More owners than others, so that many of them can have custody.
    let role = prop_oneof![1 => Just(Role::Builtin(BuiltinRole::Owner)), 2 => role];
    let tie = prop_oneof![4 => Just(0_u8), 2 => Just(1), 2 => Just(2)];
    let member =
        (0..size, expires, vec(role, 1..3), tie, any::<Index>()).prop_map(|(organisation, expires, roles, tie, on)| {
            Member {
                organisation,
                expires_at: expires.map(moment),
                roles,
                // `tied` finds out on which.
                through: (tie == 1).then(|| on.index(1_000)),
                kept_for: (tie == 2).then(|| on.index(1_000)),
                // `any_tenancy` finds out.
                lacks_factor: false,
            }
        });
    vec(member, 0..6).prop_map(|mut members| {
        members.sort_by_key(|member| member.organisation);
        members.dedup_by_key(|member| member.organisation);
        members
    })
}

/// Ties memberships to the links above their organisation, and custody to some other membership of the same person, in
/// circles too.
fn tied(mut members: Vec<Member>, links: &[Link]) -> Vec<Member> {
    let all: Vec<usize> = members.iter().map(|member| member.organisation).collect();
    for member in &mut members {
        let above: Vec<usize> =
            (0..links.len()).filter(|number| links[*number].client == member.organisation).collect();
        let pick = |from: &[usize], number: usize| from.get(number % from.len().max(1)).copied();
        member.through = member.through.and_then(|number| pick(&above, number));
        member.kept_for = member.kept_for.and_then(|number| pick(&all, number));
    }
    members
}

/// Up to nine organisations with chains, diamonds and whatever else comes.
pub fn any_tenancy() -> impl Strategy<Value = Tenancy> {
    (2..10_usize).prop_flat_map(|size| {
        let links = vec(any_link(size), 0..2 * size).prop_map(|mut links| {
            // Two organisations have one partnership at most.
            links.sort_by_key(|link| (link.reseller, link.client));
            links.dedup_by_key(|link| (link.reseller, link.client));
            links
        });
        let operator = prop::option::of(0..size);
        let key = (0..size, any_grants()).prop_map(|(organisation, scopes)| Key { organisation, scopes });
        let strict = vec(prop::bool::weighted(0.2), size);
        (vec(any_state(), size), operator, links, [any_members(size), any_members(size)], key, strict).prop_map(
            |(states, operator, links, members, key, strict)| {
                let mut members = members.map(|members| tied(members, &links));
                // Only the second user has a second factor.
                for member in &mut members[0] {
                    member.lacks_factor = strict[member.organisation];
                }
                Tenancy { strict, states, operator, links, members, key }
            },
        )
    })
}

impl Tenancy {
    pub fn len(&self) -> usize {
        self.states.len()
    }

    pub fn kind(&self, organisation: usize) -> Kind {
        if self.operator == Some(organisation) { Kind::Operator } else { Kind::Reseller }
    }

    /// As the resolver sees it.
    pub fn graph(&self) -> Graph {
        let nodes = self.states.iter().enumerate().map(|(number, state)| {
            let node = Node { state: *state, kind: self.kind(number) };
            (id(number), node)
        });
        let edges = self.links.iter().enumerate().map(|(number, link)| Edge {
            id: Uuid::from_u128(1_000 + number as u128),
            reseller: id(link.reseller),
            client: id(link.client),
            delegated: link.delegated,
            client_delegated: link.client_delegated,
            includes_upstream: link.includes_upstream,
            state: link.state,
            starts_at: link.starts_at,
            ends_at: link.ends_at,
        });
        Graph { nodes: nodes.collect(), edges: edges.collect() }
    }

    /// What a user holds, as the resolver sees it.
    pub fn holdings(&self, members: &[Member]) -> Holdings {
        let holding = |member: &Member| Holding::Membership {
            id: Uuid::from_u128(2_000 + member.organisation as u128),
            expires_at: member.expires_at,
            ties: self.ties(member),
            roles: member.roles.iter().map(|role| self.held(*role, member.organisation)).collect(),
        };
        members.iter().map(|member| (id(member.organisation), holding(member))).collect()
    }

    fn ties(&self, member: &Member) -> Vec<Tie> {
        let through = member.through.map(|number| {
            let link = &self.links[number];
            let (state, starts_at, ends_at) = (link.state, link.starts_at, link.ends_at);
            Tie::Partnership { reseller: id(link.reseller), state, starts_at, ends_at }
        });
        let kept_for = member.kept_for.map(|reseller| Tie::Custody {
            reseller: id(reseller),
            is_working: self.states[reseller] == OrganisationState::Active,
        });
        let factor = member.lacks_factor.then_some(Tie::SecondFactor);
        through.into_iter().chain(kept_for).chain(factor).collect()
    }

    /// The holdings of the key, as the resolver sees them.
    pub fn key_holdings(&self) -> Holdings {
        let Key { organisation, scopes } = self.key;
        HashMap::from([(id(organisation), Holding::key(Uuid::from_u128(3_000), scopes, self.kind(organisation)))])
    }

    fn held(&self, role: Role, organisation: usize) -> HeldRole {
        let kind = self.kind(organisation);
        match role {
            Role::Builtin(role) => HeldRole::builtin(role, kind),
            Role::Custom(sets) => HeldRole::custom(Uuid::nil(), String::new(), sets.own, sets.clients, kind),
        }
    }
}

/// The organisation with this number.
pub fn id(number: usize) -> Uuid {
    Uuid::from_u128(1 + number as u128)
}
