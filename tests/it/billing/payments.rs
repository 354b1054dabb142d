//! Payments: recorded, matched by a person, taken back, and paid back; and the balance of a payer.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tenantry::access::PermissionSet;

use super::issued::set_issuer;
use super::paid::*;
use super::*;

const PAYMENT: &str = "payment { id state balance { amountMinor } payer { name } }";

/// A payment in SEK.
fn paying(minor: i64, source: &str, reference: Option<&str>) -> Value {
    json!({
        "amount": { "amountMinor": minor.to_string(), "currency": "SEK" }, "sourceKey": source, "reference": reference,
    })
}

async fn record(world: &World, input: Value) -> Value {
    world.as_(OWNER_OF_OPERATOR).act("recordPayment", input, PAYMENT).await["payment"].clone()
}

fn state(invoice: &str, paid: &str, left: &str) -> (String, String, String) {
    (invoice.to_owned(), paid.to_owned(), left.to_owned())
}

#[test]
fn a_payment_settles_the_invoice_that_it_names_in_part_then_wholly_and_the_rest_is_the_payers() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let named = reference("2026-000001");
        let part = record(&world, paying(30_000, "a", Some(&named))).await;
        assert_eq!((&part["state"], &part["payer"]["name"]), (&json!("MATCHED"), &json!("Acme")));
        assert_eq!(settled(&world, &invoice).await, state("OVERDUE", "30000", "45000"));
        // As people type it: with spaces, and in small letters.
        let typed = format!("{} {}", &named[..4], &named[4..]).to_lowercase();
        let rest = record(&world, paying(50_000, "b", Some(&typed))).await;
        assert_eq!(rest["balance"]["amountMinor"], "5000");
        assert_eq!(settled(&world, &invoice).await, state("PAID", "75000", "0"));
        assert_eq!(balance(&world, ACME).await, "5000");
        // A settled invoice takes no more: a person decides.
        assert_eq!(record(&world, paying(100, "c", Some(&named))).await["state"], "UNMATCHED");
        db_check_sums(&world).await;
    });
}

#[test]
fn wrong_check_digits_and_other_currencies_wait_for_a_person() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let named = reference("2026-000001");
        let wrong = named.replacen("RF", "RF9", 1);
        assert_eq!(record(&world, paying(75_000, "a", Some(&wrong))).await["state"], "UNMATCHED");
        assert_eq!(record(&world, paying(75_000, "b", Some("2026-000001"))).await["state"], "UNMATCHED");
        assert_eq!(record(&world, paying(75_000, "c", None)).await["state"], "UNMATCHED");
        let mut euros = paying(75_000, "d", Some(&named));
        euros["amount"]["currency"] = json!("EUR");
        assert_eq!(record(&world, euros.clone()).await["state"], "UNMATCHED");
        euros["sourceKey"] = json!("e");
        euros["invoiceId"] = json!(invoice);
        let staff = world.as_(OWNER_OF_OPERATOR);
        assert_eq!(staff.mistake("recordPayment", euros).await["code"], "CURRENCY_DIFFERS");
        for (field, value) in [
            ("amount", json!({ "amountMinor": "0", "currency": "SEK" })),
            ("amount", json!({ "amountMinor": "1", "currency": "XXQ" })),
            ("receivedOn", json!(day(1))),
            ("sourceKey", json!(" ")),
        ] {
            let mut input = paying(100, "f", None);
            input[field] = value;
            assert_eq!(staff.mistake("recordPayment", input).await["code"], "INVALID_INPUT", "{field}");
        }
        assert_eq!(settled(&world, &invoice).await, state("OVERDUE", "0", "75000"));
        let query = "{ operator { payments(first: 10, state: UNMATCHED) { totalCount edges { node {
          suggestions { invoice { number } reasons } } } } } }";
        let waiting = staff.run(query, json!({})).await;
        let list = &waiting.ok()["operator"]["payments"];
        assert_eq!(list["totalCount"], 4);
        // The one in another currency names the invoice.
        let suggestions =
            list["edges"].as_array().unwrap().iter().flat_map(|edge| edge["node"]["suggestions"].as_array().unwrap());
        let other = suggestions.filter(|one| one["reasons"].as_array().unwrap().contains(&json!("OTHER_CURRENCY")));
        let numbers: Vec<&Value> = other.map(|one| &one["invoice"]["number"]).collect();
        assert_eq!(numbers, ["2026-000001"]);
    });
}

#[test]
fn the_same_payment_is_recorded_once() {
    with_database(async |world| {
        db_bill(&world, ACME, ACME, "2026-000001").await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let mut input = paying(100, "a", Some(&reference("2026-000001")));
        input["idempotencyKey"] = json!("once");
        let first = record(&world, input.clone()).await;
        assert_eq!(record(&world, input.clone()).await["id"], first["id"]);
        input["idempotencyKey"] = Value::Null;
        let again = staff.mistake("recordPayment", input).await;
        assert_eq!((&again["code"], &again["field"]), (&json!("DUPLICATE"), &json!(["input", "sourceKey"])));
        assert_eq!(db_payments(&world, "'UNMATCHED', 'MATCHED'").await, 1);
        let attempts = (0..4).map(|_| staff.attempt("recordPayment", paying(100, "b", None), ""));
        let answers = join_all(attempts).await;
        let done = answers.iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!((done, db_payments(&world, "'UNMATCHED', 'MATCHED'").await), (1, 2));
    });
}

#[test]
fn a_person_says_what_a_payment_is_for() {
    with_database(async |world| {
        let own = db_bill(&world, ACME, ACME, "2026-000001").await;
        let others = db_bill(&world, ACME, MECENAT, "2026-000002").await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let payment = record(&world, paying(100_000, "a", None)).await["id"].clone();
        let matching = |invoices: Value| json!({ "paymentId": payment, "invoices": invoices });
        for (input, code) in [
            (matching(json!([])), "INVALID_INPUT"),
            (matching(json!([{ "invoiceId": own }, { "invoiceId": others }])), "INVALID_INPUT"),
            (matching(json!([{ "invoiceId": own, "amountMinor": "75001" }])), "INVALID_INPUT"),
            (matching(json!([{ "invoiceId": own, "amountMinor": "0" }])), "INVALID_INPUT"),
            (matching(json!(vec![json!({ "invoiceId": own }); 101])), "TOO_MANY"),
        ] {
            assert_eq!(staff.mistake("matchPayment", input.clone()).await["code"], code, "{input}");
        }
        assert_eq!(settled(&world, &own).await, state("OVERDUE", "0", "75000"));
        let part = matching(json!([{ "invoiceId": own, "amountMinor": "40000" }]));
        let matched = staff.act("matchPayment", part, PAYMENT).await["payment"].clone();
        assert_eq!((&matched["payer"]["name"], &matched["balance"]["amountMinor"]), (&json!("Acme"), &json!("60000")));
        let other = matching(json!([{ "invoiceId": others }]));
        assert_eq!(staff.mistake("matchPayment", other).await["code"], "INVALID_INPUT");
        staff.act("matchPayment", matching(json!([{ "invoiceId": own }])), PAYMENT).await;
        assert_eq!(settled(&world, &own).await, state("PAID", "75000", "0"));
        assert_eq!(balance(&world, ACME).await, "25000");
        assert_eq!(balance(&world, MECENAT).await, "0");
        db_check_sums(&world).await;
    });
}

#[test]
fn a_returned_payment_opens_its_invoices_again() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let payment = record(&world, paying(80_000, "a", Some(&reference("2026-000001")))).await["id"].clone();
        assert_eq!(settled(&world, &invoice).await.0, "PAID");
        world.wait(TimeDelta::days(1));
        let staff = world.as_(OWNER_OF_OPERATOR);
        let input = json!({ "paymentId": payment });
        let returned = staff.act("returnPayment", input.clone(), PAYMENT).await["payment"].clone();
        assert_eq!((&returned["state"], &returned["balance"]["amountMinor"]), (&json!("RETURNED"), &json!("0")));
        assert_eq!(settled(&world, &invoice).await, state("OVERDUE", "0", "75000"));
        assert_eq!(balance(&world, ACME).await, "0");
        assert_eq!(staff.mistake("returnPayment", input).await["code"], "STALE_STATE");
        let matching = json!({ "paymentId": payment, "invoices": [{ "invoiceId": invoice }] });
        assert_eq!(staff.mistake("matchPayment", matching).await["code"], "STALE_STATE");
        let query = "query($id: ID!) { node(id: $id) { ... on Invoice { allocations(first: 9) { edges { node {
          amount { amountMinor } } } } } } }";
        let seen = world.as_(OWNER_OF_ACME).run(query, json!({ "id": invoice })).await;
        let edges = seen.ok()["node"]["allocations"]["edges"].as_array().unwrap();
        let amounts: Vec<&Value> = edges.iter().map(|edge| &edge["node"]["amount"]["amountMinor"]).collect();
        assert_eq!(amounts, ["75000", "-75000"]);
        db_check_sums(&world).await;
    });
}

#[test]
fn the_payer_and_partners_who_may_pay_apply_its_balance() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let apply = |minor: i64| json!({ "invoiceId": invoice, "amountMinor": minor.to_string() });
        let olga = world.as_(OWNER_OF_ACME);
        assert_eq!(olga.mistake("applyBalance", apply(1)).await["code"], "INVALID_INPUT", "there is no balance");
        for (minor, source) in [(100, "a"), (50_000, "b")] {
            let payment = record(&world, paying(minor, source, None)).await["id"].clone();
            let input = json!({ "paymentId": payment, "payerId": id_of(ACME) });
            staff.act("matchPayment", input, PAYMENT).await;
        }
        assert_eq!(balance(&world, ACME).await, "50100");
        for stranger in [SOLE_PERSON, OWNER_OF_EKEN, CLERK_OF_MECENAT] {
            world.as_(stranger).attempt("applyBalance", apply(1), "").await.refused("NOT_FOUND");
        }
        // They read invoices, but may not pay them.
        for reader in [INVOICES_OF_ACME, OWNER_OF_LUND] {
            world.as_(reader).attempt("applyBalance", apply(1), "").await.refused("FORBIDDEN");
        }
        world.as_(NOBODY).attempt("applyBalance", apply(1), "").await.refused("UNAUTHENTICATED");
        assert_eq!(settled(&world, &invoice).await, state("OVERDUE", "0", "75000"));
        let sql = "UPDATE partnership SET delegated = $1 WHERE client_id = $2 AND reseller_id = $3";
        let full = PermissionSet::DELEGABLE.to_stored();
        world.db_execute(sql, [full.into(), ACME.id.into(), LUND.id.into()]).await;
        world.as_(OWNER_OF_LUND).act("applyBalance", apply(600), "invoice { number }").await;
        assert_eq!(settled(&world, &invoice).await, state("OVERDUE", "600", "74400"));
        let event = "SELECT CASE WHEN partnership_id IS NULL THEN 'own' ELSE 'partner' END FROM audit_event \
                     WHERE action = 'applyBalance' AND outcome = 'DONE'";
        assert_eq!(world.texts(event).await, ["partner"]);
        for minor in [0, -1, 50_000] {
            assert_eq!(olga.mistake("applyBalance", apply(minor)).await["code"], "INVALID_INPUT", "{minor}");
        }
        let mut all = json!({ "invoiceId": invoice, "idempotencyKey": "all" });
        olga.act("applyBalance", all.clone(), "").await;
        olga.act("applyBalance", all.clone(), "").await;
        assert_eq!(settled(&world, &invoice).await, state("OVERDUE", "50100", "24900"));
        all["amountMinor"] = json!("1");
        world.as_(OWNER_OF_ACME).attempt("applyBalance", all, "").await.refused("CONFLICT");
        assert_eq!(balance(&world, ACME).await, "0");
        db_check_sums(&world).await;
    });
}

#[test]
fn no_more_than_the_balance_is_paid_back() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        for (minor, source) in [(700, "a"), (300, "b")] {
            let payment = record(&world, paying(minor, source, None)).await["id"].clone();
            staff.act("matchPayment", json!({ "paymentId": payment, "payerId": id_of(ACME) }), PAYMENT).await;
        }
        let refund = |minor: i64, currency: &str| json!({ "payerId": id_of(ACME), "amount": { "amountMinor": minor.to_string(), "currency": currency } });
        for (minor, currency) in [(0, "SEK"), (1_001, "SEK"), (1, "EUR")] {
            let error = staff.mistake("recordRefund", refund(minor, currency)).await;
            assert_eq!(error["code"], "INVALID_INPUT", "{minor} {currency}");
        }
        let payload = staff.act("recordRefund", refund(800, "SEK"), "balance { amountMinor }").await;
        assert_eq!(payload["balance"], json!([{ "amountMinor": "200" }]));
        let attempts = (0..4).map(|_| staff.attempt("recordRefund", refund(150, "SEK"), ""));
        let answers = join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| answer.user_codes().is_empty()).count(), 1);
        assert_eq!(balance(&world, ACME).await, "50");
        db_check_sums(&world).await;
    });
}

#[test]
fn two_payments_of_one_invoice_at_once_are_put_to_it_once() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.credential().await;
        let named = reference("2026-000001");
        let sources = ["a", "b", "c", "d"];
        let pay = |source: &'static str| staff.attempt("recordPayment", paying(30_000, source, Some(&named)), PAYMENT);
        for answer in join_all(sources.map(pay)).await {
            assert_eq!(answer.user_codes(), Vec::<&str>::new());
        }
        assert_eq!(settled(&world, &invoice).await, state("PAID", "75000", "0"));
        let left = db_payments(&world, "'UNMATCHED'").await;
        let more = balance(&world, ACME).await.parse::<i64>().unwrap() + 30_000 * left;
        assert_eq!(more, 45_000);
        db_check_sums(&world).await;
    });
}

#[test]
fn a_payment_and_a_credit_note_at_once_leave_sums_that_agree() {
    with_database(async |world| {
        set_issuer(&world, json!({})).await;
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let named = reference("2026-000001");
        let credit = json!({
            "invoiceId": invoice, "reason": "Not delivered", "lines": [{ "position": 1 }, { "position": 2 }],
        });
        let paid = staff.attempt("recordPayment", paying(75_000, "a", Some(&named)), PAYMENT);
        let credited = staff.attempt("creditInvoice", credit, "creditNote { number }");
        let (paid, credited) = join(paid, credited).await;
        assert_eq!((paid.user_codes(), credited.user_codes()), (Vec::new(), Vec::new()), "{}", credited.text);
        let (state, _, left) = settled(&world, &invoice).await;
        assert_eq!((state.as_str(), left.as_str()), ("PAID", "0"));
        // Whichever came first: 750.00 were paid, and 500.00 credited.
        assert_eq!(balance(&world, ACME).await, "50000");
        db_check_sums(&world).await;
        staff.act("voidInvoice", json!({ "invoiceId": invoice, "reason": "Nothing was" }), "").await;
        assert_eq!(settled(&world, &invoice).await.0, "VOID");
        assert_eq!(balance(&world, ACME).await, "75000");
        db_check_sums(&world).await;
    });
}

#[test]
fn payments_are_seen_by_the_operator_and_by_those_who_read_invoices_of_the_payer() {
    with_database(async |world| {
        db_bill(&world, ACME, MECENAT, "2026-000002").await;
        let payment = record(&world, paying(100, "a", Some(&reference("2026-000002")))).await["id"].clone();
        let unknown = record(&world, paying(100, "b", None)).await["id"].clone();
        let query = "query($id: ID!) { node(id: $id) { ... on Payment { id reference } } }";
        for (caller, sees, sees_unknown) in [
            (OWNER_OF_OPERATOR, true, true),
            (CLERK_OF_MECENAT, true, false),
            // The invoice is for Acme, but another organisation has paid it.
            (OWNER_OF_ACME, false, false),
            (SOLE_PERSON, false, false),
            (AGENT_OF_OPERATOR, false, false),
        ] {
            for (id, sees) in [(&payment, sees), (&unknown, sees_unknown)] {
                let answer = world.as_(caller).run(query, json!({ "id": id })).await;
                assert_eq!(answer.at("node/id") == id, sees, "{}: {}", caller.name(), answer.text);
            }
        }
        let suggestions = "query($id: ID!) { node(id: $id) { ... on Payment { suggestions { reasons } } } }";
        world.as_(CLERK_OF_MECENAT).run(suggestions, json!({ "id": payment })).await.refused("NOT_FOUND");
        let list = "query($id: ID!) { organisation(id: $id) { payments(first: 5) { totalCount } } }";
        let seen = world.as_(CLERK_OF_MECENAT).run(list, json!({ "id": id_of(MECENAT) })).await;
        assert_eq!(seen.at("organisation/payments/totalCount"), 1);
        // The memory follows when the bank takes it back.
        world.wait(TimeDelta::days(1));
        world.as_(OWNER_OF_OPERATOR).act("returnPayment", json!({ "paymentId": payment }), PAYMENT).await;
        let state = "query($id: ID!) { node(id: $id) { ... on Payment { state } } }";
        let seen = world.as_(CLERK_OF_MECENAT).run(state, json!({ "id": payment })).await;
        assert_eq!(seen.at("node/state"), "RETURNED");
    });
}

#[test]
fn a_returned_payment_is_owed_again_also_after_a_credit() {
    with_database(async |world| {
        set_issuer(&world, json!({})).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let named = reference("2026-000001");
        let payment = record(&world, paying(75_000, "a", Some(&named))).await["id"].clone();
        let credit =
            json!({ "invoiceId": invoice, "reason": "Half", "lines": [{ "position": 1, "netMinor": "20000" }] });
        staff.act("creditInvoice", credit, "").await;
        assert_eq!(balance(&world, ACME).await, "25000");
        staff.act("returnPayment", json!({ "paymentId": payment }), "").await;
        // What was credited settles its own invoice first.
        assert_eq!((settled(&world, &invoice).await.2, balance(&world, ACME).await), ("50000".into(), "0".into()));
        let payment = record(&world, paying(50_000, "b", Some(&named))).await["id"].clone();
        staff.act("voidInvoice", json!({ "invoiceId": invoice, "reason": "All of it" }), "").await;
        let refund = json!({ "payerId": id_of(ACME), "amount": { "amountMinor": "50000", "currency": "SEK" } });
        staff.act("recordRefund", refund, "").await;
        staff.act("returnPayment", json!({ "paymentId": payment }), "").await;
        // The customer has its money twice: what was refunded of the credit is owed.
        let (state, _, left) = settled(&world, &invoice).await;
        assert_ne!((state.as_str(), left.as_str()), ("VOID", "0"));
        db_check_sums(&world).await;
    });
}

#[test]
fn a_payment_is_matched_once_whatever_is_repeated() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let payment = record(&world, paying(100_000, "a", None)).await["id"].clone();
        let staff = world.as_(OWNER_OF_OPERATOR);
        let twice = json!({ "paymentId": payment, "invoices": [{ "invoiceId": invoice }, { "invoiceId": invoice }] });
        assert_eq!(staff.mistake("matchPayment", twice).await["code"], "INVALID_INPUT");
        let part = json!({ "paymentId": payment, "idempotencyKey": "once",
                           "invoices": [{ "invoiceId": invoice, "amountMinor": "6000" }] });
        for _ in 0..2 {
            staff.act("matchPayment", part.clone(), "").await;
        }
        assert_eq!(settled(&world, &invoice).await.1, "6000");
        db_check_sums(&world).await;
    });
}

#[test]
fn what_was_paid_back_of_a_returned_payment_is_owed_before_the_balance_is_used() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let pay = async |minor: i64, source: &str| {
            let payment = record(&world, paying(minor, source, None)).await["id"].clone();
            staff.act("matchPayment", json!({ "paymentId": payment, "payerId": id_of(ACME) }), "").await;
            payment
        };
        let refund = |minor: i64| json!({ "payerId": id_of(ACME), "amount": { "amountMinor": minor.to_string(), "currency": "SEK" } });
        let apply = json!({ "invoiceId": invoice });
        let first = pay(1_000, "a").await;
        staff.act("recordRefund", refund(800), "").await;
        let returned = staff.act("returnPayment", json!({ "paymentId": first }), PAYMENT).await["payment"].clone();
        assert_eq!(returned["balance"]["amountMinor"], "-800");
        assert_eq!(balance(&world, ACME).await, "-800");
        let payer = world.as_(OWNER_OF_ACME);
        assert_eq!(payer.mistake("applyBalance", apply.clone()).await["code"], "INVALID_INPUT");
        assert_eq!(staff.mistake("recordRefund", refund(1)).await["code"], "INVALID_INPUT");
        // Of the next payment, only what it does not owe can be used.
        pay(1_000, "b").await;
        assert_eq!(balance(&world, ACME).await, "200");
        let refused = staff.mistake("recordRefund", refund(201)).await;
        assert!(refused["message"].as_str().unwrap().contains("2.00 SEK"), "{refused}");
        staff.act("recordRefund", refund(50), "").await;
        payer.act("applyBalance", apply.clone(), "").await;
        assert_eq!(settled(&world, &invoice).await, state("OVERDUE", "150", "74850"));
        assert_eq!(balance(&world, ACME).await, "0");
        assert_eq!(payer.mistake("applyBalance", apply).await["code"], "INVALID_INPUT");
        db_check_sums(&world).await;
    });
}

#[test]
fn an_invoice_whose_number_is_named_is_suggested_among_however_many() {
    with_database(async |world| {
        db_bill(&world, ACME, ACME, "2026-000001").await;
        let sql = "SELECT * FROM invoice WHERE number = '2026-000001'";
        let row = world.db().rows(sql, vec![]).await.unwrap().remove(0);
        let row = <entity::invoice::Model as sea_orm::FromQueryResult>::from_query_result(&row, "").unwrap();
        let older = (1..=5_000_u32).map(|number| entity::invoice::Model {
            id: key(NORDIC, 820_000 + number),
            number: Some(format!("2025-{number:06}")),
            payment_reference: Some(reference(&format!("2025-{number:06}"))),
            issued_on: row.issued_on.map(|day| day - chrono::Days::new(100)),
            due_on: row.due_on.map(|day| day - chrono::Days::new(100)),
            ..row.clone()
        });
        db_insert(world.db().writer(), older.collect()).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        for (source, text) in [("a", "our order, 2026-000001."), ("b", "2026 000001"), ("c", "2026-0000011")] {
            let mut input = paying(100, source, None);
            input["text"] = json!(text);
            staff.act("recordPayment", input, "").await;
        }
        let query = "{ operator { payments(first: 10, state: UNMATCHED) { edges { node { text
          suggestions { invoice { number } reasons } } } } } }";
        let waiting = staff.run(query, json!({})).await;
        let edges = waiting.ok()["operator"]["payments"]["edges"].as_array().unwrap();
        let found: Vec<&Value> = edges.iter().map(|edge| &edge["node"]["suggestions"]).collect();
        let named = json!([{ "invoice": { "number": "2026-000001" }, "reasons": ["NUMBER_IN_TEXT"] }]);
        assert_eq!(found, [&json!([]), &named, &named], "the newest first");
    });
}
