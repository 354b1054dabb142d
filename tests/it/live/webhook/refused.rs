//! Inputs that are refused, each with the field and what to do.

use super::*;

#[test]
fn what_a_webhook_cannot_be_is_refused_with_its_field() {
    with_database(async |world| {
        let receiver = Receiver::start().await;
        world.db_verify(OWNER_OF_FJORD).await;
        let long = "x".repeat(300);
        let long_url = format!("https://example.com/{}", "x".repeat(2_100));
        let public = "https://receiver.example/";
        let cases = [
            ("name", json!({ "name": long })),
            ("name", json!({ "name": "  " })),
            ("url", json!({ "url": receiver.url() })),
            ("url", json!({ "url": "nothing" })),
            ("url", json!({ "url": "https://user:password@receiver.example/" })),
            ("url", json!({ "url": "https://169.254.169.254/latest" })),
            ("url", json!({ "url": "https://[::ffff:10.0.0.1]/" })),
            ("url", json!({ "url": "https://localhost/" })),
            ("url", json!({ "url": long_url })),
            ("permissions", json!({ "permissions": [] })),
            ("permissions", json!({ "permissions": ["INVOICE_PAY"] })),
            ("permissions", json!({ "permissions": ["PAYMENT_RECORD"] })),
            ("clientPermissions", json!({ "clientPermissions": ["INVOICE_READ"] })),
            ("clientPermissions", json!({ "includesClients": true })),
            ("clientPermissions", json!({ "includesClients": true, "clientPermissions": ["SERVICE_MANAGE"] })),
            ("types", json!({ "types": [] })),
            ("types", json!({ "types": ["INVOICE_PAID"] })),
            ("types", json!({ "types": ["SESSION_ENDED"] })),
        ];
        for (field, changed) in cases {
            let mut input = hook(FJORD, &receiver);
            input["url"] = json!(public);
            input.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
            let error = world.as_(OWNER_OF_FJORD).mistake("createWebhook", input).await;
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!("INVALID_INPUT"), &json!(["input", field])),
                "{changed}"
            );
        }
        // Acme has no clients.
        let mut input = hook(ACME, &receiver);
        input["url"] = json!(public);
        input["clientPermissions"] = json!(["ORGANISATION_READ"]);
        input["includesClients"] = json!(true);
        let error = world.as_(OWNER_OF_ACME).mistake("createWebhook", input.clone()).await;
        assert_eq!(error["field"], json!(["input", "includesClients"]));
        // A type that there is not is no document that runs.
        input["types"] = json!(["INVOICE_EATEN"]);
        world.as_(OWNER_OF_ACME).attempt("createWebhook", input, "").await.refused("INVALID_INPUT");
        assert_eq!(world.db_count("webhook WHERE name = 'Hook'").await, 0);
    });
}

#[test]
fn an_organisation_has_twenty_webhooks_at_most() {
    with_database(async |world| {
        let receiver = Receiver::start().await;
        let mut input = hook(ACME, &receiver);
        input["url"] = json!("https://receiver.example/");
        for _ in 0..20 {
            create(&world, OWNER_OF_ACME, input.clone()).await;
        }
        let error = world.as_(OWNER_OF_ACME).mistake("createWebhook", input).await;
        assert_eq!(error["code"], "TOO_MANY");
    });
}

#[test]
fn nobody_replays_from_an_event_of_others() {
    with_database(async |world| {
        let world = opened(world).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = create(&world, OWNER_OF_ACME, hook(ACME, &receiver)).await;
        let (_, _) = create(&world, SOLE_PERSON, hook(SOLO, &receiver)).await;
        rename(&world, SOLE_PERSON, SOLO, "Solo").await;
        deliver(&world).await;
        let foreign = receiver.received()[0].id().to_owned();
        let invented = tenantry::base::id::Type::Event.id(key(NORDIC, 999_999)).0;
        let mut errors = Vec::new();
        for event in [foreign, invented] {
            let input = json!({ "webhookId": webhook, "afterEventId": event });
            errors.push(world.as_(OWNER_OF_ACME).mistake("replayWebhook", input).await);
        }
        assert_eq!(errors[0], errors[1]);
        assert_eq!((&errors[0]["code"], &errors[0]["field"]), (&json!("UNKNOWN"), &json!(["input", "afterEventId"])));
        let input = json!({ "webhookId": webhook, "afterEventId": "organisation_01h455vb4pex5vsknk084sn02q" });
        world.as_(OWNER_OF_ACME).attempt("replayWebhook", input, "").await.refused("INVALID_INPUT");
    });
}

#[test]
fn members_without_the_permissions_neither_see_nor_change_webhooks() {
    with_database(async |world| {
        let receiver = Receiver::start().await;
        let mut input = hook(ACME, &receiver);
        input["url"] = json!("https://receiver.example/");
        let (webhook, _) = create(&world, OWNER_OF_ACME, input.clone()).await;
        let query = "query($id: ID!) { organisation(id: $id) { webhooks(first: 5, state: ENABLED, search: \"RECEIVER\") { \
             totalCount edges { node { name } } } } }";
        let seen = world.as_(VIEWER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(seen.ok()["organisation"]["webhooks"]["totalCount"], 1);
        world.as_(BILLING_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await.refused("FORBIDDEN");
        world.as_(VIEWER_OF_ACME).attempt("createWebhook", input.clone(), "").await.refused("FORBIDDEN");
        world
            .as_(VIEWER_OF_ACME)
            .attempt("deleteWebhook", json!({ "webhookId": webhook }), "")
            .await
            .refused("FORBIDDEN");
        // A partner that is let see it cannot delete it, and a stranger does not find it.
        for (caller, code) in [(OWNER_OF_FJORD, "FORBIDDEN"), (SOLE_PERSON, "NOT_FOUND")] {
            world.as_(caller).attempt("deleteWebhook", json!({ "webhookId": webhook }), "").await.refused(code);
        }
        // A suspended organisation can only take away.
        world.db_execute("UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1", [ACME.id.into()]).await;
        let owner = world.as_(OWNER_OF_ACME);
        assert_eq!(owner.mistake("createWebhook", input).await["code"], "ORGANISATION_SUSPENDED");
        let test = json!({ "webhookId": webhook });
        assert_eq!(owner.mistake("testWebhook", test.clone()).await["code"], "ORGANISATION_SUSPENDED");
        owner.act("deleteWebhook", test, "deletedId").await;
    });
}
