//! Commission: what resellers earn, give back and are paid.

use axum::http::StatusCode;
use chrono::{Datelike, TimeDelta};
use serde_json::{Value, json};
use tenantry::access::DelegationPreset;
use tenantry::base::id::Type;
use uuid::Uuid;

use super::issued::*;
use super::*;
use crate::catalogue::offers::*;

const LINES: &str = "lines(first: 20) { totalCount edges { node { client { name } description product { code } tier \
  basisPoints lowerBasisPoints base { amountMinor } amount { amountMinor } invoice { number } creditNote { number } } } }";

fn reseller(tenant: Tenant) -> String {
    Type::Reseller.id(tenant.id).0
}

/// Sets the rate of a reseller from today on.
async fn set_rate(world: &World, tenant: Tenant, basis_points: i32) {
    let input = json!({ "resellerId": reseller(tenant), "basisPoints": basis_points });
    world.as_(OWNER_OF_OPERATOR).act("addCommissionRate", input, "rate { basisPoints validFrom }").await;
}

/// Acme buys for this price from the catalogue; the day's rates are known.
async fn sell(world: &World, unit: i64) -> Value {
    world.db_execute("UPDATE price SET unit_minor = $2 WHERE product_id = $1", [SEAT.into(), unit.into()]).await;
    buy(world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], unit).await;
    bill(world).await;
    invoices(world, OWNER_OF_ACME, ACME).await.pop().unwrap()
}

/// An offer, and an issuer with these settings. Nobody pays for Acme.
async fn prepare(world: &World, more: Value) {
    db_offer(world).await;
    db_nobody_pays(world).await;
    world.db_execute("DELETE FROM commission_line", []).await;
    set_issuer(world, more).await;
}

/// Acme buys through Lund, Lund through Fjord, and Fjord through Norden.
async fn db_chain(world: &World) {
    let sql = "UPDATE partnership SET state = 'ENDED', ended_at = created_at WHERE client_id = $1 AND reseller_id = $2";
    world.db_execute(sql, [ACME.id.into(), FJORD.id.into()]).await;
    world.db_execute(sql, [LUND.id.into(), NORDEN.id.into()]).await;
    let mut rows = Rows::starting_at(NORDIC, 880_000);
    rows.partnership(FJORD.id, LUND.id, DelegationPreset::None.set());
    rows.db_write(world.db().writer()).await;
}

/// What a reseller has earned since the last closed month.
async fn open(world: &World, caller: Caller, tenant: Tenant) -> Value {
    let query = format!(
        "query($id: ID!) {{ organisation(id: $id) {{ reseller {{ openCommission {{ currency opening {{ amountMinor }} \
         total {{ amountMinor }} {LINES} }} }} }} }}"
    );
    let answer = world.as_(caller).run(&query, json!({ "id": id_of(tenant) })).await;
    answer.ok()["organisation"]["reseller"]["openCommission"].clone()
}

/// The amounts of the open lines of a reseller.
async fn amounts(world: &World, caller: Caller, tenant: Tenant) -> Vec<i64> {
    let open = open(world, caller, tenant).await;
    let lines = open.as_array().unwrap().first().map(|sum| sum["lines"]["edges"].as_array().unwrap().clone());
    lines.unwrap_or_default().iter().map(|edge| minor(&edge["node"]["amount"])).collect()
}

/// The statements of a reseller, the newest first.
async fn statements(world: &World, caller: Caller, tenant: Tenant) -> Vec<Value> {
    let query = format!(
        "query($id: ID!) {{ organisation(id: $id) {{ reseller {{ commissionStatements(first: 9) {{ edges {{ node {{ id \
         state month opening {{ amountMinor }} total {{ amountMinor }} payout {{ amountMinor }} \
         carriedOver {{ amountMinor }} paidOn payoutReference pdfPath ndjsonPath {LINES} }} }} }} }} }} }}"
    );
    let answer = world.as_(caller).run(&query, json!({ "id": id_of(tenant) })).await;
    let edges = answer.ok()["organisation"]["reseller"]["commissionStatements"]["edges"].as_array().unwrap().clone();
    edges.into_iter().map(|edge| edge["node"].clone()).collect()
}

/// The first day of the month that is so many months after that of the tests.
fn month(after: u32) -> String {
    (now().date_naive().with_day(1).unwrap() + chrono::Months::new(after)).to_string()
}

#[test]
fn three_resellers_share_and_each_sees_only_its_own() {
    with_database(async |world| {
        prepare(&world, json!({ "commissionThresholdMinor": "2000" })).await;
        db_chain(&world).await;
        for (tenant, rate) in [(NORDEN, 2_000), (FJORD, 1_200), (LUND, 500)] {
            set_rate(&world, tenant, rate).await;
        }
        let invoice = sell(&world, 33_333).await;
        let mut seen = Vec::new();
        for (caller, tenant) in [(OWNER_OF_NORDEN, NORDEN), (OWNER_OF_FJORD, FJORD), (OWNER_OF_LUND, LUND)] {
            let open = open(&world, caller, tenant).await;
            let line = &open[0]["lines"]["edges"][0]["node"];
            assert_eq!((&open[0]["lines"]["totalCount"], &line["product"]["code"]), (&json!(1), &json!("SEAT")));
            let client = line["client"]["name"].as_str().unwrap().to_owned();
            seen.push((
                client,
                line["tier"].as_i64().unwrap(),
                minor(&line["amount"]),
                line["invoice"]["number"].clone(),
            ));
        }
        // Only Lund has a partnership that lets it see the invoice of Acme.
        let number = invoice["number"].clone();
        assert_eq!((&seen[0].0[..], seen[0].1, seen[0].2), ("Fjord", 2, 2_667));
        assert_eq!(seen[1], ("Lund".to_owned(), 1, 2_333, Value::Null));
        assert_eq!(seen[2], ("Acme".to_owned(), 0, 1_667, number));
        world
            .as_(OWNER_OF_ACME)
            .run("query($id: ID!) { organisation(id: $id) { reseller { id } } }", json!({ "id": id_of(ACME) }))
            .await
            .ok();

        // The month is closed once it is over. What is below the threshold is carried over.
        let staff = world.as_(OWNER_OF_OPERATOR);
        let query =
            "{ operator { openCommission { edges { node { reseller { name } currency total { amountMinor } } } } } }";
        let all = staff.run(query, json!({})).await;
        let edges = all.ok()["operator"]["openCommission"]["edges"].as_array().unwrap().clone();
        let earned: Vec<_> =
            edges.iter().map(|edge| (&edge["node"]["reseller"]["name"], minor(&edge["node"]["total"]))).collect();
        assert_eq!(earned, [(&json!("Fjord"), 2_333), (&json!("Lund"), 1_667), (&json!("Norden"), 2_667)]);
        let early = staff.mistake("closeCommissionMonth", json!({ "month": month(0) })).await;
        assert_eq!(early["code"], "TOO_EARLY");
        world.wait(TimeDelta::days(31));
        let closed = staff.act("closeCommissionMonth", json!({ "month": month(0) }), "statementCount").await;
        assert_eq!(closed["statementCount"], 3);
        let again = staff.mistake("closeCommissionMonth", json!({ "month": month(0) })).await;
        assert_eq!(again["code"], "MONTH_CLOSED");
        let of_lund = statements(&world, OWNER_OF_LUND, LUND).await.remove(0);
        let sums = |row: &Value| ["opening", "total", "payout", "carriedOver"].map(|field| minor(&row[field]));
        assert_eq!(sums(&of_lund), [0, 1_667, 0, 1_667]);
        let of_norden = statements(&world, OWNER_OF_NORDEN, NORDEN).await.remove(0);
        assert_eq!((sums(&of_norden), &of_norden["state"]), ([0, 2_667, 2_667, 0], &json!("CLOSED")));
        assert_eq!(open(&world, OWNER_OF_NORDEN, NORDEN).await, json!([]));
        let carried = open(&world, OWNER_OF_LUND, LUND).await;
        assert_eq!((minor(&carried[0]["opening"]), minor(&carried[0]["total"])), (1_667, 0));

        // The statement is a file too, for who sees it.
        let path = of_norden["pdfPath"].as_str().unwrap();
        let (status, _, pdf) = download(&world, OWNER_OF_NORDEN, path).await;
        assert!(status == StatusCode::OK && pdf.starts_with(b"%PDF-1.7"), "{status}");
        assert_eq!(download(&world, OWNER_OF_LUND, path).await.0, StatusCode::NOT_FOUND);
        let (_, _, text) = download(&world, OWNER_OF_OPERATOR, of_norden["ndjsonPath"].as_str().unwrap()).await;
        let lines: Vec<Value> =
            String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&lines[0]["amountMinor"], &lines[1]["lines"]), (&json!(2_667), &json!(1)));
        assert_eq!((&lines[1]["totalMinor"], lines.len()), (&json!(2_667), 2));

        // A payout is recorded once, and only where there is one.
        let payout = json!({ "statementId": of_norden["id"], "reference": "B-77" });
        let paid =
            staff.act("recordCommissionPayout", payout.clone(), "statement { state payoutReference paidOn }").await;
        assert_eq!(
            (&paid["statement"]["state"], &paid["statement"]["payoutReference"]),
            (&json!("PAID"), &json!("B-77"))
        );
        assert_eq!(staff.mistake("recordCommissionPayout", payout).await["code"], "STALE_STATE");
        let nothing = json!({ "statementId": of_lund["id"], "reference": "B-78" });
        assert_eq!(staff.mistake("recordCommissionPayout", nothing.clone()).await["code"], "STALE_STATE");
        world.as_(OWNER_OF_LUND).attempt("recordCommissionPayout", nothing, "").await.refused("FORBIDDEN");

        // A credit takes back in the open month, and a negative total is carried over.
        let credit = json!({ "invoiceId": invoice["id"], "reason": "Broken", "lines": [{ "position": 1 }] });
        staff.act("creditInvoice", credit, "creditNote { number }").await;
        assert_eq!(amounts(&world, OWNER_OF_NORDEN, NORDEN).await, [-2_667]);
        assert_eq!(amounts(&world, OWNER_OF_LUND, LUND).await, [-1_667]);
        world.wait(TimeDelta::days(31));
        staff.act("closeCommissionMonth", json!({ "month": month(1) }), "statementCount").await;
        let of_norden = statements(&world, OWNER_OF_NORDEN, NORDEN).await.remove(0);
        assert_eq!(sums(&of_norden), [0, -2_667, 0, -2_667]);
        let of_lund = statements(&world, OWNER_OF_LUND, LUND).await.remove(0);
        assert_eq!(sums(&of_lund), [1_667, -1_667, 0, 0]);
        let query = "query($month: NaiveDate!) { operator { commissionStatements(first: 9, month: $month) { edges { node { \
                     reseller { name } } } } } }";
        let all = staff.run(query, json!({ "month": month(0) })).await;
        let edges = all.ok()["operator"]["commissionStatements"]["edges"].as_array().unwrap().clone();
        let names: Vec<&Value> = edges.iter().map(|edge| &edge["node"]["reseller"]["name"]).collect();
        assert_eq!(names, ["Fjord", "Lund", "Norden"]);
    });
}

#[test]
fn credits_in_thirds_take_back_exactly_what_was_earned() {
    with_database(async |world| {
        prepare(&world, json!({})).await;
        set_rate(&world, FJORD, 1_250).await;
        let invoice = sell(&world, 9_990).await;
        for _ in 0..3 {
            let lines = json!([{ "position": 1, "netMinor": "3330" }]);
            let input = json!({ "invoiceId": invoice["id"], "reason": "A third", "lines": lines });
            world.as_(OWNER_OF_OPERATOR).act("creditInvoice", input, "creditNote { number }").await;
        }
        // Norden has no rate, so it earns nothing.
        assert_eq!(amounts(&world, OWNER_OF_FJORD, FJORD).await, [1_249, -416, -417, -416]);
        assert_eq!(open(&world, OWNER_OF_NORDEN, NORDEN).await, json!([]));
    });
}

#[test]
fn the_partner_of_record_earns_from_its_first_day_on() {
    with_database(async |world| {
        prepare(&world, json!({})).await;
        set_rate(&world, FJORD, 1_000).await;
        set_rate(&world, LUND, 1_250).await;
        let subscription = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await.remove(0);
        bill(&world).await;
        assert_eq!(amounts(&world, OWNER_OF_FJORD, FJORD).await, [1_000]);
        assert_eq!(amounts(&world, OWNER_OF_LUND, LUND).await, Vec::<i64>::new());
        let sql = "SELECT id FROM partnership WHERE client_id = $1 AND reseller_id = $2";
        let rows = world.db().rows(sql, vec![ACME.id.into(), LUND.id.into()]).await.unwrap();
        let partnership = Type::Partnership.id(rows[0].try_get_by_index::<Uuid>(0).unwrap()).0;
        let input = json!({ "subscriptionId": subscription, "partnershipId": partnership, "startsOn": super::day(10) });
        world.as_(OWNER_OF_OPERATOR).act("setPartnerOfRecord", input, "subscription { id }").await;
        world.wait(TimeDelta::days(31));
        bill(&world).await;
        assert_eq!(amounts(&world, OWNER_OF_FJORD, FJORD).await, [1_000]);
        assert_eq!(amounts(&world, OWNER_OF_LUND, LUND).await, [1_250]);
    });
}

#[test]
fn where_partners_earn_on_what_is_paid_each_payment_counts() {
    with_database(async |world| {
        prepare(&world, json!({ "commissionBasis": "PAID" })).await;
        set_rate(&world, FJORD, 1_250).await;
        let invoice = sell(&world, 10_000).await;
        assert_eq!(amounts(&world, OWNER_OF_FJORD, FJORD).await, Vec::<i64>::new());
        let staff = world.as_(OWNER_OF_OPERATOR);
        let mut last = Value::Null;
        for (key, amount) in [("1", "5000"), ("2", "7500")] {
            let input = json!({ "sourceKey": key, "reference": invoice["paymentReference"],
                                "amount": { "amountMinor": amount, "currency": "SEK" } });
            last = staff.act("recordPayment", input, "payment { id state }").await["payment"].clone();
        }
        assert_eq!(amounts(&world, OWNER_OF_FJORD, FJORD).await, [500, 750]);
        staff.act("returnPayment", json!({ "paymentId": last["id"] }), "payment { state }").await;
        assert_eq!(amounts(&world, OWNER_OF_FJORD, FJORD).await, [500, 750, -750]);
    });
}

#[test]
fn an_invoice_earns_as_it_began_also_if_the_basis_changes() {
    with_database(async |world| {
        prepare(&world, json!({ "commissionBasis": "PAID" })).await;
        set_rate(&world, FJORD, 1_000).await;
        let invoice = sell(&world, 10_000).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("setIssuer", json!({ "commissionBasis": "INVOICED" }), "").await;
        let paid = json!({ "sourceKey": "1", "reference": invoice["paymentReference"],
                           "amount": { "amountMinor": "12500", "currency": "SEK" } });
        staff.act("recordPayment", paid, "").await;
        assert_eq!(amounts(&world, OWNER_OF_FJORD, FJORD).await, [1_000]);
    });
}

#[test]
fn rates_begin_today_or_later_and_are_never_changed() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let past = json!({ "resellerId": reseller(FJORD), "basisPoints": 100, "validFrom": super::day(-1) });
        assert_eq!(staff.mistake("addCommissionRate", past).await["code"], "TOO_LATE");
        let sql = "SELECT id FROM partnership WHERE client_id = $1 AND reseller_id = $2";
        let rows = world.db().rows(sql, vec![ACME.id.into(), LUND.id.into()]).await.unwrap();
        let of_lund = Type::Partnership.id(rows[0].try_get_by_index::<Uuid>(0).unwrap()).0;
        let foreign = json!({ "resellerId": reseller(FJORD), "basisPoints": 100, "partnershipId": of_lund });
        assert_eq!(staff.mistake("addCommissionRate", foreign).await["code"], "UNKNOWN");
        world
            .as_(OWNER_OF_FJORD)
            .attempt("addCommissionRate", json!({ "resellerId": reseller(FJORD), "basisPoints": 100 }), "")
            .await
            .refused("FORBIDDEN");
        set_rate(&world, FJORD, 700).await;
        let terms = json!({ "organisationId": id_of(FJORD), "commissionBasisPoints": 900, "terms": "More" });
        staff.act("updateResellerProgramme", terms, "").await;
        let query = "query($id: ID!) { organisation(id: $id) { reseller { commissionRates(first: 9) { edges { node { \
                     basisPoints validFrom partnershipId product { code } } } } } } }";
        let answer = world.as_(OWNER_OF_FJORD).run(query, json!({ "id": id_of(FJORD) })).await;
        let edges = answer.ok()["organisation"]["reseller"]["commissionRates"]["edges"].as_array().unwrap().clone();
        let mut rates: Vec<i64> = edges.iter().map(|edge| edge["node"]["basisPoints"].as_i64().unwrap()).collect();
        rates.sort_unstable();
        assert_eq!(rates, [700, 900]);
    });
}
