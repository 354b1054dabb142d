//! What a receiver gets, and how it knows from whom.

use axum::http::HeaderMap;
use chrono::TimeDelta;
use serde_json::json;

use super::receiver::Received;
use super::*;

/// Whether the library of Standard Webhooks makes the same signature.
fn is_signed_by(received: &Received, secret: &str) -> bool {
    let verifier = standardwebhooks::Webhook::new(secret).unwrap();
    let timestamp = received.header("webhook-timestamp").parse().unwrap();
    let expected = verifier.sign(received.id(), timestamp, received.text.as_bytes()).unwrap();
    received.header("webhook-signature").split(' ').any(|one| one == expected)
}

#[test]
fn an_event_comes_signed_with_ids_and_nothing_else() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, secret) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme and sons").await;
        assert_eq!(deliver(&world).await, Round { delivered: 1, ..Round::default() });
        assert_eq!(deliver(&world).await, Round::default(), "it is sent once");
        let got = receiver.received();
        let [one] = &got[..] else { panic!("{got:?}") };
        assert_eq!(one.header(""), "POST /hook HTTP/1.1");
        assert_eq!(one.header("content-type"), "application/json");
        assert_eq!(one.header("webhook-timestamp"), world.app.clock.now().timestamp().to_string());
        assert!(is_signed_by(one, &secret), "{one:?}");
        let other = secret.replace(&secret[10..14], "AAAA");
        assert!(!is_signed_by(one, &other) && one.header("webhook-signature").len() == 47);
        let body = one.body();
        assert_eq!(body["type"], "organisation.changed");
        assert_eq!(body["timestamp"], "2026-03-15T12:00:00.000000Z");
        let data = json!({ "eventId": one.id(), "organisationId": id_of(ACME), "objectId": id_of(ACME) });
        assert_eq!(body["data"], data);
        assert!(one.id().starts_with("event_") && !one.text.contains("sons"), "{}", one.text);

        let seen = deliveries(&world, OWNER_OF_ACME, &webhook).await;
        let [delivery] = &seen[..] else { panic!("{seen:?}") };
        assert_eq!((&delivery["state"], &delivery["messageId"]), (&json!("DELIVERED"), &json!(one.id())));
        assert_eq!(delivery["event"]["type"], "ORGANISATION_CHANGED");
        assert_eq!(delivery["event"]["organisation"]["name"], "Acme and sons");
        assert_eq!((&delivery["attempts"][0]["status"], &delivery["nextAttemptAt"]), (&json!(204), &json!(null)));
    });
}

#[test]
fn only_the_types_that_were_chosen_are_sent() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let mut input = hook(ACME, &receiver);
        input["permissions"] = json!(["MEMBER_READ"]);
        input["types"] = json!(["INVITATION_SENT"]);
        create(&world, OWNER_OF_ACME, input).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme").await;
        let invited =
            json!({ "organisationId": id_of(ACME), "email": "a@example.org", "roles": [{ "builtIn": "VIEWER" }] });
        world.as_(OWNER_OF_ACME).act("inviteMember", invited, "invitation { id }").await;
        deliver(&world).await;
        assert_eq!(receiver.kinds(), ["invitation.sent"]);
    });
}

#[test]
fn after_a_rotation_both_secrets_sign_until_the_chosen_hour() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, old) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        let rotated = json!({ "webhookId": webhook, "keepOldForHours": 2 });
        let made = world.as_(OWNER_OF_ACME).act("rotateWebhookSecret", rotated, FIELDS).await;
        let new = made["secret"].as_str().unwrap().to_owned();
        assert_eq!(made["webhook"]["previousSecretUntil"], "2026-03-15T14:00:00+00:00");
        let test = async |world: &World| {
            receiver.forget();
            world.as_(OWNER_OF_ACME).act("testWebhook", json!({ "webhookId": webhook }), "delivery { isTest }").await;
            assert_eq!(deliver(world).await.delivered, 1);
            receiver.received().pop().unwrap()
        };
        let both = test(&world).await;
        assert!(is_signed_by(&both, &new) && is_signed_by(&both, &old), "{both:?}");
        assert_eq!(both.kind(), "webhook.test");
        world.wait(TimeDelta::hours(2));
        let one = test(&world).await;
        assert!(is_signed_by(&one, &new) && !is_signed_by(&one, &old), "{one:?}");
        // Without an overlap, the old secret ends at once.
        let rotated = json!({ "webhookId": webhook, "keepOldForHours": 0 });
        let made = world.as_(OWNER_OF_ACME).act("rotateWebhookSecret", rotated, FIELDS).await;
        let newest = test(&world).await;
        assert!(is_signed_by(&newest, made["secret"].as_str().unwrap()) && !is_signed_by(&newest, &new));
        // The database and the logs have none of them.
        let dump = world.db_dump().await;
        for secret in [&old, &new] {
            let bytes = &secret["whsec_".len()..];
            assert!(dump.values().flatten().all(|row| !row.contains(bytes)), "the database contains a secret");
        }
    });
}

#[test]
fn the_library_of_standard_webhooks_verifies_with_the_clock_of_the_system() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, secret) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        world.as_(OWNER_OF_ACME).act("testWebhook", json!({ "webhookId": webhook }), "delivery { id }").await;
        let app = &world.app;
        let clock = tenantry::base::clock::Clock::System;
        let worker =
            Worker::new(&app.config, app.db.clone(), clock, app.random.clone(), app.secret_keys.clone()).unwrap();
        assert_eq!(worker.deliver_due().await.unwrap().delivered, 1);
        let got = receiver.received().pop().unwrap();
        let mut headers = HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            headers.insert(name, got.header(name).parse().unwrap());
        }
        let verifier = standardwebhooks::Webhook::new(&secret).unwrap();
        verifier.verify(got.text.as_bytes(), &headers).unwrap();
        assert!(verifier.verify(got.text.replace("test", "text").as_bytes(), &headers).is_err());
    });
}

#[test]
fn what_happened_behind_an_event_is_sent_again_with_the_same_ids() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        for name in ["One", "Two", "Three"] {
            rename(&world, OWNER_OF_ACME, ACME, name).await;
        }
        assert_eq!(deliver(&world).await.delivered, 3);
        let mut before: Vec<(String, String)> =
            receiver.received().iter().map(|one| (one.id().to_owned(), one.text.clone())).collect();
        before.sort();
        receiver.forget();
        let input = json!({ "webhookId": webhook, "afterEventId": before[0].0 });
        world.as_(OWNER_OF_ACME).act("replayWebhook", input, "webhook { id }").await;
        assert_eq!(deliver(&world).await.delivered, 2);
        let mut after: Vec<(String, String)> =
            receiver.received().iter().map(|one| (one.id().to_owned(), one.text.clone())).collect();
        after.sort();
        assert_eq!(after, before[1..]);
        assert_eq!(deliver(&world).await, Round::default());
        assert_eq!(deliveries(&world, OWNER_OF_ACME, &webhook).await.len(), 3);
        // What happened while there was no webhook is sent as well.
        let (other, _) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        receiver.forget();
        let input = json!({ "webhookId": other, "afterEventId": before[0].0 });
        world.as_(OWNER_OF_ACME).act("replayWebhook", input, "webhook { id }").await;
        assert_eq!(deliver(&world).await.delivered, 2);
    });
}

#[test]
fn deliveries_go_with_their_events() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme").await;
        deliver(&world).await;
        let now = world.app.clock.now();
        let remove = async |later: TimeDelta| {
            tenantry::live::event::remove_old(world.db(), now + later, 30).await.unwrap();
            deliveries(&world, OWNER_OF_ACME, &webhook).await.len()
        };
        assert_eq!(remove(TimeDelta::days(30)).await, 1);
        assert_eq!(remove(TimeDelta::days(31)).await, 0);
    });
}

#[test]
fn a_disabled_webhook_gets_nothing_until_it_is_enabled() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        receiver.answer(|_| super::receiver::Reply::Status(500));
        rename(&world, OWNER_OF_ACME, ACME, "Acme 1").await;
        assert_eq!(deliver(&world).await.delayed, 1);
        receiver.answer(|_| super::receiver::Reply::Status(204));
        receiver.forget();
        let input = json!({ "webhookId": webhook });
        let fields = FIELDS.trim_end_matches("secret");
        let disabled = world.as_(OWNER_OF_ACME).act("disableWebhook", input.clone(), fields).await["webhook"].clone();
        assert_eq!((&disabled["state"], &disabled["disabledReason"]), (&json!("DISABLED"), &json!(null)));
        assert_eq!(disabled["disabledAt"], "2026-03-15T12:00:00+00:00");
        assert_eq!(world.as_(OWNER_OF_ACME).mistake("disableWebhook", input.clone()).await["code"], "STALE_STATE");
        let who = "SELECT actor_kind || ' ' || outcome FROM audit_event WHERE action = 'disableWebhook'";
        assert_eq!(world.texts(who).await, ["USER DONE"]);
        // Neither what waits nor what happens now.
        rename(&world, OWNER_OF_ACME, ACME, "Acme 2").await;
        world.wait(TimeDelta::hours(1));
        assert_eq!((deliver(&world).await, receiver.count()), (Round::default(), 0));
        // What has waited is sent, what happened meanwhile is not.
        world.as_(OWNER_OF_ACME).act("enableWebhook", input, fields).await;
        assert_eq!(deliver(&world).await.delivered, 1);
        rename(&world, OWNER_OF_ACME, ACME, "Acme 3").await;
        assert_eq!(deliver(&world).await.delivered, 1);
        assert_eq!(receiver.kinds(), ["organisation.changed", "organisation.changed"]);
    });
}
