//! The cost of a decision in memory: the check on a field with known grants, one pass of the resolver, and what is due
//! for a subscription with very many changes.
//!
//! `cargo bench --bench decide`
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use chrono::Days;
use entity::subscription_change::{Kind as ChangeKind, Model as Change};
use sea_orm::prelude::{Date, DateTimeUtc};
use tenantry::access::{
    BuiltinRole, Edge, Grants, GrantsAt, Graph, Guarded, HeldRole, Holding, Kind, Node, OrganisationState,
    PartnershipState, Permission, PermissionSet, Rule, Side, check, resolve,
};
use tenantry::catalogue::subscription::charge::{due, lines};
use tenantry::catalogue::subscription::history::steps;
use tenantry::catalogue::subscription::period::period;
use tenantry::seed::rows;
use uuid::Uuid;

struct Object(Grants);

impl Guarded for Object {
    fn grants_at(&self, _: Side) -> Option<GrantsAt> {
        Some(GrantsAt { organisation: Uuid::nil(), grants: self.0 })
    }
}

fn measure(what: &str, times: u32, mut work: impl FnMut()) {
    for _ in 0..times / 10 {
        work();
    }
    let start = Instant::now();
    for _ in 0..times {
        work();
    }
    println!("{what:<60} {:>10.1} ns", start.elapsed().as_nanos() as f64 / f64::from(times));
}

/// A reseller with clients, each reached through one partnership, and its support agent.
fn tree(clients: u128) -> (Graph, HashMap<Uuid, Holding>) {
    let reseller = Uuid::from_u128(1);
    let node = |kind| Node { state: OrganisationState::Active, kind };
    let mut graph = Graph::default();
    graph.nodes.insert(reseller, node(Kind::Reseller));
    for number in 0..clients {
        let client = Uuid::from_u128(100 + number);
        graph.nodes.insert(client, node(Kind::Company));
        graph.edges.push(Edge {
            id: Uuid::from_u128(10_000 + number),
            reseller,
            client,
            delegated: PermissionSet::DELEGABLE,
            client_delegated: PermissionSet::EMPTY,
            includes_upstream: false,
            state: PartnershipState::Active,
            starts_at: DateTimeUtc::UNIX_EPOCH,
            ends_at: None,
        });
    }
    let roles = vec![HeldRole::builtin(BuiltinRole::PartnerSupport, Kind::Reseller)];
    let holding = Holding::Membership { id: Uuid::from_u128(2), expires_at: None, ties: Vec::new(), roles };
    (graph, HashMap::from([(reseller, holding)]))
}

/// A yearly subscription that is raised again and again, three times a day.
fn history(changes: i32) -> (Date, Vec<Change>) {
    let id = Uuid::from_u128;
    let starts_on = Date::default();
    let product = rows::product(id(1), id(2), "seats", "Seats", DateTimeUtc::UNIX_EPOCH);
    let row = rows::subscription(id(3), id(4), &product, (1_234, "SEK"), starts_on);
    let start = rows::start(&row, DateTimeUtc::UNIX_EPOCH);
    let raised = (2..=changes).map(|position| Change {
        id: id(1_000 + u128::from(position.unsigned_abs())),
        position,
        kind: ChangeKind::Raise,
        effective_on: starts_on + Days::new(u64::from(position.unsigned_abs()) / 3),
        quantity: position,
        ..start.clone()
    });
    (starts_on, std::iter::once(start.clone()).chain(raised).collect())
}

fn main() {
    let rules = [Rule { permission: Permission::InvoiceRead, side: Side::Organisation }];
    let object = Object(Grants { own: PermissionSet::READS, clients: PermissionSet::EMPTY });
    measure("check on a field, granted", 20_000_000, || {
        let _ = black_box(check(black_box(&object), black_box(&rules)));
    });
    let stranger = Object(Grants { own: PermissionSet::of(&[Permission::MemberRead]), clients: PermissionSet::EMPTY });
    measure("check on a field, refused", 20_000_000, || {
        let _ = black_box(check(black_box(&stranger), black_box(&rules)));
    });
    let now = DateTimeUtc::UNIX_EPOCH + chrono::TimeDelta::days(1);
    for clients in [1, 100, 1000] {
        let (graph, holdings) = tree(clients);
        measure(&format!("resolve the grants of {clients} clients in memory"), 2_000, || {
            black_box(resolve(black_box(&graph), black_box(&holdings), now));
        });
    }
    for count in [10, 1_000] {
        let (starts_on, changes) = history(count);
        let year = period(starts_on, 12, 0);
        measure(&format!("what is due for a year with {count} changes, and its lines"), 2_000, || {
            let steps = steps(black_box(&changes));
            let _ = black_box(year.map(|year| (due(&steps, year), lines(&steps, year))));
        });
    }
}
