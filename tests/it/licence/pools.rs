//! What is granted follows the subscriptions from day to day.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::access::Actor;
use tenantry::base::error::Result;
use tenantry::catalogue::feature::store::find_in;
use tenantry::catalogue::subscription::renew;
use tenantry::graphql::request::Work;
use tenantry::licence::pool::{self, Pools};

use super::*;

#[test]
fn a_pool_follows_a_raise_at_once_and_a_lowering_on_its_day() {
    with_database(async |world| {
        db_licences(&world).await;
        assert_eq!(pools(&world).await, Vec::<String>::new());
        let id = buy_seats(&world, 2).await;
        assert_eq!(
            pools(&world).await,
            [
                "Data loggers: 0 of 20, 20 free, 0 over",
                "Mailboxes: 0 of 2, 2 free, 0 over",
                "Vaults: 0 of 2, 2 free, 0 over"
            ]
        );
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 5 }), "").await;
        assert_eq!(loggers(&world).await, "Data loggers: 0 of 50, 50 free, 0 over");
        world.wait(TimeDelta::days(30));
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 1 }), "").await;
        assert_eq!(loggers(&world).await, "Data loggers: 0 of 50, 50 free, 0 over");
        // Nobody has renewed the subscription: its day alone counts.
        world.wait(TimeDelta::days(335));
        assert_eq!(loggers(&world).await, "Data loggers: 0 of 10, 10 free, 0 over");
        renew(&world.app.request(Actor::Anonymous)).await.unwrap();
        assert_eq!(loggers(&world).await, "Data loggers: 0 of 10, 10 free, 0 over");
    });
}

#[test]
fn a_cancelled_subscription_gives_until_its_end_and_another_product_gives_at_once() {
    with_database(async |world| {
        db_licences(&world).await;
        let id = buy_seats(&world, 2).await;
        let olga = world.as_(OWNER_OF_ACME);
        let input = json!({ "subscriptionId": id, "productId": id_of_product(SEAT_PLUS),
            "expectedUnitPrice": { "amountMinor": "15000", "currency": "SEK" } });
        olga.act("changeProduct", input, "").await;
        assert_eq!(pools(&world).await, ["Data loggers: 0 of 40, 40 free, 0 over"]);
        olga.act("cancelSubscription", json!({ "subscriptionId": id }), "").await;
        create_loggers(&world, 2).await;
        assert_eq!(loggers(&world).await, "Data loggers: 2 of 40, 38 free, 0 over");
        world.wait(TimeDelta::days(364));
        assert_eq!(loggers(&world).await, "Data loggers: 2 of 40, 38 free, 0 over");
        world.wait(TimeDelta::days(1));
        assert_eq!(loggers(&world).await, "Data loggers: 2 of 0, 0 free, 2 over");
        renew(&world.app.request(Actor::Anonymous)).await.unwrap();
        assert_eq!(loggers(&world).await, "Data loggers: 2 of 0, 0 free, 2 over");
        let error = world.as_(OWNER_OF_ACME).mistake("createAsset", one(logger("Late"))).await;
        assert_eq!(error["code"], "LICENCE_EXHAUSTED");
    });
}

#[test]
fn a_subscription_that_waits_for_its_service_gives_nothing_yet() {
    with_database(async |world| {
        db_licences(&world).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(METAL, 1)], 90_000).await;
        assert_eq!(pools(&world).await, Vec::<String>::new());
        world.db_execute("UPDATE subscription SET state = 'ACTIVE' WHERE product_id = $1", [METAL.into()]).await;
        assert_eq!(loggers(&world).await, "Data loggers: 0 of 5, 5 free, 0 over");
    });
}

#[test]
fn fewer_than_are_used_is_allowed_and_shown_before_and_after() {
    with_database(async |world| {
        db_licences(&world).await;
        let id = buy_seats(&world, 3).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SERVER, 1)], 29_000).await;
        world.db_execute("UPDATE subscription SET state = 'ACTIVE' WHERE product_id = $1", [SERVER.into()]).await;
        create_loggers(&world, 22).await;
        let preview = "query($id: ID!, $change: PreviewedChange!) { node(id: $id) { ... on Subscription {
          previewChange(change: $change) { effectiveOn shortPools { feature { name } granted used over } } } } }";
        let olga = world.as_(OWNER_OF_ACME);
        let short = async |change: Value| {
            let answer = olga.run(preview, json!({ "id": id, "change": change })).await;
            answer.ok()["node"]["previewChange"]["shortPools"].clone()
        };
        // Two seats and the server give 25, which is enough.
        assert_eq!(short(json!({ "quantity": 2 })).await, json!([]));
        let of = |granted: &str, over: &str| json!([{ "feature": { "name": "Data loggers" }, "granted": granted, "used": "22", "over": over }]);
        assert_eq!(short(json!({ "quantity": 1 })).await, of("15", "7"));
        assert_eq!(short(json!({ "cancel": true })).await, of("5", "17"));
        assert_eq!(short(json!({ "return": true })).await, of("5", "17"));
        assert_eq!(short(json!({ "quantity": 4 })).await, json!([]));
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 1 }), "").await;
        // They were bought today, so they go from tomorrow on.
        assert_eq!(loggers(&world).await, "Data loggers: 22 of 35, 13 free, 0 over");
        world.wait(TimeDelta::days(1));
        assert_eq!(loggers(&world).await, "Data loggers: 22 of 15, 0 free, 7 over");
        let error = world.as_(OWNER_OF_ACME).mistake("createAsset", one(logger("More"))).await;
        assert_eq!(error["code"], "LICENCE_EXHAUSTED");
        let message = "Data loggers: 15 are granted and 22 are used, so 1 more cannot be taken. Give some back, or order more: \
                       people with `SUBSCRIPTION_ORDER` at the organisation can order more.";
        assert_eq!(error["message"], message);
    });
}

#[test]
fn short_pools_need_the_permission_to_read_licences() {
    with_database(async |world| {
        db_licences(&world).await;
        let id = buy_seats(&world, 3).await;
        let preview = "query($id: ID!) { node(id: $id) { ... on Subscription {
          previewChange(change: { quantity: 1 }) { effectiveOn shortPools { granted } } } } }";
        let answer = world.as_(BILLING_OF_ACME).run(preview, json!({ "id": id })).await;
        let sees = world.as_(BILLING_OF_ACME).may_at(ACME).await.contains(&"LICENCE_READ".to_owned());
        assert_eq!(answer.at("node/previewChange/shortPools").is_array(), sees, "{}", answer.text);
        assert!(answer.at("node/previewChange/effectiveOn").is_string());
    });
}

#[test]
fn a_pool_says_which_subscriptions_fill_it() {
    with_database(async |world| {
        db_licences(&world).await;
        let seats = buy_seats(&world, 2).await;
        let more = buy_seats(&world, 1).await;
        create_loggers(&world, 2).await;
        let query = "query($id: ID!, $seats: ID!) {
          organisation(id: $id) { licencePools(first: 10, kind: QUOTA) { totalCount edges { node { feature { name }
            assets(first: 5) { totalCount edges { node { name } } }
            licences(first: 5) { totalCount edges { node { quantity subscription { id } } } } } } } }
          node(id: $seats) { ... on Subscription { licences(first: 5) { edges { node { feature { name } quantity } } } } }
        }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME), "seats": seats })).await;
        let pools = &answer.ok()["organisation"]["licencePools"];
        assert_eq!(pools["totalCount"], 2);
        let loggers = &pools["edges"][0]["node"];
        let names = |list: &Value| list["edges"].as_array().unwrap().clone();
        assert_eq!(
            names(&loggers["assets"]),
            [json!({ "node": { "name": "Logger 0" } }), json!({ "node": { "name": "Logger 1" } })]
        );
        assert_eq!(
            names(&loggers["licences"]),
            [
                json!({ "node": { "quantity": "20", "subscription": { "id": seats } } }),
                json!({ "node": { "quantity": "10", "subscription": { "id": more } } })
            ]
        );
        let given = names(&answer.ok()["node"]["licences"]);
        let given: Vec<String> = given
            .iter()
            .map(|edge| format!("{} {}", edge["node"]["feature"]["name"], edge["node"]["quantity"]))
            .collect();
        assert_eq!(given, ["\"Data loggers\" \"20\"", "\"Mailboxes\" \"2\"", "\"Vaults\" \"2\""]);
    });
}

/// Takes so many mailboxes for Acme.
async fn take(work: &Work<'_>, mailbox: &feature::Model, quantity: i64) -> Result<()> {
    let mut pools = Pools::load(work, ACME.id).await?;
    pools.plan_named(mailbox, quantity)?;
    pools.write(work).await.map(drop)
}

/// Takes as many mailboxes as are left for Acme, at most so many.
async fn take_up_to(work: &Work<'_>, mailbox: &feature::Model, most: i64) -> Result<i64> {
    let left = Pools::load(work, ACME.id).await?.level(MAILBOX).free().min(most);
    take(work, mailbox, left).await?;
    Ok(left)
}

#[test]
fn licences_are_taken_up_to_what_is_left_and_given_back() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 3).await;
        let request = world.request(OWNER_OF_ACME);
        let two = BTreeMap::from([(MAILBOX, 2)]);
        let taken = request
            .transaction(async |work| {
                tenantry::access::lock(work.tx, ACME.id).await?;
                let mailbox = find_in(work.tx, &[MAILBOX]).await?.remove(0);
                take(work, &mailbox, 2).await?;
                let rest = take_up_to(work, &mailbox, 5).await?;
                let nothing = take_up_to(work, &mailbox, 5).await?;
                let code = take(work, &mailbox, 1).await.unwrap_err().into_user_error()?.code;
                assert_eq!(format!("{code:?}"), "LicenceExhausted");
                pool::give_back(work, ACME.id, &two).await?;
                let used = pool::used_in(work, ACME.id).await?;
                assert_eq!(pool::granted_in(work, ACME.id).await?[&MAILBOX], 3);
                Ok((rest, nothing, used[&MAILBOX]))
            })
            .await
            .unwrap();
        assert_eq!(taken, (1, 0, 1));
        // More was never taken, so the transaction fails as a whole.
        let back = request.transaction(async |work| pool::give_back(work, ACME.id, &two).await).await;
        assert!(back.is_err());
        assert!(pools(&world).await.contains(&"Mailboxes: 1 of 3, 2 free, 0 over".to_owned()));
    });
}
