//! Receivers that answer badly or not at all, and those that are not where they may be.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::FutureExt;
use tenantry::live::webhook::LookUp;

use super::receiver::Reply;
use super::*;

/// A webhook of Acme whose receiver has one event to take.
async fn failing(world: &World, receiver: &Receiver, reply: Reply) -> (String, Round) {
    receiver.answer(move |_| reply.clone());
    let (webhook, _) = create(world, OWNER_OF_ACME, hook(ACME, receiver)).await;
    rename(world, OWNER_OF_ACME, ACME, "Acme").await;
    (webhook, deliver(world).await)
}

/// The last attempt of the newest delivery.
async fn last_attempt(world: &World, webhook: &str) -> Value {
    let seen = deliveries(world, OWNER_OF_ACME, webhook).await;
    seen[0]["attempts"].as_array().unwrap().last().unwrap().clone()
}

#[test]
fn what_fails_is_tried_again_later_with_the_same_id() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, round) = failing(&world, &receiver, Reply::Status(500)).await;
        assert_eq!(round, Round { delayed: 1, ..Round::default() });
        let attempt = last_attempt(&world, &webhook).await;
        assert_eq!(
            (&attempt["status"], &attempt["body"], &attempt["error"]),
            (&json!(500), &json!("Text"), &json!(null))
        );
        assert_eq!(deliver(&world).await, Round::default(), "not before its time");
        world.wait(TimeDelta::seconds(7));
        assert_eq!(deliver(&world).await.delayed, 1);
        world.wait(TimeDelta::minutes(2));
        assert_eq!(deliver(&world).await, Round::default());
        world.wait(TimeDelta::minutes(5));
        receiver.answer(|_| Reply::Status(200));
        assert!(!shown(&world, OWNER_OF_ACME, &webhook).await["failingSince"].is_null());
        assert_eq!(deliver(&world).await.delivered, 1);
        let got = receiver.received();
        assert_eq!(got.len(), 3);
        assert!(got.iter().all(|one| one.id() == got[0].id() && one.text == got[0].text));
        assert_ne!(got[0].header("webhook-timestamp"), got[2].header("webhook-timestamp"));
        let seen = deliveries(&world, OWNER_OF_ACME, &webhook).await;
        let statuses: Vec<&Value> = seen[0]["attempts"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
        assert_eq!(statuses, [&json!(500), &json!(500), &json!(200)]);
        assert!(shown(&world, OWNER_OF_ACME, &webhook).await["failingSince"].is_null());
    });
}

#[test]
fn a_redirect_is_a_failure_and_is_not_followed() {
    with_database(async |world| {
        let world = opened(world).await;
        let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
        let location: &'static str = Box::leak(format!("location: {}", elsewhere.url()).into_boxed_str());
        for status in [301, 302, 307, 308] {
            receiver.answer(move |_| Reply::With(status, location));
            let (webhook, _) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
            let test = json!({ "webhookId": webhook });
            world.as_(OWNER_OF_ACME).act("testWebhook", test, "delivery { id }").await;
            assert_eq!(deliver(&world).await.delayed, 1, "{status}");
            assert_eq!(last_attempt(&world, &webhook).await["status"], status);
        }
        assert_eq!((receiver.count(), elsewhere.count()), (4, 0));
    });
}

#[test]
fn silence_ends_after_ten_seconds_and_holds_nobody_else_up() {
    with_database(async |world| {
        let world = opened(world).await;
        let (silent, quick) = (Receiver::start().await, Receiver::start().await);
        silent.answer(|_| Reply::Silence);
        let (webhook, _) = create(&world, OWNER_OF_ACME, hook(ACME, &silent)).await;
        create(&world, OWNER_OF_ACME, hook(ACME, &quick)).await;
        for number in 0..30 {
            rename(&world, OWNER_OF_ACME, ACME, &format!("Acme {number}")).await;
        }
        let began = Instant::now();
        number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let sending = tokio::spawn(worker(&world).run(async { drop(ended.await) }));
        while quick.count() < 30 {
            assert!(began.elapsed() < Duration::from_secs(8), "{} of 30", quick.count());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(silent.count(), 16, "so many attempts of one webhook run at the same time");
        drop(end);
        sending.await.unwrap();
        let took = began.elapsed();
        assert!((9..20).contains(&took.as_secs()), "{took:?}");
        let attempts = deliveries(&world, OWNER_OF_ACME, &webhook).await;
        let tried: Vec<&Value> = attempts.iter().filter(|one| one["attempts"] != json!([])).collect();
        assert_eq!(tried.len(), 16);
        assert_eq!(tried[0]["attempts"][0]["error"], "no answer within 10 s");
    });
}

#[test]
fn of_an_endless_answer_only_the_start_is_read() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let began = Instant::now();
        let (webhook, round) = failing(&world, &receiver, Reply::Flood).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        assert_eq!(round.delivered, 1);
        assert_eq!(last_attempt(&world, &webhook).await["body"].as_str().unwrap().len(), 1_024);
    });
}

#[test]
fn after_three_days_of_failures_a_webhook_is_disabled_and_its_managers_get_a_mail() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        world
            .db_execute("UPDATE \"user\" SET locale = 'DE' WHERE email = $1", [ADMIN_OF_ACME.person().email.into()])
            .await;
        let (webhook, mut round) = failing(&world, &receiver, Reply::Status(503)).await;
        let mut waited = TimeDelta::zero();
        while round.given_up == 0 {
            assert!(waited < TimeDelta::days(5), "{round:?}");
            assert_eq!(shown(&world, OWNER_OF_ACME, &webhook).await["state"], "ENABLED");
            waited += TimeDelta::hours(6);
            world.wait(TimeDelta::hours(6));
            round = deliver(&world).await;
        }
        assert!(waited >= TimeDelta::days(3), "{waited}");
        let seen = shown(&world, OWNER_OF_ACME, &webhook).await;
        assert_eq!((&seen["state"], &seen["disabledReason"]), (&json!("DISABLED"), &json!("FAILING")));
        assert_eq!(seen["disabledAt"].as_str().unwrap()[..10], (now() + waited).to_rfc3339()[..10]);
        assert_eq!(seen["deliveries"]["edges"][0]["node"]["state"], "FAILED");
        for (manager, subject) in
            [(OWNER_OF_ACME, "The webhook Hook is disabled"), (ADMIN_OF_ACME, "Der Webhook Hook ist abgeschaltet")]
        {
            let mails = world.mails(manager.person().email).await;
            assert_eq!(mails.iter().filter(|mail| mail.starts_with(subject)).count(), 1, "{mails:?}");
        }
        assert!(world.mails(MEMBER_OF_ACME.person().email).await.iter().all(|mail| !mail.contains("Hook")));
        let acts = "SELECT actor_kind || ' ' || outcome FROM audit_event WHERE action = 'disableWebhook'";
        assert_eq!(world.texts(acts).await, ["SYSTEM DONE"]);

        // Nothing is sent until it is enabled. Then it gets what happens, and the rest by a replay.
        receiver.answer(|_| Reply::Status(200));
        receiver.forget();
        rename(&world, OWNER_OF_ACME, ACME, "Acme 2").await;
        assert_eq!(deliver(&world).await, Round::default());
        let input = json!({ "webhookId": webhook });
        let error = world.as_(OWNER_OF_ACME).mistake("testWebhook", input.clone()).await;
        assert_eq!(error["code"], "STALE_STATE");
        let enabled =
            world.as_(OWNER_OF_ACME).act("enableWebhook", input.clone(), FIELDS.trim_end_matches("secret")).await;
        assert_eq!(
            (&enabled["webhook"]["state"], &enabled["webhook"]["disabledAt"]),
            (&json!("ENABLED"), &json!(null))
        );
        assert_eq!(world.as_(OWNER_OF_ACME).mistake("enableWebhook", input).await["code"], "STALE_STATE");
        assert_eq!(deliver(&world).await, Round::default());
        rename(&world, OWNER_OF_ACME, ACME, "Acme 3").await;
        assert_eq!(deliver(&world).await.delivered, 1);
    });
}

#[test]
fn a_receiver_that_is_gone_gets_nothing_more() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, round) = failing(&world, &receiver, Reply::Status(410)).await;
        assert_eq!(round.given_up, 1);
        let seen = shown(&world, OWNER_OF_ACME, &webhook).await;
        assert_eq!((&seen["state"], &seen["disabledReason"]), (&json!("DISABLED"), &json!("GONE")));
        rename(&world, OWNER_OF_ACME, ACME, "Acme 2").await;
        assert_eq!(deliver(&world).await, Round::default());
        assert!(world.mails(OWNER_OF_ACME.person().email).await.iter().any(|mail| mail.contains("(410)")));
    });
}

/// A worker whose names have these addresses, one list for each look-up.
fn looking_up(world: &World, lists: &'static [&'static [&'static str]]) -> (Worker, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let look_up: LookUp = Arc::new(move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        let list = lists[number.min(lists.len() - 1)];
        let found: Vec<IpAddr> = list.iter().map(|text| text.parse().unwrap()).collect();
        async move { Ok(found) }.boxed()
    });
    let app = &world.app;
    let (clock, random, keys) = (app.clock.clone(), app.random.clone(), app.secret_keys.clone());
    (Worker::looking_up(&app.config, app.db.clone(), clock, random, keys, look_up).unwrap(), asked)
}

/// Look-ups that lead to no public address.
const INSIDE: [&[&[&str]]; 5] = [
    &[&["127.0.0.1"]],
    &[&["169.254.169.254"]],
    &[&["::ffff:127.0.0.1", "::1"]],
    &[&["64:ff9b::7f00:1", "10.0.0.1", "fd00::1", "100.64.0.1"]],
    &[&[]],
];

#[test]
fn a_name_that_leads_inside_is_not_connected_to() {
    with_database(async |world| {
        // These settings allow no network.
        let receiver = Receiver::start().await;
        let mut input = hook(ACME, &receiver);
        input["url"] = json!(format!("https://receiver.example:{}/", receiver.port));
        let (webhook, _) = create(&world, OWNER_OF_ACME, input).await;
        let test = json!({ "webhookId": webhook });
        for lists in INSIDE {
            world.as_(OWNER_OF_ACME).act("testWebhook", test.clone(), "delivery { id }").await;
            let (worker, asked) = looking_up(&world, lists);
            assert_eq!(worker.deliver_due().await.unwrap().delayed, 1, "{lists:?}");
            let error = last_attempt(&world, &webhook).await["error"].as_str().unwrap().to_owned();
            assert!(error.contains("the name has no public address"), "{error}");
            assert_eq!(asked.load(Ordering::SeqCst), 1);
        }
        assert_eq!(receiver.count(), 0);
    });
}

#[test]
fn the_address_that_was_checked_is_the_one_that_is_connected_to() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let mut input = hook(ACME, &receiver);
        input["url"] = json!(format!("http://receiver.example:{}/", receiver.port));
        let (webhook, _) = create(&world, OWNER_OF_ACME, input).await;
        let test = json!({ "webhookId": webhook });
        world.as_(OWNER_OF_ACME).act("testWebhook", test.clone(), "delivery { id }").await;
        // The name leads to an allowed address once, and elsewhere ever after. There is no second look-up.
        let (worker, asked) = looking_up(&world, &[&["10.9.9.9", "127.0.0.1"], &["10.9.9.9"]]);
        assert_eq!(worker.deliver_due().await.unwrap().delivered, 1);
        assert_eq!((asked.load(Ordering::SeqCst), receiver.count()), (1, 1));
        // A new connection is checked anew.
        let (worker, _) = looking_up(&world, &[&["10.9.9.9"]]);
        world.as_(OWNER_OF_ACME).act("testWebhook", test, "delivery { id }").await;
        assert_eq!(worker.deliver_due().await.unwrap().delayed, 1);
        assert_eq!(receiver.count(), 1);
    });
}

#[test]
fn an_address_that_is_no_longer_allowed_is_not_connected_to() {
    with_database(async |world| {
        let opened = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = create(&opened, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        opened.as_(OWNER_OF_ACME).act("testWebhook", json!({ "webhookId": webhook }), "delivery { id }").await;
        let app = &opened.app;
        let mut config = tenantry::base::config::Config::clone(&app.config);
        config.live.webhook_networks.clear();
        let (clock, random, keys) = (app.clock.clone(), app.random.clone(), app.secret_keys.clone());
        let worker = Worker::new(&config, app.db.clone(), clock, random, keys).unwrap();
        assert_eq!(worker.deliver_due().await.unwrap().delayed, 1);
        assert_eq!(last_attempt(&opened, &webhook).await["error"], "the address is not public");
        assert_eq!(receiver.count(), 0);
    });
}
