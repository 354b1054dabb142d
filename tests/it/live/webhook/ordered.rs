//! Webhooks that get their events strictly in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::receiver::Reply;
use super::*;

/// The ids of the events of Acme in their order.
async fn in_order(world: &World) -> Vec<String> {
    let sql = "SELECT id FROM event WHERE organisation_id = $1 AND kind = 'ORGANISATION_CHANGED' ORDER BY position";
    let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
    rows.iter().map(|row| tenantry::base::id::Type::Event.id(row.try_get_by_index(0).unwrap()).0).collect()
}

fn ids(receiver: &Receiver) -> Vec<String> {
    receiver.received().iter().map(|one| one.id().to_owned()).collect()
}

#[test]
fn the_next_event_waits_for_the_one_before() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let mut input = hook(ACME, &receiver);
        input["isOrdered"] = json!(true);
        create(&world, OWNER_OF_ACME, input).await;
        for number in 0..6 {
            rename(&world, OWNER_OF_ACME, ACME, &format!("Acme {number}")).await;
        }
        number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
        let order = in_order(&world).await;
        // The third one fails.
        let (third, fails) = (order[2].clone(), Arc::new(AtomicBool::new(true)));
        let failing = Arc::clone(&fails);
        receiver.answer(move |one| {
            let fails = one.id() == third && failing.load(Ordering::SeqCst);
            Reply::Status(if fails { 500 } else { 200 })
        });
        let round = deliver(&world).await;
        assert_eq!((round.delivered, round.delayed), (2, 1), "{round:?}");
        assert_eq!(ids(&receiver), order[..3]);
        assert_eq!(deliver(&world).await, Round::default(), "the others wait");
        fails.store(false, Ordering::SeqCst);
        receiver.forget();
        world.wait(TimeDelta::seconds(7));
        assert_eq!(deliver(&world).await.delivered, 4);
        assert_eq!(ids(&receiver), order[2..]);
        assert_eq!(world.db_count("webhook WHERE leased_until IS NOT NULL").await, 0);
    });
}

#[test]
fn several_servers_keep_the_order_and_send_everything_once() {
    with_database(async |world| {
        let world = opened(world).await;
        let (ordered, other) = (Receiver::start().await, Receiver::start().await);
        let mut input = hook(ACME, &ordered);
        input["isOrdered"] = json!(true);
        create(&world, OWNER_OF_ACME, input).await;
        create(&world, OWNER_OF_ACME, hook(ACME, &other)).await;
        for round in 0..4 {
            for number in 0..10 {
                rename(&world, OWNER_OF_ACME, ACME, &format!("Acme {round} {number}")).await;
            }
            number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
            let workers: Vec<Worker> = (0..3).map(|_| worker(&world)).collect();
            let rounds = join_all(workers.iter().map(Worker::deliver_due)).await;
            let delivered: usize = rounds.into_iter().map(|round| round.unwrap().delivered).sum();
            assert_eq!(delivered, 20);
        }
        let order = in_order(&world).await;
        assert_eq!(ids(&ordered), order);
        let mut sent = ids(&other);
        sent.sort();
        let mut all = order.clone();
        all.sort();
        assert_eq!(sent, all);
    });
}
