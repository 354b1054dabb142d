//! What begins when services have been set up: subscriptions, and the completion of orders.

use entity::{order_line, product, sales_order, subscription, subscription_change};
use sea_orm::prelude::Date;
use tenantry::seed::rows as seed;

use super::*;

/// An order of Acme with a subscription for each of two products, the second of which is charged from its activation on.
async fn db_order(world: &World) -> [Uuid; 2] {
    let (order, start) = (key(NORDIC, 970_000), now().date_naive() - chrono::TimeDelta::days(3));
    let order_row = sales_order::Model {
        id: order,
        organisation_id: ACME.id,
        number: "O-1".to_owned(),
        search_text: "o-1".to_owned(),
        state: sales_order::State::Placed,
        currency: "SEK".to_owned(),
        total_minor: 0,
        purchase_order: None,
        placed_by_id: None,
        placed_by_key_id: None,
        partnership_id: None,
        created_at: now(),
    };
    db_insert(world.db().writer(), vec![order_row]).await;
    let mut ids = [Uuid::nil(); 2];
    for (number, bills_from) in [(1, product::BillsFrom::Order), (2, product::BillsFrom::Activation)] {
        let id = |kind: u32| key(NORDIC, 970_000 + 10 * number + kind);
        let product =
            product::Model { bills_from, ..seed::product(id(1), OPERATOR.id, &format!("P-{number}"), "Server", now()) };
        let row = subscription::Model {
            state: subscription::State::Pending,
            term: subscription::Term::Annual,
            quantity: 5,
            ..seed::subscription(id(2), ACME.id, &product, (10_000, "SEK"), start)
        };
        let change =
            subscription_change::Model { state: subscription_change::State::Scheduled, ..seed::start(&row, now()) };
        let line = order_line::Model {
            id: id(3),
            organisation_id: ACME.id,
            order_id: order,
            subscription_id: row.id,
            product_id: product.id,
            position: i32::try_from(number).unwrap(),
            quantity: 5,
            term: row.term,
            interval: row.interval,
            unit_minor: 10_000,
            setup_minor: 0,
            attributes: "{}".to_owned(),
        };
        ids[usize::try_from(number).unwrap() - 1] = row.id;
        let db = world.db().writer();
        db_insert(db, vec![product]).await;
        db_insert(db, vec![row]).await;
        db_insert(db, vec![change]).await;
        db_insert(db, vec![line]).await;
    }
    ids
}

/// State, first day, anchor and end of the commitment of a subscription, and day and state of its first change.
async fn begun(world: &World, id: Uuid) -> (String, [Date; 4], String) {
    let sql = "SELECT s.state, s.starts_on, s.anchor_on, s.committed_until, c.effective_on, c.state FROM subscription s \
               JOIN subscription_change c ON c.subscription_id = s.id WHERE s.id = $1";
    let row = &world.db().rows(sql, vec![id.into()]).await.unwrap()[0];
    let day = |index| row.try_get_by_index::<Date>(index).unwrap();
    (row.try_get_by_index(0).unwrap(), [day(1), day(2), day(3), day(4)], row.try_get_by_index(5).unwrap())
}

async fn order_state(world: &World) -> Vec<String> {
    world.texts("SELECT state FROM sales_order WHERE number = 'O-1'").await
}

#[test]
fn subscriptions_begin_with_their_service_and_the_last_one_completes_the_order() {
    with_programs(async |world| {
        let [from_order, from_activation] = db_order(&world).await;
        let (today, ordered_on) = (now().date_naive(), now().date_naive() - chrono::TimeDelta::days(3));
        for (id, name) in [(from_order, "web-1"), (from_activation, "web-2")] {
            ordered(&world, service::Kind::VirtualServer, &[("hostname", name)], Some(id)).await;
        }
        let tasks = claim(&world, FIRST).await;
        complete(&world, FIRST, &tasks[0], json!({})).await;
        let month = chrono::Months::new(1);
        let (state, days, change) = begun(&world, from_order).await;
        assert_eq!((state.as_str(), change.as_str()), ("ACTIVE", "DONE"));
        assert_eq!(days, [ordered_on, ordered_on, ordered_on + month, ordered_on]);
        assert_eq!(begun(&world, from_activation).await.0, "PENDING");
        assert_eq!(order_state(&world).await, ["PLACED"]);

        complete(&world, FIRST, &tasks[1], json!({})).await;
        let (state, days, change) = begun(&world, from_activation).await;
        assert_eq!((state.as_str(), change.as_str()), ("ACTIVE", "DONE"));
        assert_eq!(days, [today, today, today + chrono::Months::new(12), today]);
        assert_eq!(order_state(&world).await, ["COMPLETED"]);
        let details = "SELECT details FROM audit_event WHERE action = 'completeServiceTask' ORDER BY sequence";
        let details = world.texts(details).await;
        assert!(details[0].contains("\"begins\"") && !details[0].contains("\"completesOrders\""), "{details:?}");
        assert!(details[1].contains("\"begins\"") && details[1].contains("\"completesOrders\""), "{details:?}");
    });
}

#[test]
fn a_service_that_ends_before_it_was_set_up_begins_nothing_and_holds_up_no_order() {
    with_programs(async |world| {
        let [first, second] = db_order(&world).await;
        let service = ordered(&world, service::Kind::VirtualServer, &[("hostname", "web-1")], Some(first)).await;
        ordered(&world, service::Kind::VirtualServer, &[("hostname", "web-2")], Some(second)).await;
        let (request, id) = (world.request(OWNER_OF_ACME), key_of(&service));
        let ended = request.transaction(async |work| {
            let rows = tenantry::catalogue::service::store::of_subscriptions(work.tx, &[first]).await?;
            assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
            provisioning::end(work, rows).await
        });
        assert_eq!(ended.await.unwrap().len(), 1);
        for task in claim(&world, FIRST).await {
            complete(&world, FIRST, &task, json!({})).await;
        }
        assert_eq!(begun(&world, first).await.0, "PENDING");
        assert_eq!(begun(&world, second).await.0, "ACTIVE");
        assert_eq!(order_state(&world).await, ["COMPLETED"]);
    });
}

#[test]
fn a_change_of_size_reaches_the_program() {
    with_programs(async |world| {
        let [first, _] = db_order(&world).await;
        let service = ordered(&world, service::Kind::VirtualServer, &[("hostname", "web-1")], Some(first)).await;
        let task = claim_one(&world, FIRST).await;
        complete(&world, FIRST, &task, json!({})).await;
        world.db_execute("UPDATE subscription SET quantity = 8 WHERE id = $1", [first.into()]).await;
        let request = world.request(OWNER_OF_ACME);
        let changed = request.transaction(async |work| {
            let rows = tenantry::catalogue::service::store::of_subscriptions(work.tx, &[first]).await?;
            provisioning::resize(work, rows).await
        });
        assert_eq!(changed.await.unwrap()[0].generation, 2);
        let task = claim_one(&world, FIRST).await;
        assert_eq!((&task["kind"], &task["wanted"]["quantity"]), (&json!("CHANGE"), &json!(8)));
        // A change of attributes keeps the size that the subscription has.
        let input = json!({ "serviceId": service, "attributes": [{ "name": "hostname", "value": "web-3" }] });
        world.as_(OWNER_OF_ACME).act("updateService", input, "").await;
        assert_eq!(claim_one(&world, FIRST).await["wanted"]["quantity"], 8);
    });
}
