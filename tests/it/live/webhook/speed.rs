//! How fast webhooks are sent. Run it in release: `cargo test --release --test it webhooks_a_second -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use super::*;

/// Events for each webhook.
const EVENTS: i64 = 10_000;

#[test]
#[ignore = "measures the machine"]
fn a_thousand_webhooks_a_second() {
    with_database(async |world| {
        let world = opened(world).await;
        for (name, webhooks) in [("one webhook", 1_i64), ("four webhooks", 4), ("one webhook in order", 1)] {
            let receiver = Receiver::start().await;
            world.db_execute("DELETE FROM webhook", []).await;
            for _ in 0..webhooks {
                let mut input = hook(ACME, &receiver);
                input["isOrdered"] = json!(name.ends_with("order"));
                create(&world, OWNER_OF_ACME, input).await;
            }
            let began = Instant::now();
            for first in (0..EVENTS).step_by(1_000) {
                let mut rows = Vec::new();
                for number in first..first + 1_000 {
                    rows.push(entity::waiting_event::Model {
                        place: 1_000_000 + number,
                        id: world.app.random.id(tenantry::base::clock::Clock::System.now()),
                        kind: Some("ORGANISATION_CHANGED".to_owned()),
                        organisation_id: Some(ACME.id),
                        user_id: None,
                        object_key: Some(key(NORDIC, 1_000_000 + u32::try_from(number).unwrap())),
                    });
                }
                db_insert(world.db().writer(), rows).await;
            }
            let written = began.elapsed();
            let began = Instant::now();
            number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
            let queued = began.elapsed();
            let app = &world.app;
            let clock = tenantry::base::clock::Clock::System;
            let worker =
                Worker::new(&app.config, app.db.clone(), clock, app.random.clone(), app.secret_keys.clone()).unwrap();
            let (end, ended) = tokio::sync::oneshot::channel::<()>();
            let began = Instant::now();
            let sending = tokio::spawn(worker.run(async { drop(ended.await) }));
            let many = usize::try_from(EVENTS * webhooks).unwrap();
            while receiver.count() < many {
                assert!(began.elapsed() < Duration::from_mins(5), "{} of {many}", receiver.count());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let took = began.elapsed();
            drop(end);
            sending.await.unwrap();
            assert_eq!(world.db_count("webhook_delivery WHERE state <> 'DELIVERED'").await, 0);
            let rate = f64::from(u32::try_from(many).unwrap()) / took.as_secs_f64();
            println!(
                "{name}: {rate:.0} webhooks a second; {many} sent in {took:?}, queued in {queued:?}, written in {written:?}"
            );
            assert!(rate > 1_000.0, "{name}: only {rate:.0} a second");
        }
    });
}
