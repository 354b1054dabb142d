//! Billing runs: every interval once, exactly what is due, whatever happens meanwhile.

use chrono::TimeDelta;
use entity::pending_charge;
use futures_util::future::join_all;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use super::issued::*;
use super::*;
use crate::catalogue::offers::*;

async fn acme(world: &World) -> Vec<Value> {
    invoices(world, OWNER_OF_ACME, ACME).await
}

#[test]
fn each_interval_is_billed_once_and_a_raise_by_the_day() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 10)], 100_000).await.remove(0);
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        assert_eq!(bill(&world).await, (json!(0), json!(0)), "what is billed is not billed again");
        let first = acme(&world).await.remove(0);
        assert_eq!(sums(&first), [100_000, 25_000, 125_000]);
        assert_eq!((&first["number"], &first["state"]), (&json!("2026-000001"), &json!("OPEN")));
        assert_eq!((&first["issuedOn"], &first["dueOn"]), (&json!("2026-03-15"), &json!("2026-04-14")));
        assert_eq!(first["paymentReference"], "RF42 2026 0000 01");
        assert_eq!(first["vatExplanation"], json!({ "rule": "SAME_COUNTRY", "isNumberUnconfirmed": false }));
        let line = &first["lines"]["edges"][0]["node"];
        assert_eq!((&line["quantity"], &line["days"]), (&json!(10), &Value::Null));
        assert_eq!((&line["periodStartsOn"], &line["periodEndsOn"]), (&json!("2026-03-15"), &json!("2026-04-14")));

        world.wait(TimeDelta::days(9));
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 15 }), "").await;
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        let raise = acme(&world).await.remove(1);
        let line = &raise["lines"]["edges"][0]["node"];
        assert_eq!(lines(&raise), [35_484]);
        assert_eq!((&line["quantity"], &line["days"], &line["ofDays"]), (&json!(5), &json!(22), &json!(31)));

        // The last seats go back within the return window: a credit note against the newest line.
        world.wait(TimeDelta::days(1));
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 14 }), "").await;
        assert_eq!(bill(&world).await, (json!(0), json!(0)), "today the seat is still had");
        world.wait(TimeDelta::days(1));
        assert_eq!(bill(&world).await, (json!(0), json!(1)));
        let raise = acme(&world).await.remove(1);
        let note = &raise["creditNotes"]["edges"][0]["node"];
        assert_eq!(note["number"], "CN2026-000001");
        assert_eq!((minor(&note["total"]), minor(&note["vat"])), (8_065, 1_613));
        assert_eq!(minor(&raise["balance"]), 44_355 - 8_065);

        world.wait(TimeDelta::days(29));
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        let next = acme(&world).await.remove(2);
        assert_eq!((lines(&next), &next["number"]), (vec![140_000], &json!("2026-000003")));
        // Months that nobody billed come together, each on its line.
        world.wait(TimeDelta::days(70));
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        assert_eq!(lines(&acme(&world).await.remove(3)), [140_000, 140_000]);
    });
}

#[test]
fn what_is_charged_once_and_by_hand_stands_on_the_next_invoice() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({ "paymentDays": 10, "referenceKind": "OCR" })).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SERVER, 1)], 29_000).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let charge = |text: &str, quantity: i32, minor: &str| {
            json!({ "organisationId": id_of(ACME), "description": text, "quantity": quantity, "unitCode": "HUR",
                    "unitPrice": { "amountMinor": minor, "currency": "SEK" } })
        };
        staff.act("addCharge", charge("Installation", 3, "80000"), "charge { state }").await;
        staff.act("addCharge", charge("Welcome", -1, "10000"), "charge { state }").await;
        let mistaken = staff.act("addCharge", charge("Mistake", 1, "1"), "charge { id }").await;
        let withdrawn = json!({ "chargeId": mistaken["charge"]["id"] });
        staff.act("withdrawCharge", withdrawn.clone(), "charge { state }").await;
        assert_eq!(staff.mistake("withdrawCharge", withdrawn).await["code"], "STALE_STATE");
        for (quantity, minor) in [(0, "100"), (1, "-100"), (2, "9223372036854775807")] {
            assert_eq!(staff.mistake("addCharge", charge("Bad", quantity, minor)).await["code"], "INVALID_INPUT");
        }
        bill(&world).await;
        let invoice = acme(&world).await.remove(0);
        let mut amounts = lines(&invoice);
        amounts.sort_unstable();
        assert_eq!(amounts, [-10_000, 5_000, 24_000, 240_000]);
        assert_eq!((&invoice["dueOn"], &invoice["paymentReference"]), (&json!("2026-03-25"), &json!("202600000121")));
        // A discount alone waits for something to take it off.
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("addCharge", charge("Sorry", -1, "5000"), "charge { state }").await;
        assert_eq!(bill(&world).await, (json!(0), json!(0)));
        world.wait(TimeDelta::days(31));
        bill(&world).await;
        assert_eq!(lines(&acme(&world).await.remove(1)).iter().sum::<i64>(), 19_000);
    });
}

#[test]
fn an_invoice_may_have_more_lines_than_one_statement_inserts() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let hour = json!({ "organisationId": id_of(ACME), "description": "An hour",
                           "unitPrice": { "amountMinor": "100", "currency": "SEK" } });
        world.as_(OWNER_OF_OPERATOR).act("addCharge", hour, "").await;
        let rows = world.db().rows("SELECT * FROM pending_charge WHERE description = 'An hour'", vec![]).await.unwrap();
        let row = pending_charge::Model::from_query_result(&rows[0], "").unwrap();
        let hours = (0..1_500).map(|number| pending_charge::Model { id: key(NORDIC, 830_000 + number), ..row.clone() });
        db_insert(world.db().writer(), hours.collect()).await;
        bill(&world).await;
        assert_eq!(world.db_count("invoice_line WHERE description = 'An hour'").await, 1_501);
        assert_eq!(world.db_count("pending_charge WHERE description = 'An hour' AND state <> 'BILLED'").await, 0);
    });
}

#[test]
fn an_invoice_has_the_purchase_order_that_all_of_it_was_ordered_with() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let newest = async |world: &World| {
            bill(world).await;
            let query =
                "query($id: ID!) { organisation(id: $id) { invoices(first: 1) { edges { node { purchaseOrder } } } } }";
            let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
            answer.at("organisation/invoices/edges/0/node/purchaseOrder").clone()
        };
        for number in ["PO 17", "PO 18"] {
            let mut input = order(ACME, &[line(SEAT, 1)], 10_000);
            input["purchaseOrder"] = json!(number);
            world.as_(OWNER_OF_ACME).act("placeOrder", input, "").await;
            assert_eq!(newest(&world).await, number);
            world.wait(TimeDelta::days(1));
        }
        world.wait(TimeDelta::days(31));
        assert_eq!(newest(&world).await, Value::Null, "both stand on one invoice");
    });
}

#[test]
fn a_product_that_is_charged_from_its_activation_costs_nothing_before() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(METAL, 1)], 90_000).await;
        assert_eq!(bill(&world).await, (json!(0), json!(0)));
    });
}

#[test]
fn drafts_have_no_number_until_they_are_issued_and_can_be_discarded() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        let tried = run_with(&world, json!({ "mode": "TRY" })).await;
        assert_eq!((&tried["invoiceCount"], &tried["net"][0]["formatted"]), (&json!(1), &json!("100.00 SEK")));
        assert_eq!(acme(&world).await, Vec::<Value>::new());
        run_with(&world, json!({ "mode": "DRAFT" })).await;
        let draft = acme(&world).await.remove(0);
        assert_eq!((&draft["state"], &draft["number"], &draft["dueOn"]), (&json!("DRAFT"), &Value::Null, &Value::Null));
        assert_eq!(bill(&world).await, (json!(0), json!(0)), "what stands on a draft is billed");
        let staff = world.as_(OWNER_OF_OPERATOR);
        let of_draft = json!({ "invoiceId": draft["id"] });
        staff.act("discardDraft", of_draft, "discardedId").await;
        run_with(&world, json!({ "mode": "DRAFT" })).await;
        let draft = acme(&world).await.remove(0);
        let staff = world.as_(OWNER_OF_OPERATOR);
        let key = json!({ "invoiceId": draft["id"], "idempotencyKey": "once" });
        for _ in 0..2 {
            let issued = staff.act("issueInvoice", key.clone(), "invoice { number state }").await;
            assert_eq!(issued["invoice"], json!({ "number": "2026-000001", "state": "OPEN" }));
        }
        let again = json!({ "invoiceId": draft["id"] });
        assert_eq!(staff.mistake("issueInvoice", again.clone()).await["code"], "STALE_STATE");
        assert_eq!(staff.mistake("discardDraft", again.clone()).await["code"], "STALE_STATE");
    });
}

#[test]
fn another_tax_class_of_a_product_counts_for_what_is_issued_from_then_on() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 10)], 100_000).await.remove(0);
        bill(&world).await;
        let class = async |class: &str, key: &str| {
            let input = json!({ "productId": id_of_product(SEAT), "taxClass": class, "revenueKey": key });
            world.as_(OWNER_OF_OPERATOR).act("updateProduct", input, "").await;
        };
        class("REDUCED", "books").await;
        let first = acme(&world).await.remove(0);
        assert_eq!(sums(&first), [100_000, 25_000, 125_000], "an issued invoice stays as it is");
        // More of an interval that is billed already has the new class, and what is taken back of it the old one.
        let raise = json!({ "subscriptionId": id, "quantity": 11 });
        world.as_(OWNER_OF_ACME).act("changeQuantity", raise, "").await;
        bill(&world).await;
        assert_eq!(sums(&acme(&world).await.remove(1)), [10_000, 600, 10_600]);
        let credit =
            json!({ "invoiceId": first["id"], "reason": "Late", "lines": [{ "position": 1, "netMinor": "10000" }] });
        let note = "creditNote { vat { amountMinor } }";
        let credited = world.as_(OWNER_OF_OPERATOR).act("creditInvoice", credit, note).await;
        assert_eq!(minor(&credited["creditNote"]["vat"]), 2_500);
        // A draft is taxed as on the day on which it is issued.
        world.wait(TimeDelta::days(31));
        run_with(&world, json!({ "mode": "DRAFT" })).await;
        let draft = acme(&world).await.remove(2);
        assert_eq!(sums(&draft), [110_000, 6_600, 116_600]);
        class("STANDARD", "seats").await;
        world.as_(OWNER_OF_OPERATOR).act("issueInvoice", json!({ "invoiceId": draft["id"] }), "").await;
        assert_eq!(sums(&acme(&world).await.remove(2)), [110_000, 27_500, 137_500]);
        let keys = "SELECT l.revenue_key FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id \
                    WHERE l.product_id IS NOT NULL AND i.payment_reference IS NOT NULL ORDER BY i.number";
        assert_eq!(world.texts(keys).await, ["", "books", "seats"]);
    });
}

#[test]
fn an_organisation_that_cannot_be_billed_is_named_and_the_others_are_billed() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        world.db_execute("DELETE FROM issuer", []).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        assert_eq!(staff.mistake("runBilling", json!({})).await["code"], "INVALID_INPUT", "without an issuer");
        set_issuer(&world, json!({ "iban": null })).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        assert_eq!(staff.mistake("runBilling", json!({})).await["code"], "INVALID_INPUT", "without an account");
        set_issuer(&world, json!({})).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        for until in ["2026-03-14", "2027-04-01"] {
            assert_eq!(staff.mistake("runBilling", json!({ "until": until })).await["code"], "INVALID_INPUT");
        }
        let details = json!({ "organisationId": id_of(SOLO), "legalName": "Solo", "address": "Gatan 1",
            "country": "SE", "email": "bills@solo.example", "currency": "SEK" });
        staff.act("updateBillingDetails", details.clone(), "").await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        buy(&world, OWNER_OF_OPERATOR, SOLO, &[line(SEAT, 2)], 20_000).await;
        world.db_execute("DELETE FROM billing_details WHERE organisation_id = $1", [SOLO.id.into()]).await;
        let run = run_with(&world, json!({})).await;
        assert_eq!((&run["invoiceCount"], &run["leftOutCount"]), (&json!(1), &json!(1)), "{run}");
        let problem = &run["problems"][0];
        assert_eq!(problem["organisationId"], id_of(SOLO));
        assert!(problem["message"].as_str().unwrap().contains("updateBillingDetails"), "{problem}");
        // Once that is mended, the next run bills it.
        world.as_(OWNER_OF_OPERATOR).act("updateBillingDetails", details, "").await;
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
    });
}

#[test]
fn a_run_stops_for_a_look_when_it_is_much_more_than_the_last() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({ "stopAbovePercent": 50 })).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 11)], 110_000).await;
        bill(&world).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 20)], 200_000).await;
        let stopped = run_with(&world, json!({})).await;
        assert_eq!((&stopped["state"], &stopped["invoiceCount"]), (&json!("STOPPED"), &json!(0)), "{stopped}");
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("runBilling", json!({ "resumeId": stopped["id"] }), "run { state }").await;
        work(&world).await;
        let done = run_again(&world, &stopped["id"]).await;
        assert_eq!((&done["state"], &done["invoiceCount"]), (&json!("DONE"), &json!(1)), "{done}");
        let staff = world.as_(OWNER_OF_OPERATOR);
        assert_eq!(staff.mistake("runBilling", json!({ "resumeId": stopped["id"] })).await["code"], "STALE_STATE");
    });
}

#[test]
fn an_interrupted_run_goes_on_and_many_workers_bill_once() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1), line(SEAT, 2)], 30_000).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let run = staff.act("runBilling", json!({}), "run { id }").await["run"]["id"].clone();
        assert_eq!(staff.mistake("runBilling", json!({})).await["code"], "STALE_STATE", "one run at a time");
        // A server takes the run and dies.
        let claimed = tenantry::billing::run::store::claim(world.db(), world.app.clock.now()).await.unwrap();
        assert_eq!(claimed.map(|run| run.id), Some(key_of(&run)));
        work(&world).await;
        assert_eq!(run_again(&world, &run).await["state"], "RUNNING", "its lease holds");
        world.wait(TimeDelta::seconds(61));
        join_all((0..4).map(|_| work(&world))).await;
        let done = run_again(&world, &run).await;
        assert_eq!((&done["state"], &done["invoiceCount"]), (&json!("DONE"), &json!(1)), "{done}");
        assert_eq!(acme(&world).await.len(), 1);
    });
}

#[test]
fn a_raise_and_a_run_at_once_bill_what_is_due() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let id = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await.remove(0);
        world.wait(TimeDelta::days(4));
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("runBilling", json!({}), "run { id }").await;
        let olga = world.as_(OWNER_OF_ACME);
        let raise = olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 3 }), "");
        futures_util::future::join(raise, work(&world)).await;
        bill(&world).await;
        let billed: i64 = acme(&world).await.iter().map(|invoice| sums(invoice)[0]).sum();
        // One seat for the interval, and two more for 27 of 31 days.
        assert_eq!(billed, 10_000 + 17_419);
    });
}

#[test]
fn numbers_follow_their_format_and_never_go_back() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let series = "series { kind format restarts next lastOn }";
        let input = json!({ "kind": "INVOICE", "format": "F{year}/{n:4}", "next": "42" });
        let set = staff.act("setNumberSeries", input, series).await;
        assert_eq!(set["series"]["next"], "42");
        for wrong in [
            json!({ "kind": "INVOICE", "format": "{n:4}" }),
            json!({ "kind": "INVOICE", "format": "Ä{year}{n:4}" }),
            json!({ "kind": "INVOICE", "next": "41" }),
        ] {
            assert_eq!(staff.mistake("setNumberSeries", wrong).await["code"], "INVALID_INPUT");
        }
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        bill(&world).await;
        assert_eq!(acme(&world).await[0]["number"], "F2026/0042");
        world.wait(TimeDelta::days(300));
        bill(&world).await;
        assert_eq!(acme(&world).await[1]["number"], "F2027/0001");
        let query = "{ operator { numberSeries { kind format next lastOn } } }";
        let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({})).await;
        assert_eq!(answer.ok()["operator"]["numberSeries"][1]["lastOn"], "2027-01-09");
    });
}
