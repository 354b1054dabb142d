//! Orders that are cancelled before anything of them has come to be.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::base::id::Type;

use super::offers::*;
use crate::world::*;

const ORDER: &str = "order { id number state lines(first: 9) { edges { node { subscription { id state
  services(first: 1) { edges { node { desiredState } } }
  charge(day: \"2026-03-20\") { due { amountMinor } } } } } } } organisation { name }";

/// The id of a new order of Acme.
async fn placed(world: &World, lines: &[Value], total: i64) -> Value {
    let payload = world.as_(OWNER_OF_ACME).act("placeOrder", order(ACME, lines, total), "order { id }").await;
    payload["order"]["id"].clone()
}

fn cancel(order: &Value) -> Value {
    json!({ "orderId": order })
}

#[test]
fn an_order_is_cancelled_while_all_of_it_is_being_set_up_and_nothing_is_charged() {
    with_database(async |world| {
        db_offer(&world).await;
        let id = placed(&world, &[line(SERVER, 1), line(METAL, 2)], 24_000 + 5_000 + 180_000).await;
        world.wait(TimeDelta::days(3));
        let olga = world.as_(OWNER_OF_ACME);
        // One was changed since, which is taken back as well.
        let raised = "SELECT s.id FROM subscription s WHERE s.product_code = 'VM-S' AND s.organisation_id = $1";
        let raised = world.db().rows(raised, vec![ACME.id.into()]).await.unwrap();
        let raised = Type::Subscription.id(raised[0].try_get_by_index(0).unwrap()).0;
        olga.act("changeQuantity", json!({ "subscriptionId": raised, "quantity": 3 }), "").await;
        let mut input = cancel(&id);
        input["idempotencyKey"] = json!("k");
        let payload = olga.act("cancelOrder", input.clone(), ORDER).await;
        assert_eq!(
            (&payload["order"]["state"], &payload["organisation"]["name"]),
            (&json!("CANCELLED"), &json!("Acme"))
        );
        for edge in payload["order"]["lines"]["edges"].as_array().unwrap() {
            let subscription = &edge["node"]["subscription"];
            assert_eq!(subscription["state"], "ENDED", "{payload}");
            assert_eq!(subscription["services"]["edges"][0]["node"]["desiredState"], "ENDED", "{payload}");
            assert_eq!(subscription["charge"]["due"]["amountMinor"], "0", "{payload}");
        }
        assert_eq!(olga.act("cancelOrder", input, ORDER).await, payload, "with the key it is the same act");
        let tasks = "SELECT DISTINCT t.kind FROM service_task t JOIN service s ON s.id = t.service_id \
                     WHERE s.organisation_id = $1 AND s.subscription_id IS NOT NULL AND t.state = 'WAITING' \
                     AND s.name = 'web1.acme.example'";
        let rows = world.db().rows(tasks, vec![ACME.id.into()]).await.unwrap();
        let kinds: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert_eq!(kinds, ["END"], "what was to be created is to be removed");
        let events = "SELECT object_id FROM audit_event WHERE action = 'cancelOrder' AND outcome = 'DONE'";
        assert_eq!(world.texts(events).await, [id.as_str().unwrap()]);
        let error = olga.mistake("cancelOrder", cancel(&id)).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("STALE_STATE"), &json!(["input", "orderId"])));
    });
}

#[test]
fn an_order_of_which_something_runs_is_not_cancelled() {
    with_database(async |world| {
        db_offer(&world).await;
        let mixed = placed(&world, &[line(SERVER, 1), line(SEAT, 1)], 39_000).await;
        let seats = placed(&world, &[line(SEAT, 1)], 10_000).await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.credential().await;
        let before = world.db_dump().await;
        let error = olga.mistake("cancelOrder", cancel(&mixed)).await;
        assert_eq!(error["code"], "STALE_STATE");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("Seat") && !message.contains("Virtual server"), "{message}");
        let error = olga.mistake("cancelOrder", cancel(&seats)).await;
        assert!(error["message"].as_str().unwrap().contains("ready"), "{error}");
        assert_eq!(world.db_dump().await, before);
    });
}

#[test]
fn who_may_order_only_or_is_a_stranger_cancels_no_order_but_a_suspended_customer_does() {
    with_database(async |world| {
        use tenantry::access::{Permission, PermissionSet};
        db_offer(&world).await;
        let id = placed(&world, &[line(SERVER, 1)], 29_000).await;
        world.as_(SOLE_PERSON).attempt("cancelOrder", cancel(&id), "").await.refused("NOT_FOUND");
        let invented = json!(Type::Order.id(key(NORDIC, 999_999)).0);
        let of_invented = world.as_(SOLE_PERSON).attempt("cancelOrder", cancel(&invented), "").await;
        of_invented.refused("NOT_FOUND");
        let orders_only = PermissionSet::of(&[Permission::SubscriptionOrder, Permission::SubscriptionRead]);
        let mut rows = Rows::starting_at(NORDIC, 980_000);
        let role = rows.role(ACME.id, "Orders only", orders_only, PermissionSet::EMPTY);
        rows.db_write(world.db().writer()).await;
        world.db_join(1, ACME, SOLE_PERSON.person().id, &[Held::Custom(role)], None).await;
        world.as_(SOLE_PERSON).attempt("cancelOrder", cancel(&id), "").await.refused("FORBIDDEN");
        world.db_execute("UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1", [ACME.id.into()]).await;
        let payload = world.as_(OWNER_OF_ACME).act("cancelOrder", cancel(&id), "order { state }").await;
        assert_eq!(payload["order"]["state"], "CANCELLED");
    });
}
