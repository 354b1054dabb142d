//! What a billing run takes back, what it charges again, and whom it leaves out: nothing keeps it from billing the others.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::issued::*;
use super::paid::db_check_sums;
use super::*;
use crate::catalogue::offers::*;

async fn begin(world: &World) {
    db_offer(world).await;
    db_nobody_pays(world).await;
    set_issuer(world, json!({})).await;
}

/// Charges Acme by hand.
async fn charge(world: &World, minor: &str, more: Value) {
    let mut input = json!({ "organisationId": id_of(ACME), "description": "By hand",
        "unitPrice": { "amountMinor": minor, "currency": "SEK" } });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.as_(OWNER_OF_OPERATOR).act("addCharge", input, "").await;
}

async fn of_acme(world: &World) -> Vec<Value> {
    invoices(world, OWNER_OF_ACME, ACME).await
}

/// What waits for the next invoice of Acme, in öre.
async fn waiting(world: &World) -> i64 {
    let sql = "SELECT quantity * unit_minor FROM pending_charge WHERE state = 'PENDING' AND organisation_id = $1";
    let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<i64>(0).unwrap()).sum()
}

#[test]
fn a_discount_that_is_more_than_what_is_left_waits_for_the_next_invoice() {
    with_database(async |world| {
        begin(&world).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await.remove(0);
        charge(&world, "5000", json!({ "quantity": -1 })).await;
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("returnSubscription", json!({ "subscriptionId": id }), "").await;
        world.wait(TimeDelta::days(1));
        assert_eq!(bill(&world).await, (json!(0), json!(1)));
        // One day of 31 stays: 3.23. The discount beyond it is charged again, and waits.
        let invoice = of_acme(&world).await.remove(0);
        assert_eq!(sums(&invoice), [5_000, 1_250, 6_250]);
        assert_eq!(minor(&invoice["credited"]), 6_250);
        assert_eq!(waiting(&world).await, -(5_000 - 323));
        assert_eq!(bill(&world).await, (json!(0), json!(0)));
        db_check_sums(&world).await;
    });
}

#[test]
fn a_discount_that_would_make_vat_negative_waits() {
    with_database(async |world| {
        begin(&world).await;
        charge(&world, "6000", json!({ "taxClass": "EXEMPT" })).await;
        charge(&world, "5000", json!({ "quantity": -1 })).await;
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        assert_eq!(sums(&of_acme(&world).await[0]), [6_000, 0, 6_000]);
        assert_eq!(waiting(&world).await, -5_000);
    });
}

#[test]
fn a_charge_on_a_voided_invoice_is_billed_again_if_that_is_wanted() {
    with_database(async |world| {
        begin(&world).await;
        for (bills_again, then) in [(true, 1), (false, 0)] {
            charge(&world, "80000", json!({ "quantity": 3, "unitCode": "HUR" })).await;
            bill(&world).await;
            let invoice = of_acme(&world).await.pop().unwrap();
            let input = json!({ "invoiceId": invoice["id"], "reason": "Wrong address", "billsAgain": bills_again });
            world.as_(OWNER_OF_OPERATOR).act("voidInvoice", input, "creditNote { number }").await;
            assert_eq!(bill(&world).await, (json!(then), json!(0)));
            let last = of_acme(&world).await.pop().unwrap();
            assert_eq!(lines(&last), [240_000]);
            assert_eq!(last["lines"]["edges"][0]["node"]["quantity"], 3);
        }
        db_check_sums(&world).await;
    });
}

#[test]
fn a_cancelled_order_costs_no_setup_whether_it_was_billed_or_not() {
    with_database(async |world| {
        begin(&world).await;
        for is_billed in [false, true] {
            let olga = world.as_(OWNER_OF_ACME);
            let placed = olga.act("placeOrder", order(ACME, &[line(SERVER, 1)], 29_000), "order { id }").await;
            if is_billed {
                assert_eq!(bill(&world).await, (json!(1), json!(0)));
            }
            let input = json!({ "orderId": placed["order"]["id"] });
            world.as_(OWNER_OF_ACME).act("cancelOrder", input, "").await;
            assert_eq!(bill(&world).await, (json!(0), json!(i32::from(is_billed))));
            assert_eq!(waiting(&world).await, 0);
        }
        let invoice = of_acme(&world).await.remove(0);
        assert_eq!((&invoice["credited"], &invoice["state"]), (&invoice["total"], &json!("VOID")));
    });
}

#[test]
fn a_closed_payer_gets_no_invoice_and_the_run_names_whom_it_leaves_out() {
    with_database(async |world| {
        set_issuer(&world, json!({})).await;
        charge(&world, "1000", json!({})).await;
        world.db_execute("UPDATE organisation SET state = 'CLOSED' WHERE id = $1", [MECENAT.id.into()]).await;
        let run = run_with(&world, json!({})).await;
        assert_eq!((&run["invoiceCount"], &run["leftOutCount"]), (&json!(0), &json!(1)), "{run}");
        assert!(run["problems"][0]["message"].as_str().unwrap().contains("endPayer"), "{run}");
    });
}

#[test]
fn what_was_billed_far_ahead_is_credited_as_soon_as_it_is_not_due() {
    with_database(async |world| {
        begin(&world).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await.remove(0);
        let run = run_with(&world, json!({ "until": "2026-12-31" })).await;
        assert_eq!(run["net"][0]["formatted"], "1,000.00 SEK");
        world.wait(TimeDelta::days(3));
        world.as_(OWNER_OF_ACME).act("returnSubscription", json!({ "subscriptionId": id }), "").await;
        world.wait(TimeDelta::days(1));
        assert_eq!(bill(&world).await, (json!(0), json!(1)));
        let invoice = of_acme(&world).await.remove(0);
        // Four days of 31 stay.
        assert_eq!(minor(&invoice["total"]) - minor(&invoice["credited"]), 1_290 + 323);
        for _ in 0..3 {
            world.wait(TimeDelta::days(31));
            assert_eq!(bill(&world).await, (json!(0), json!(0)));
        }
    });
}

#[test]
fn seats_that_are_lowered_and_raised_on_one_day_are_all_billed() {
    with_database(async |world| {
        begin(&world).await;
        world.db_execute("UPDATE product SET lowers_at = 'ANY'", []).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 10)], 100_000).await.remove(0);
        for quantity in [1, 10] {
            let input = json!({ "subscriptionId": id, "quantity": quantity });
            world.as_(OWNER_OF_ACME).act("changeQuantity", input, "").await;
        }
        for months in 1..=2 {
            bill(&world).await;
            assert_eq!(of_acme(&world).await.iter().map(|one| sums(one)[0]).sum::<i64>(), 100_000 * months);
            world.wait(TimeDelta::days(31));
        }
    });
}

#[test]
fn an_organisation_that_the_server_fails_to_bill_keeps_no_other_from_being_billed() {
    with_database(async |world| {
        begin(&world).await;
        charge(&world, "1000", json!({})).await;
        let details = json!({ "organisationId": id_of(MECENAT), "legalName": "Mecenat", "address": "Gatan 1",
            "country": "SE", "email": "bills@mecenat.example", "currency": "SEK" });
        world.as_(OWNER_OF_OPERATOR).act("updateBillingDetails", details, "").await;
        let other = json!({ "organisationId": id_of(MECENAT), "description": "By hand",
            "unitPrice": { "amountMinor": "1000", "currency": "SEK" } });
        world.as_(OWNER_OF_OPERATOR).act("addCharge", other, "").await;
        db_refuse(&world, "invoice", "organisation_id", ACME.id).await;
        let run = run_with(&world, json!({})).await;
        assert_eq!((&run["invoiceCount"], &run["leftOutCount"]), (&json!(1), &json!(1)), "{run}");
    });
}

#[test]
fn a_series_never_comes_to_a_number_that_exists_or_to_its_end() {
    with_database(async |world| {
        begin(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let series = |format: &str, more: Value| {
            let mut input = json!({ "kind": "INVOICE", "format": format });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let wrong = staff.mistake("setNumberSeries", series("F{n:4}", json!({ "next": "9223372036854775807" }))).await;
        assert_eq!(wrong["field"][1], "next");
        staff.act("setNumberSeries", series("F{n:4}", json!({ "restarts": "NEVER" })), "").await;
        charge(&world, "1000", json!({})).await;
        bill(&world).await;
        let number = of_acme(&world).await[0]["number"].as_str().unwrap().to_owned();
        let next = number.trim_start_matches('F').trim_start_matches('0').to_owned();
        staff.act("setNumberSeries", series("F{year}-{n:4}", json!({ "restarts": "YEARLY" })), "").await;
        world
            .db_execute(
                "UPDATE number_series SET next = $1 WHERE kind = 'INVOICE'",
                [next.parse::<i64>().unwrap().into()],
            )
            .await;
        let wrong = staff.mistake("setNumberSeries", series("F{n:4}", json!({ "restarts": "NEVER" }))).await;
        assert!(wrong["message"].as_str().unwrap().contains(&number), "{wrong}");
    });
}
