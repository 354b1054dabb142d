//! What a webhook may have: what an API key with its scopes could read when the event is sent.

use std::time::Duration;

use super::receiver::Received;
use super::*;

/// A webhook of Fjord that gets what its clients let it have.
fn of_clients(receiver: &Receiver) -> Value {
    let mut input = hook(FJORD, receiver);
    input["clientPermissions"] = json!(["ORGANISATION_READ", "INVOICE_READ"]);
    input["includesClients"] = json!(true);
    input
}

/// Lets the partnership of Fjord with Acme delegate only this.
async fn delegate(world: &World, preset: &str) {
    let sql = "SELECT id FROM partnership WHERE reseller_id = $1 AND client_id = $2";
    let rows = world.db().rows(sql, vec![FJORD.id.into(), ACME.id.into()]).await.unwrap();
    let id = tenantry::base::id::Type::Partnership.id(rows[0].try_get_by_index(0).unwrap()).0;
    let input = json!({ "partnershipId": id, "delegation": { "preset": preset } });
    world.as_(OWNER_OF_ACME).act("updatePartnership", input, "partnership { id }").await;
}

#[test]
fn a_reseller_gets_the_events_of_clients_as_far_as_they_delegate() {
    with_database(async |world| {
        let world = opened(world).await;
        let (receiver, of_norden, of_solo) =
            (Receiver::start().await, Receiver::start().await, Receiver::start().await);
        let (webhook, _) = create(&world, OWNER_OF_FJORD, of_clients(&receiver)).await;
        let mut input = of_clients(&of_norden);
        input["organisationId"] = json!(id_of(NORDEN));
        create(&world, OWNER_OF_NORDEN, input).await;
        create(&world, SOLE_PERSON, hook(SOLO, &of_solo)).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme 1").await;
        rename(&world, OWNER_OF_FJORD, FJORD, "Fjord 1").await;
        rename(&world, SOLE_PERSON, SOLO, "Solo 1").await;
        // Myr is a client and delegates nothing.
        let sql = "INSERT INTO waiting_event (id, kind, organisation_id, object_key) VALUES ($1, 'ORGANISATION_CHANGED', $2, $2)";
        world.db_execute(sql, [key(NORDIC, 990).into(), MYR.id.into()]).await;
        let round = deliver(&world).await;
        assert_eq!((round.delivered, round.withheld), (5, 2), "{round:?}");
        let of = |receiver: &Receiver| {
            let mut got: Vec<String> = receiver
                .received()
                .iter()
                .map(|one| one.body()["data"]["organisationId"].as_str().unwrap().to_owned())
                .collect();
            got.sort();
            got
        };
        let mut expected = vec![id_of(ACME), id_of(FJORD)];
        expected.sort();
        assert_eq!(of(&receiver), expected);
        assert_eq!(of(&of_norden), expected, "Acme lets in those above Fjord");
        assert_eq!(of(&of_solo), [id_of(SOLO)]);
        // Nothing tells that something happened at Myr.
        assert_eq!(deliveries(&world, OWNER_OF_FJORD, &webhook).await.len(), 2);
        assert_eq!(
            world.db_count(&format!("webhook_delivery WHERE organisation_id = {}", quoted(&world, MYR.id))).await,
            0
        );
    });
}

/// An id as it stands in a statement.
fn quoted(world: &World, id: uuid::Uuid) -> String {
    if world.db().backend() == sea_orm::DbBackend::Postgres { format!("'{id}'") } else { format!("x'{}'", id.simple()) }
}

#[test]
fn what_waits_is_not_sent_after_the_client_has_narrowed_the_partnership() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = create(&world, OWNER_OF_FJORD, of_clients(&receiver)).await;
        receiver.answer(|_| super::receiver::Reply::Status(500));
        rename(&world, OWNER_OF_ACME, ACME, "Acme 1").await;
        assert_eq!(deliver(&world).await.delayed, 1);
        // One that was tried, and one that never was.
        rename(&world, OWNER_OF_ACME, ACME, "Acme 2").await;
        number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
        receiver.answer(|_| super::receiver::Reply::Status(204));
        receiver.forget();
        delegate(&world, "NONE").await;
        world.wait(chrono::TimeDelta::minutes(1));
        let round = deliver(&world).await;
        assert_eq!((round.delivered, round.withheld), (0, 2), "{round:?}");
        assert_eq!(receiver.count(), 0);
        // Nothing of them is left, also if the client delegates more again.
        delegate(&world, "SUPPORT").await;
        deliver(&world).await;
        assert!(receiver.received().iter().all(|one| one.body()["data"]["organisationId"] != id_of(ACME)));
        assert!(deliveries(&world, OWNER_OF_FJORD, &webhook).await.is_empty());
        rename(&world, OWNER_OF_ACME, ACME, "Acme 3").await;
        assert_eq!(deliver(&world).await.delivered, 1);
        // The event of a client is null where its viewer may not read it any more.
        delegate(&world, "NONE").await;
        let seen = deliveries(&world, OWNER_OF_FJORD, &webhook).await;
        assert_eq!((seen.len(), &seen[0]["event"]), (1, &json!(null)));
    });
}

#[test]
fn the_partner_is_told_that_the_client_delegates_less() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let mut input = hook(FJORD, &receiver);
        input["permissions"] = json!(["PARTNERSHIP_READ"]);
        input["types"] = json!(["PARTNERSHIP_NARROWED", "PARTNERSHIP_CHANGED"]);
        create(&world, OWNER_OF_FJORD, input).await;
        delegate(&world, "NONE").await;
        deliver(&world).await;
        let got = receiver.received();
        let [one] = &got[..] else { panic!("{got:?}") };
        assert_eq!(
            (one.kind().as_str(), &one.body()["data"]["organisationId"]),
            ("partnership.narrowed", &json!(id_of(FJORD)))
        );
        assert!(one.body()["data"]["objectId"].as_str().unwrap().starts_with("partnership_"), "{}", one.text);
        // More than before is another event.
        delegate(&world, "SUPPORT").await;
        deliver(&world).await;
        assert_eq!(receiver.kinds(), ["partnership.narrowed", "partnership.changed"]);
    });
}

#[test]
fn of_events_that_race_with_a_narrowed_partnership_none_is_sent_afterwards() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        create(&world, OWNER_OF_FJORD, of_clients(&receiver)).await;
        for round in 0..5 {
            delegate(&world, "SUPPORT").await;
            deliver(&world).await;
            receiver.forget();
            let running = worker(&world);
            let (end, ended) = tokio::sync::oneshot::channel::<()>();
            let sending = tokio::spawn(running.run(async { drop(ended.await) }));
            for number in 0..20 {
                rename(&world, OWNER_OF_ACME, ACME, &format!("Acme {round} {number}")).await;
                tenantry::live::event::number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
            }
            delegate(&world, "NONE").await;
            // What was decided before the commit may still be on its way for a moment.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let before = receiver.count();
            for number in 20..40 {
                rename(&world, OWNER_OF_ACME, ACME, &format!("Acme {round} {number}")).await;
                tenantry::live::event::number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(600)).await;
            let ids: Vec<Value> = receiver.received()[before..].iter().map(Received::body).collect();
            assert!(ids.iter().all(|one| one["data"]["organisationId"] != id_of(ACME)), "round {round}: {ids:?}");
            drop(end);
            sending.await.unwrap();
            assert_eq!(world.db_count("webhook_delivery WHERE state = 'PENDING'").await, 0, "round {round}");
        }
    });
}

#[test]
fn nobody_gives_a_webhook_what_they_do_not_hold() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let set = tenantry::access::PermissionSet::of(&[
            tenantry::access::Permission::WebhookManage,
            tenantry::access::Permission::MemberRead,
        ]);
        world.db_role(&HUB, set, tenantry::access::PermissionSet::EMPTY).await;
        world.db_verify(HUB.probe).await;
        let hub = Tenant { id: HUB.id(), name: "Navet" };
        let mut input = hook(hub, &receiver);
        input["permissions"] = json!(["MEMBER_READ", "INVOICE_READ"]);
        let error = world.as_(HUB.probe).mistake("createWebhook", input.clone()).await;
        assert_eq!(
            (&error["code"], &error["missingPermissions"]),
            (&json!("PERMISSION_NOT_HELD"), &json!(["INVOICE_READ"]))
        );
        input["permissions"] = json!(["MEMBER_READ"]);
        input["clientPermissions"] = json!(["MEMBER_READ"]);
        input["includesClients"] = json!(true);
        let error = world.as_(HUB.probe).mistake("createWebhook", input.clone()).await;
        assert_eq!(error["field"], json!(["input", "clientPermissions"]));
        // Nobody leads a webhook elsewhere that may read more than they.
        world.db_verify(HUB.owner).await;
        let (webhook, _) = {
            input["permissions"] = json!(["INVOICE_READ"]);
            create(&world, HUB.owner, input).await
        };
        for (mutation, more) in [
            ("updateWebhook", json!({ "url": receiver.url() })),
            ("rotateWebhookSecret", json!({})),
            ("updateWebhook", json!({ "permissions": ["MEMBER_READ"] })),
        ] {
            let mut input = json!({ "webhookId": webhook });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let error = world.as_(HUB.probe).mistake(mutation, input).await;
            assert_eq!(error["code"], "PERMISSION_NOT_HELD", "{mutation}");
        }
    });
}

#[test]
fn a_webhook_that_gets_less_is_sent_nothing_else_of_what_waits() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let mut input = hook(ACME, &receiver);
        input["permissions"] = json!(["MEMBER_READ"]);
        let (webhook, _) = create(&world, OWNER_OF_ACME, input).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme").await;
        number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
        let less = json!({ "webhookId": webhook, "types": ["INVITATION_SENT"] });
        world.as_(OWNER_OF_ACME).act("updateWebhook", less, "webhook { types }").await;
        let round = deliver(&world).await;
        assert_eq!((round.withheld, receiver.count()), (1, 0));
        // Deleting ends it all.
        let all = json!({ "webhookId": webhook, "types": null });
        world.as_(OWNER_OF_ACME).act("updateWebhook", all, "webhook { types }").await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme").await;
        number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
        world.as_(OWNER_OF_ACME).act("deleteWebhook", json!({ "webhookId": webhook }), "deletedId").await;
        assert_eq!(deliver(&world).await, Round::default());
        assert_eq!(receiver.count(), 0);
    });
}
