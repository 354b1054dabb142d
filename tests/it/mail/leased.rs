//! Several workers at once, and a worker that dies: each mail is sent once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use tenantry::base::db::Db;
use tenantry::mail::Letter;

use super::server::Server;
use super::*;
use crate::world::with_database;

#[test]
fn several_processes_send_each_mail_once() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let config = settings(&world, &server);
        let addresses: BTreeSet<String> = (0..40).map(|number| format!("ada{number}@example.org")).collect();
        for address in &addresses {
            queue(&world, address, &Letter::about("Hej").say("Hej")).await;
        }
        let now = world.app.clock.now();
        let rounds = (0..4).map(async |_| {
            // With connections of its own, as another process has them.
            let db = Db::connect(&config).await.unwrap();
            let worker = Worker::new(&config, db.clone(), world.app.clock.clone(), Random::system()).unwrap();
            let round = worker.deliver_due(now).await.unwrap();
            db.close().await;
            round
        });
        let rounds = join_all(rounds).await;
        assert_eq!(rounds.iter().map(|round| round.sent).sum::<usize>(), 40, "{rounds:?}");
        assert!(rounds.iter().filter(|round| round.sent > 0).count() > 1, "they did not race: {rounds:?}");
        let arrived = server.arrived();
        assert_eq!(arrived.len(), 40);
        let to: BTreeSet<String> = arrived.iter().map(|mail| mail.header("To")).collect();
        assert_eq!(to, addresses);
    });
}

#[test]
fn a_mail_whose_sender_died_waits_for_its_lease_and_keeps_its_message_id() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let worker = worker(&world, &settings(&world, &server));
        queue(&world, "ada@example.org", &Letter::about("Hej").say("Hej")).await;
        let gate = server.close_gate();
        let (sender, now) = (worker.clone(), world.app.clock.now());
        let cut_off = tokio::spawn(async move { sender.deliver_due(now).await });
        // The server has the mail, and nobody writes that down.
        server.next_arrival().await;
        cut_off.abort();
        assert!(cut_off.await.unwrap_err().is_cancelled());
        gate.add_permits(100);
        // A minute for the attempt, one to write down what became of it.
        world.app.clock.advance(TimeDelta::seconds(119));
        assert_eq!(deliver(&world, &worker).await, NOTHING);
        world.app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(deliver(&world, &worker).await, SENT);
        let names: Vec<String> = server.arrived().iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(names.len(), 2);
        assert_eq!(names[0], names[1]);
    });
}

#[test]
fn a_stopping_worker_finishes_the_mail_that_it_is_sending() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let worker = worker(&world, &settings(&world, &server));
        queue(&world, "ada@example.org", &Letter::about("Hej").say("Hej")).await;
        let gate = server.close_gate();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(worker.run(async move { drop(stopped.await) }));
        server.next_arrival().await;
        stop.send(()).unwrap();
        tokio::task::yield_now().await;
        assert!(!running.is_finished());
        gate.add_permits(1);
        running.await.unwrap();
        assert!(row(&world).await.is_sent);
        assert_eq!(server.arrived().len(), 1);
    });
}
