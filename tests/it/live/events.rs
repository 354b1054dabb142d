//! The order of events, and what becomes one.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use tenantry::live::event::{number, remove_old, store};

use super::rename;
use crate::world::*;

/// All events, as their positions, types and objects.
async fn all(world: &World) -> Vec<(i64, String, Option<String>)> {
    number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
    let events = store::after(world.db(), 0, 10_000).await.unwrap();
    events.into_iter().map(|one| (one.row.position, one.row.kind, one.row.object_id)).collect()
}

#[test]
fn acts_become_events_in_their_order_and_refused_ones_do_not() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).credential().await;
        all(&world).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme One").await;
        let role = json!({ "organisationId": id_of(ACME), "name": "Night watch", "permissions": ["SERVICE_READ"] });
        let role = world.as_(OWNER_OF_ACME).act("createRole", role, "role { id }").await["role"]["id"].clone();
        let input = json!({ "organisationId": id_of(ACME), "name": "Mine" });
        world.as_(MEMBER_OF_ACME).attempt("updateOrganisation", input, "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_ACME).act("deleteRole", json!({ "roleId": role }), "deleted").await;
        let events = all(&world).await;
        let of_acme: Vec<_> = events.iter().filter(|(_, kind, _)| !kind.starts_with("SESSION_")).collect();
        let kinds: Vec<&str> = of_acme.iter().map(|(_, kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["ORGANISATION_CHANGED", "ROLE_CREATED", "ROLE_DELETED"], "{events:?}");
        let positions: Vec<i64> = events.iter().map(|(position, ..)| *position).collect();
        assert_eq!(positions, (1..).take(events.len()).collect::<Vec<_>>());
        assert_eq!(of_acme[1].2.as_deref(), role.as_str());
    });
}

#[test]
fn many_nodes_number_at_the_same_time_and_nothing_is_lost_or_doubled() {
    with_database(async |world| {
        all(&world).await;
        let before = store::end(world.db()).await.unwrap();
        let (db, random) = (world.db(), &world.app.random);
        let act = async |round: u32| {
            rename(&world, OWNER_OF_ACME, ACME, &format!("Acme {round}")).await;
            rename(&world, OWNER_OF_FJORD, FJORD, &format!("Fjord {round}")).await;
        };
        let numbering = async || {
            for _ in 0..20 {
                number(db, random, now()).await.unwrap();
            }
        };
        let acts = async {
            for round in 0..20 {
                act(round).await;
            }
        };
        futures_util::future::join(acts, join_all((0..4).map(|_| numbering()))).await;
        number(db, random, now()).await.unwrap();
        let events = store::after(db, before, 1_000).await.unwrap();
        let changed: Vec<_> = events.iter().filter(|one| one.row.kind == "ORGANISATION_CHANGED").collect();
        assert_eq!(changed.len(), 40);
        let ids: BTreeSet<_> = events.iter().map(|one| one.row.id).collect();
        assert_eq!(ids.len(), events.len());
        let positions: Vec<i64> = events.iter().map(|one| one.row.position).collect();
        assert_eq!(positions, (before + 1..).take(events.len()).collect::<Vec<_>>());
        // Those of one organisation come in the order of its log.
        let sql = "SELECT CAST(e.position AS text) FROM event e JOIN audit_event a ON a.id = e.id \
                   WHERE a.organisation_id = (SELECT id FROM organisation WHERE name = 'Acme 19') ORDER BY a.sequence";
        let of_acme: Vec<i64> = world.texts(sql).await.iter().map(|text| text.parse().unwrap()).collect();
        assert!(of_acme.is_sorted() && of_acme.len() >= 20, "{of_acme:?}");
    });
}

#[test]
fn events_are_kept_for_some_days() {
    with_database(async |world| {
        rename(&world, OWNER_OF_ACME, ACME, "Acme One").await;
        let many = i64::try_from(all(&world).await.len()).unwrap();
        world.wait(TimeDelta::days(10));
        rename(&world, OWNER_OF_ACME, ACME, "Acme Two").await;
        all(&world).await;
        let count = async || world.db_count("event WHERE position > 0").await;
        let before = count().await;
        // Those of the sample world are older.
        remove_old(world.db(), world.app.clock.now(), 11).await.unwrap();
        assert_eq!((count().await, world.db_count("event").await), (before, before));
        remove_old(world.db(), world.app.clock.now(), 9).await.unwrap();
        assert_eq!(count().await, before - many);
        // Positions go on.
        let left = all(&world).await;
        assert!(left.iter().all(|(position, ..)| *position > many) && !left.is_empty(), "{left:?}");
    });
}

#[test]
fn sessions_invoices_and_the_last_licence_announce_themselves() {
    with_database(async |world| {
        all(&world).await;
        let person = OWNER_OF_ACME.person();
        let (_, refresh) = accounts::begin_session(&world, person.email).await;
        let started = all(&world).await;
        assert_eq!(started.last().unwrap().1, "SESSION_STARTED");
        accounts::refresh(&world, &refresh).await;
        world.as_(OWNER_OF_ACME).run("mutation { revokeOtherSessions { count } }", json!({})).await;
        let ended = all(&world).await;
        assert!(ended.iter().any(|(_, kind, object)| kind == "SESSION_ENDED" && *object == started.last().unwrap().2));
        let sql = "UPDATE invoice SET state = $1 WHERE id = (SELECT id FROM invoice WHERE state = 'OPEN' LIMIT 1)";
        world.db_execute(sql, ["PAID".into()]).await;
        let paid = all(&world).await;
        assert_eq!(paid.last().unwrap().1, "INVOICE_PAID");
        assert!(paid.last().unwrap().2.as_deref().unwrap().starts_with("invoice_"));
    });
}
