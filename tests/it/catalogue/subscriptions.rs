//! Subscriptions over their life: raised, lowered, changed, cancelled, kept, returned and renewed.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tenantry::access::Actor;
use tenantry::catalogue::subscription::{Renewed, renew};

use super::offers::*;
use crate::world::*;

const SUBSCRIPTION: &str = "query($id: ID!, $day: NaiveDate, $on: NaiveDate) { node(id: $id) { ... on Subscription {
  state quantity unitPrice { amountMinor } committedUntil renewsOn quantityOn(day: $on) product { code }
  scheduled(first: 5) { edges { node { id kind effectiveOn quantity } } }
  changes(first: 50) { edges { node { kind effectiveOn quantity state isAutomatic } } }
  charge(day: $day) { startsOn endsOn days due { amountMinor }
    lines { days amount { amountMinor } } segments { days quantity } } } } }";

async fn look(world: &World, id: &str, day: &str, on: &str) -> Value {
    let answer = world.as_(OWNER_OF_ACME).run(SUBSCRIPTION, json!({ "id": id, "day": day, "on": on })).await;
    answer.ok()["node"].clone()
}

async fn renewed(world: &World) -> Renewed {
    renew(&world.app.request(Actor::Anonymous)).await.unwrap()
}

fn amounts(charge: &Value) -> Vec<&str> {
    charge["lines"].as_array().unwrap().iter().map(|line| line["amount"]["amountMinor"].as_str().unwrap()).collect()
}

#[test]
fn a_school_raises_its_seats_in_mid_term_and_lowers_them_at_the_renewal() {
    with_database(async |world| {
        db_offer(&world).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 10)], 100_000).await.remove(0);
        world.wait(TimeDelta::days(9));
        let olga = world.as_(OWNER_OF_ACME);
        let preview = "query($id: ID!, $change: PreviewedChange!) { node(id: $id) { ... on Subscription {
          previewChange(change: $change) {
            kind effectiveOn now { amountMinor } recurring { amountMinor } committedUntil } } } }";
        let answer = olga.run(preview, json!({ "id": id, "change": { "quantity": 15 } })).await;
        let seen = &answer.ok()["node"]["previewChange"];
        // Five more seats for 22 of 31 days.
        assert_eq!((&seen["kind"], &seen["now"]["amountMinor"]), (&json!("RAISE"), &json!("35484")));
        assert_eq!(
            (&seen["recurring"]["amountMinor"], &seen["committedUntil"]),
            (&json!("150000"), &json!("2027-03-15"))
        );
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 15 }), "organisation { name }").await;
        // Within the return window, some of them go at once. What was had is paid.
        world.wait(TimeDelta::days(1));
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 14 }), "").await;
        world.wait(TimeDelta::days(100));
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 8 }), "").await;
        let seen = look(&world, &id, "2026-03-31", "2027-03-15").await;
        assert_eq!((&seen["quantity"], &seen["quantityOn"]), (&json!(14), &json!(8)));
        let charge = &seen["charge"];
        assert_eq!((&charge["startsOn"], &charge["endsOn"]), (&json!("2026-03-15"), &json!("2026-04-14")));
        assert_eq!(amounts(charge), ["100000", "35484", "-6452"]);
        assert_eq!(charge["due"]["amountMinor"], "129032");
        assert_eq!(seen["scheduled"]["edges"][0]["node"]["effectiveOn"], "2027-03-15");

        world.wait(TimeDelta::days(300));
        let done = renewed(&world).await;
        assert_eq!((done.renewed, done.ended), (done.renewed, 0));
        assert!(done.renewed >= 1);
        assert_eq!(renewed(&world).await, Renewed::default(), "a second run changes nothing");
        let seen = look(&world, &id, "2027-03-20", "2027-03-15").await;
        assert_eq!((&seen["quantity"], &seen["committedUntil"]), (&json!(8), &json!("2028-03-15")));
        assert_eq!(seen["charge"]["due"]["amountMinor"], "80000");
        assert_eq!(seen["scheduled"]["edges"], json!([]));
    });
}

#[test]
fn a_change_along_an_upgrade_is_charged_for_the_days_that_are_left() {
    with_database(async |world| {
        db_offer(&world).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 2)], 20_000).await.remove(0);
        world.wait(TimeDelta::days(15));
        let olga = world.as_(OWNER_OF_ACME);
        let input = |product, minor: &str| {
            json!({ "subscriptionId": id, "productId": id_of_product(product),
                "expectedUnitPrice": { "amountMinor": minor, "currency": "SEK" } })
        };
        assert_eq!(olga.mistake("changeProduct", input(SERVER, "24000")).await["code"], "UNKNOWN");
        assert_eq!(olga.mistake("changeProduct", input(SEAT_PLUS, "14000")).await["code"], "PRICE_CHANGED");
        olga.act("changeProduct", input(SEAT_PLUS, "15000"), "subscription { product { code } }").await;
        let seen = look(&world, &id, "2026-03-31", "2026-03-31").await;
        assert_eq!(seen["product"]["code"], "SEAT-PLUS");
        // Two times 50.00 more for 16 of 31 days.
        assert_eq!(amounts(&seen["charge"]), ["20000", "5161"]);
    });
}

#[test]
fn a_cancelled_subscription_runs_out_and_one_that_is_kept_goes_on() {
    with_database(async |world| {
        db_offer(&world).await;
        let ids = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1), line(SEAT, 2)], 30_000).await;
        let olga = world.as_(OWNER_OF_ACME);
        for id in &ids {
            let payload =
                olga.act("cancelSubscription", json!({ "subscriptionId": id }), "subscription { renewsOn }").await;
            assert_eq!(payload["subscription"]["renewsOn"], Value::Null);
        }
        let refused = olga.mistake("changeQuantity", json!({ "subscriptionId": ids[0], "quantity": 3 })).await;
        assert_eq!(refused["code"], "SUBSCRIPTION_CANCELLED");
        olga.act("keepSubscription", json!({ "subscriptionId": ids[1] }), "").await;
        world.wait(TimeDelta::days(365));
        assert_eq!(renewed(&world).await.ended, 1);
        let [ended, kept] = [
            look(&world, &ids[0], "2027-03-20", "2027-03-15").await,
            look(&world, &ids[1], "2027-03-20", "2027-03-15").await,
        ];
        assert_eq!((&ended["state"], &ended["quantityOn"]), (&json!("ENDED"), &json!(0)));
        assert_eq!(ended["charge"]["due"]["amountMinor"], "0");
        assert_eq!((&kept["state"], &kept["quantityOn"]), (&json!("ACTIVE"), &json!(2)));
        let olga = world.as_(OWNER_OF_ACME);
        for mutation in ["cancelSubscription", "returnSubscription"] {
            assert_eq!(olga.mistake(mutation, json!({ "subscriptionId": ids[0] })).await["code"], "STALE_STATE");
        }
    });
}

#[test]
fn a_higher_price_is_announced_by_mail_before_it_counts() {
    with_database(async |world| {
        use entity::price;
        use entity::subscription::{Interval, Term};
        db_offer(&world).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await.remove(0);
        let dearer = price::Model {
            valid_from: "2027-01-01".parse().unwrap(),
            ..price(20, SEAT, (Term::Annual, Interval::Month), 12_500, 0)
        };
        db_insert(world.db().writer(), vec![dearer]).await;
        world.wait(TimeDelta::days(330));
        assert_eq!(renewed(&world).await.announced, 1);
        assert_eq!(renewed(&world).await.announced, 0, "once");
        let mails = world.mails("olga@acme.example").await;
        let mail = mails.last().unwrap();
        assert!(mail.contains("125.00 SEK") && mail.contains("100.00 SEK") && mail.contains("2027-03-15"), "{mail}");
        world.wait(TimeDelta::days(35));
        renewed(&world).await;
        let seen = look(&world, &id, "2027-03-20", "2027-03-20").await;
        assert_eq!(seen["unitPrice"]["amountMinor"], "12500");
    });
}

#[test]
fn a_price_that_nobody_announced_does_not_count() {
    with_database(async |world| {
        use entity::price;
        use entity::subscription::{Interval, Term};
        db_offer(&world).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await.remove(0);
        world.wait(TimeDelta::days(360));
        let dearer = price::Model {
            valid_from: "2027-03-01".parse().unwrap(),
            ..price(20, SEAT, (Term::Annual, Interval::Month), 12_500, 0)
        };
        db_insert(world.db().writer(), vec![dearer]).await;
        assert_eq!(renewed(&world).await.announced, 0);
        world.wait(TimeDelta::days(5));
        renewed(&world).await;
        let seen = look(&world, &id, "2027-03-20", "2027-03-20").await;
        assert_eq!(
            (&seen["unitPrice"]["amountMinor"], &seen["committedUntil"]),
            (&json!("10000"), &json!("2028-03-15"))
        );
    });
}

#[test]
fn a_price_that_the_product_locks_stays_until_its_day_and_no_longer() {
    with_database(async |world| {
        use entity::price;
        use entity::subscription::{Interval, Term};
        db_offer(&world).await;
        let locked = json!({ "productId": id_of_product(SEAT), "priceLockMonths": 18 });
        let selection = "product { priceLockMonths }";
        let payload = world.as_(OWNER_OF_OPERATOR).act("updateProduct", locked, selection).await;
        assert_eq!(payload["product"]["priceLockMonths"], 18);
        let olga = world.as_(OWNER_OF_ACME);
        let preview =
            "query($id: ID!, $lines: [OrderLineInput!]!) { organisation(id: $id) { previewOrder(lines: $lines) {
          lines { priceLockedUntil } } } }";
        let seen = olga.run(preview, json!({ "id": id_of(ACME), "lines": [line(SEAT, 1), line(SERVER, 1)] })).await;
        let lines = seen.at("organisation/previewOrder/lines");
        assert_eq!(lines, &json!([{ "priceLockedUntil": "2027-09-15" }, { "priceLockedUntil": null }]));
        let ids = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        let until = async || {
            let query = "query($id: ID!) { node(id: $id) { ... on Subscription { priceLockedUntil } } }";
            let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": ids[0] })).await;
            answer.at("node/priceLockedUntil").clone()
        };
        assert_eq!(until().await, "2027-09-15");
        let dearer = price::Model {
            valid_from: "2026-06-01".parse().unwrap(),
            ..price(20, SEAT, (Term::Annual, Interval::Month), 12_500, 0)
        };
        db_insert(world.db().writer(), vec![dearer]).await;
        // The renewal of 15 March 2027 is within the lock: nothing is announced, and the price stays.
        world.wait(TimeDelta::days(330));
        assert_eq!(renewed(&world).await.announced, 0);
        world.wait(TimeDelta::days(36));
        renewed(&world).await;
        let seen = look(&world, &ids[0], "2027-03-20", "2027-03-20").await;
        assert_eq!(
            (&seen["unitPrice"]["amountMinor"], &seen["committedUntil"]),
            (&json!("10000"), &json!("2028-03-15"))
        );
        // That of 15 March 2028 is not.
        world.wait(TimeDelta::days(330));
        assert_eq!(renewed(&world).await.announced, 1);
        world.wait(TimeDelta::days(36));
        renewed(&world).await;
        let seen = look(&world, &ids[0], "2028-03-20", "2028-03-20").await;
        assert_eq!(seen["unitPrice"]["amountMinor"], "12500");
    });
}

#[test]
fn a_scheduled_lowering_can_be_withdrawn() {
    with_database(async |world| {
        db_offer(&world).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 9)], 90_000).await.remove(0);
        world.wait(TimeDelta::days(30));
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 4 }), "").await;
        let seen = look(&world, &id, "2026-04-20", "2027-03-15").await;
        let change = seen["scheduled"]["edges"][0]["node"]["id"].clone();
        for _ in 0..2 {
            olga.act("withdrawChange", json!({ "changeId": change, "idempotencyKey": "k" }), "").await;
        }
        let seen = look(&world, &id, "2026-04-20", "2027-03-15").await;
        assert_eq!((&seen["quantityOn"], &seen["scheduled"]["edges"]), (&json!(9), &json!([])));
        assert_eq!(olga.mistake("withdrawChange", json!({ "changeId": change })).await["code"], "STALE_STATE");
    });
}

/// The row of each subscription is what its history says.
async fn db_check_rows(world: &World) {
    let wrong = "SELECT s.product_name FROM subscription s JOIN subscription_change c ON c.subscription_id = s.id \
                 WHERE c.state = 'DONE' AND c.position = (SELECT MAX(l.position) FROM subscription_change l \
                 WHERE l.subscription_id = s.id AND l.state = 'DONE') AND s.state <> 'ENDED' \
                 AND (c.quantity <> s.quantity OR c.unit_minor <> s.unit_price_minor OR c.product_id <> s.product_id)";
    assert_eq!(world.texts(wrong).await, Vec::<String>::new());
}

#[test]
fn acts_at_the_same_time_leave_a_history_that_agrees_with_the_row() {
    with_database(async |world| {
        db_offer(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.credential().await;
        for round in 0..4 {
            let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 5)], 50_000).await.remove(0);
            let raise = |quantity: i32| {
                olga.attempt("changeQuantity", json!({ "subscriptionId": id, "quantity": quantity }), "")
            };
            let cancel = olga.attempt("cancelSubscription", json!({ "subscriptionId": id }), "");
            let (raised, cancelled) = join(join_all((6..10).map(raise)), cancel).await;
            assert_eq!(cancelled.at("cancelSubscription/userErrors"), &json!([]), "round {round}");
            let refused = raised.iter().filter(|answer| answer.user_codes() == ["SUBSCRIPTION_CANCELLED"]).count();
            let lowered = raised.iter().filter(|answer| answer.user_codes().is_empty()).count();
            assert_eq!(refused + lowered, 4, "round {round}");
            db_check_rows(&world).await;
        }
    });
}

#[test]
fn renewals_at_the_same_time_begin_one_term() {
    with_database(async |world| {
        db_offer(&world).await;
        let lines: Vec<Value> = (1..=20).map(|quantity| line(SEAT, quantity)).collect();
        let ids = buy(&world, OWNER_OF_ACME, ACME, &lines, 2_100_000).await;
        assert_eq!(ids.len(), 10);
        world.wait(TimeDelta::days(366));
        let runs = join_all((0..4).map(|_| renewed(&world))).await;
        let renews = "subscription_change c JOIN subscription s ON s.id = c.subscription_id \
                      WHERE c.kind = 'RENEW' AND s.product_code = 'SEAT'";
        assert_eq!(world.db_count(renews).await, 20, "{runs:?}");
        db_check_rows(&world).await;
        // Years later, without a server in between, it catches up term by term.
        world.wait(TimeDelta::days(1_100));
        renewed(&world).await;
        assert_eq!(world.db_count(renews).await, 80);
    });
}

#[test]
fn an_organisation_with_subscriptions_is_closed_only_if_they_are_cancelled_too() {
    with_database(async |world| {
        db_offer(&world).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("confirmIdentity", json!({ "password": PASSWORD }), "confirmed").await;
        let error = olga.mistake("closeOrganisation", json!({ "organisationId": id_of(ACME) })).await;
        assert_eq!(error["code"], "IN_USE");
        assert!(error["message"].as_str().unwrap().contains("Seat"), "{error}");
        let input = json!({ "organisationId": id_of(ACME), "endSubscriptions": true });
        olga.act("closeOrganisation", input, "organisation { state }").await;
        let left = "SELECT DISTINCT s.state FROM subscription s JOIN organisation o ON o.id = s.organisation_id \
                    WHERE o.name = 'Acme'";
        assert_eq!(world.texts(left).await, ["CANCELLED"]);
    });
}
