//! The exports of the bookkeeping: every voucher sums to zero, and each is in one batch.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::issued::*;
use super::*;

/// An invoice of 100.00 before VAT, of which 20.00 are credited, and a payment of 130.00.
async fn trade(world: &World) {
    db_nobody_pays(world).await;
    set_issuer(world, json!({})).await;
    world.db_execute("DELETE FROM allocation", []).await;
    let staff = world.as_(OWNER_OF_OPERATOR);
    let charge = json!({ "organisationId": id_of(ACME), "description": "Help",
        "unitPrice": { "amountMinor": "10000", "currency": "SEK" } });
    staff.act("addCharge", charge, "").await;
    bill(world).await;
    let invoice = invoices(world, OWNER_OF_ACME, ACME).await.pop().unwrap();
    let credit =
        json!({ "invoiceId": invoice["id"], "reason": "Late", "lines": [{ "position": 1, "netMinor": "2000" }] });
    staff.act("creditInvoice", credit, "creditNote { number }").await;
    let payment = json!({ "sourceKey": "P-1", "reference": invoice["paymentReference"],
                          "amount": { "amountMinor": "13000", "currency": "SEK" } });
    staff.act("recordPayment", payment, "payment { state }").await;
}

/// The file at a path: its status, media type, name and bytes.
async fn fetch(world: &World, caller: Caller, path: &str) -> (StatusCode, String, String, Vec<u8>) {
    let response = world.begin(world.as_(caller).get(path).await).await;
    let (head, body) = response.into_parts();
    let text = |name| head.headers.get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    (head.status, text(CONTENT_TYPE), text(CONTENT_DISPOSITION), bytes)
}

/// The sums of the accounts in a file of SIE, after each voucher was found to sum to zero.
pub fn read_sie(bytes: &[u8]) -> BTreeMap<String, i64> {
    let (mut sums, mut open) = (BTreeMap::new(), None);
    // Numbers and labels are ASCII; the names are in code page 437.
    for line in String::from_utf8_lossy(bytes).split("\r\n") {
        if line == "{" {
            assert_eq!(open.replace(0), None);
        } else if line == "}" {
            assert_eq!(open.take(), Some(0), "a voucher sums to zero");
        } else if let Some(posting) = line.strip_prefix("#TRANS ") {
            let fields: Vec<&str> = posting.split(' ').collect();
            let minor: i64 = fields[2].replace('.', "").parse().unwrap();
            *sums.entry(fields[0].to_owned()).or_default() += minor;
            *open.as_mut().unwrap() += minor;
        }
    }
    sums
}

#[test]
fn a_batch_has_each_voucher_once_and_is_fetched_again_as_it_was_made() {
    with_database(async |world| {
        trade(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let input = json!({ "from": super::day(0), "until": super::day(0), "format": "SIE" });
        assert_eq!(staff.mistake("createAccountingBatch", input.clone()).await["code"], "TOO_EARLY");
        world.wait(TimeDelta::days(1));
        let selection = "batch { id url sha256 voucherCount format from until }";
        let batch = staff.act("createAccountingBatch", input.clone(), selection).await["batch"].clone();
        assert_eq!(batch["voucherCount"], 3);
        assert_eq!(staff.mistake("createAccountingBatch", input).await["code"], "DUPLICATE");
        let url = batch["url"].as_str().unwrap();
        let (status, _, name, bytes) = fetch(&world, OWNER_OF_OPERATOR, url).await;
        assert_eq!(status, StatusCode::OK);
        assert!(name.ends_with(".si\""), "{name}");
        assert_eq!(batch["sha256"], tenantry::base::random::hash_of_bytes(&bytes));
        // 125.00 are invoiced and 25.00 credited. Of the payment 100.00 settle the invoice, and 30.00 are the balance.
        let expected = [("1510", 0), ("1930", 13_000), ("2420", -3_000), ("2611", -2_000), ("3001", -8_000)];
        let expected: BTreeMap<String, i64> = expected.map(|(account, sum)| (account.to_owned(), sum)).into();
        assert_eq!(read_sie(&bytes), expected);
        assert_eq!(fetch(&world, OWNER_OF_OPERATOR, url).await.3, bytes);
        assert_eq!(fetch(&world, OWNER_OF_ACME, url).await.0, StatusCode::NOT_FOUND);
        let query = "{ operator { accountingBatches(first: 9) { edges { node { url sha256 } } } } }";
        let listed = staff.run(query, json!({})).await;
        let edges = listed.ok()["operator"]["accountingBatches"]["edges"].as_array().unwrap().clone();
        assert!(edges.iter().any(|edge| edge["node"]["sha256"] == batch["sha256"]));
    });
}

/// Moves all that happened today to an earlier day, as if it had been committed too late for the batch of that day.
async fn db_committed_late(world: &World, today: i64, earlier: i64) {
    let date = |offset: i64| (now() + TimeDelta::days(offset)).date_naive();
    for (table, column) in [
        ("invoice", "issued_on"),
        ("credit_note", "issued_on"),
        ("allocation", "allocated_on"),
        ("payment", "returned_on"),
    ] {
        let sql = format!("UPDATE {table} SET {column} = $1 WHERE {column} = $2");
        world.db_execute(&sql, [date(earlier).into(), date(today).into()]).await;
    }
    for table in ["payment", "refund"] {
        let sql = format!("UPDATE {table} SET created_at = $1 WHERE created_at > $2");
        let (at, after) = (now() + TimeDelta::days(earlier), now() + TimeDelta::days(today) - TimeDelta::hours(1));
        world.db_execute(&sql, [at.into(), after.into()]).await;
    }
}

#[test]
fn what_is_committed_after_the_batch_of_its_day_is_in_the_next_one() {
    with_database(async |world| {
        trade(&world).await;
        let batch = async |day: i64| {
            let day = super::day(day);
            let input = json!({ "from": day, "until": day, "format": "SIE" });
            let staff = world.as_(OWNER_OF_OPERATOR);
            let batch = staff.act("createAccountingBatch", input, "batch { url voucherCount }").await["batch"].clone();
            let file = fetch(&world, OWNER_OF_OPERATOR, batch["url"].as_str().unwrap()).await.3;
            (batch["voucherCount"].as_i64().unwrap(), read_sie(&file))
        };
        world.wait(TimeDelta::days(1));
        let mut batches = vec![batch(0).await];
        // Today, after the batch: an invoice that is paid in part, a balance that is used, and one that is paid back.
        let staff = world.as_(OWNER_OF_OPERATOR);
        let money = |minor: &str| json!({ "amountMinor": minor, "currency": "SEK" });
        let charge = json!({ "organisationId": id_of(ACME), "description": "More help", "unitPrice": money("10000") });
        staff.act("addCharge", charge, "").await;
        bill(&world).await;
        let invoice = invoices(&world, OWNER_OF_ACME, ACME).await.pop().unwrap();
        let payment = json!({ "sourceKey": "P-2", "reference": invoice["paymentReference"], "amount": money("5000") });
        let paid = staff.act("recordPayment", payment, "payment { id }").await["payment"]["id"].clone();
        let use_it = json!({ "invoiceId": invoice["id"], "amountMinor": "1000" });
        world.as_(OWNER_OF_ACME).act("applyBalance", use_it, "").await;
        staff.act("recordRefund", json!({ "payerId": id_of(ACME), "amount": money("500") }), "").await;
        db_committed_late(&world, 1, 0).await;
        world.wait(TimeDelta::days(1));
        batches.push(batch(1).await);
        // The bank takes a payment back: this is late too, and no other day has to be over for another batch.
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("returnPayment", json!({ "paymentId": paid }), "").await;
        db_committed_late(&world, 2, 1).await;
        batches.push(batch(1).await);
        let counts: Vec<i64> = batches.iter().map(|(count, _)| *count).collect();
        assert_eq!(counts, [3, 4, 1]);
        // Together the batches have exactly what an export of all days has.
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for (account, sum) in batches.iter().flat_map(|(_, sums)| sums) {
            *sums.entry(account.clone()).or_default() += sum;
        }
        let path = format!("/operator/accounting?from={}&until={}&format=sie", super::day(0), super::day(2));
        assert_eq!(sums, read_sie(&fetch(&world, OWNER_OF_OPERATOR, &path).await.3));
        let again = json!({ "from": super::day(0), "until": super::day(1), "format": "SIE" });
        assert_eq!(staff.mistake("createAccountingBatch", again).await["code"], "DUPLICATE");
        // Another format has batches of its own. There the balance that was used at once is part of its payment.
        let other = json!({ "from": super::day(0), "until": super::day(1), "format": "NDJSON" });
        let other = staff.act("createAccountingBatch", other, "batch { voucherCount }").await;
        assert_eq!(other["batch"]["voucherCount"], 7);
    });
}

#[test]
fn a_late_document_of_another_business_year_asks_for_a_batch_of_that_year() {
    with_database(async |world| {
        trade(&world).await;
        world.wait(TimeDelta::days(1));
        let staff = world.as_(OWNER_OF_OPERATOR);
        let input = |from: &str, until: &str| json!({ "from": from, "until": until, "format": "DATEV" });
        let today = super::day(0);
        staff.act("createAccountingBatch", input("2025-12-01", "2025-12-31"), "").await;
        world.db_execute("UPDATE credit_note SET issued_on = '2025-12-31' WHERE issued_on = '2026-03-15'", []).await;
        let refused = staff.mistake("createAccountingBatch", input(&today, &today)).await;
        assert!(refused["message"].as_str().unwrap().contains("from 2025-12-31 until 2025-12-31"), "{refused}");
        for (from, until) in [("2025-12-31", "2025-12-31"), (today.as_str(), today.as_str())] {
            staff.act("createAccountingBatch", input(from, until), "").await;
        }
    });
}

#[test]
fn exports_of_days_are_for_staff_with_the_permission() {
    with_database(async |world| {
        trade(&world).await;
        let today = super::day(0);
        let path = |format: &str| format!("/operator/accounting?from={today}&until={today}&format={format}");
        let (status, media, _, bytes) = fetch(&world, OWNER_OF_OPERATOR, &path("ndjson")).await;
        assert_eq!((status, media.as_str()), (StatusCode::OK, "application/x-ndjson"));
        let text = String::from_utf8(bytes).unwrap();
        let vouchers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let kinds: Vec<&Value> = vouchers.iter().map(|voucher| &voucher["kind"]).collect();
        assert_eq!(kinds, ["INVOICE", "CREDIT_NOTE", "PAYMENT"]);
        for voucher in &vouchers {
            let postings = voucher["postings"].as_array().unwrap();
            assert_eq!(postings.iter().map(|posting| posting["amountMinor"].as_i64().unwrap()).sum::<i64>(), 0);
        }
        let (status, media, name, bytes) = fetch(&world, OWNER_OF_OPERATOR, &path("datev")).await;
        assert_eq!((status, media.as_str()), (StatusCode::OK, "text/csv; charset=windows-1252"));
        assert!(name.contains("EXTF_") && bytes.starts_with(b"\"EXTF\";700;21;"), "{name}");
        for list in ["ec-sales", "oss"] {
            let path = format!("/operator/{list}?from={today}&until={today}");
            let (status, _, _, bytes) = fetch(&world, OWNER_OF_OPERATOR, &path).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), 1, "nothing was sold abroad");
            assert_eq!(fetch(&world, OWNER_OF_ACME, &path).await.0, StatusCode::NOT_FOUND);
        }
        assert_eq!(fetch(&world, OWNER_OF_ACME, &path("sie")).await.0, StatusCode::NOT_FOUND);
        assert_eq!(fetch(&world, Caller::Nobody, &path("sie")).await.0, StatusCode::UNAUTHORIZED);
        for wrong in
            ["", "?from=2026-03-01", "?from=2026-03-02&until=2026-03-01&format=sie", "?from=x&until=y&format=sie"]
        {
            let path = format!("/operator/accounting{wrong}");
            assert_eq!(fetch(&world, OWNER_OF_OPERATOR, &path).await.0, StatusCode::BAD_REQUEST, "{wrong}");
        }
        assert_eq!(fetch(&world, OWNER_OF_OPERATOR, &path("xml")).await.0, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn the_accounts_are_set_by_a_file_and_used_by_the_command_line() {
    with_database(async |world| {
        set_issuer(&world, json!({})).await;
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let (succeeded, printed) = program.run(&["accounting", "accounts"]);
        assert!(succeeded && printed.contains("1510"), "{printed}");
        let file = folder.path().join("accounts.toml");
        let path = file.to_str().unwrap();
        for (text, is_good) in [
            (printed.replace("1510", "1599"), true),
            (printed.replace("1510", "15x"), false),
            (printed.replace("\"AE\"", "\"QQ\""), false),
            ("plan = 1".to_owned(), false),
        ] {
            std::fs::write(&file, text).unwrap();
            let (succeeded, said) = program.run(&["accounting", "set-accounts", path]);
            assert_eq!(succeeded, is_good, "{said}");
        }
        assert!(program.run(&["accounting", "accounts"]).1.contains("1599"));
        let days = ["--from", "2026-03-01", "--until", "2026-03-31"];
        let (succeeded, said) = program.run(&[&["accounting", "export", "--format", "ndjson"], &days[..]].concat());
        assert!(succeeded, "{said}");
        let events = "SELECT actor_kind FROM audit_event WHERE action = 'setAccounts'";
        assert_eq!(world.texts(events).await, ["SYSTEM"]);
    });
}
