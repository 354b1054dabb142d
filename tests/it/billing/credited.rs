//! Credit notes: by line, cumulative, never more than the line, and what becomes of what was paid.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::issued::*;
use super::*;
use crate::catalogue::offers::*;

/// An invoice of 99.90 before VAT.
async fn invoice(world: &World) -> Value {
    db_offer(world).await;
    db_nobody_pays(world).await;
    set_issuer(world, json!({})).await;
    let charge = json!({ "organisationId": id_of(ACME), "description": "Help",
        "unitPrice": { "amountMinor": "9990", "currency": "SEK" } });
    world.as_(OWNER_OF_OPERATOR).act("addCharge", charge, "").await;
    bill(world).await;
    invoices(world, OWNER_OF_ACME, ACME).await.remove(0)
}

fn credit(invoice: &Value, minor: Option<&str>) -> Value {
    json!({ "invoiceId": invoice["id"], "reason": "It did not help", "lines": [{ "position": 1, "netMinor": minor }] })
}

#[test]
fn an_invoice_credited_in_thirds_gives_its_vat_back_exactly() {
    with_database(async |world| {
        let invoice = invoice(&world).await;
        assert_eq!(sums(&invoice), [9_990, 2_498, 12_488]);
        let staff = world.as_(OWNER_OF_OPERATOR);
        let mut vat = Vec::new();
        for _ in 0..3 {
            let input = credit(&invoice, Some("3330"));
            let note = staff.act("creditInvoice", input, "creditNote { vat { amountMinor } number reason }").await;
            vat.push(minor(&note["creditNote"]["vat"]));
        }
        assert_eq!(vat, [833, 832, 833]);
        let refused = staff.mistake("creditInvoice", credit(&invoice, Some("1"))).await;
        assert_eq!(refused["code"], "OVER_CREDIT");
        let void = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        assert_eq!((&void["state"], minor(&void["balance"])), (&json!("VOID"), 0));
        let number = &void["creditNotes"]["edges"][0]["node"]["number"];
        assert_eq!(number, "CN2026-000003", "the newest comes first");
        // A credit is final: nothing is billed again.
        assert_eq!(bill(&world).await, (json!(0), json!(0)));
    });
}

#[test]
fn bad_credits_are_refused_and_change_nothing() {
    with_database(async |world| {
        let invoice = invoice(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        for (minor, code) in
            [(Some("9991"), "OVER_CREDIT"), (Some("-1"), "INVALID_INPUT"), (Some("0"), "INVALID_INPUT")]
        {
            assert_eq!(staff.mistake("creditInvoice", credit(&invoice, minor)).await["code"], code, "{minor:?}");
        }
        let line = |position: i32| json!({ "position": position, "netMinor": "1" });
        for lines in [json!([]), json!([line(2)]), json!([line(0)]), json!([line(1), line(1)])] {
            let input = json!({ "invoiceId": invoice["id"], "reason": "No", "lines": lines });
            let code = staff.mistake("creditInvoice", input).await["code"].clone();
            assert!(code == "INVALID_INPUT" || code == "OVER_CREDIT", "{code}");
        }
        let without_reason = json!({ "invoiceId": invoice["id"], "reason": " " });
        assert_eq!(staff.mistake("voidInvoice", without_reason).await["code"], "INVALID_INPUT");
        let same = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        assert_eq!(same, invoice);
    });
}

#[test]
fn an_invoice_that_is_voided_to_be_billed_again_comes_with_the_new_address() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        bill(&world).await;
        let first = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        let staff = world.as_(OWNER_OF_OPERATOR);
        let input = json!({ "invoiceId": first["id"], "reason": "Wrong address", "billsAgain": true });
        staff.act("voidInvoice", input.clone(), "creditNote { total { amountMinor } }").await;
        assert_eq!(staff.mistake("voidInvoice", input).await["code"], "OVER_CREDIT");
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        let all = invoices(&world, OWNER_OF_ACME, ACME).await;
        assert_eq!((&all[0]["state"], sums(&all[1])), (&json!("VOID"), sums(&first)));
        assert_eq!(bill(&world).await, (json!(0), json!(0)));
    });
}

#[test]
fn two_credits_at_once_never_take_back_more_than_there_is() {
    with_database(async |world| {
        let invoice = invoice(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let credits =
            (0..4).map(|_| staff.attempt("creditInvoice", credit(&invoice, Some("4000")), "creditNote { number }"));
        let answers = join_all(credits).await;
        let done = answers.iter().filter(|answer| answer.ok()["creditInvoice"]["creditNote"] != Value::Null);
        assert_eq!(done.count(), 2);
        let left = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        let credited = minor(&left["lines"]["edges"][0]["node"]["credited"]);
        assert_eq!((credited, minor(&left["balance"]) + minor(&left["credited"])), (8_000, 12_488));
    });
}
