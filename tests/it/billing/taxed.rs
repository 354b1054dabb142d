//! VAT on invoices: the six rules, told with their facts, and the buyer that they look at.

use serde_json::{Value, json};

use super::issued::*;
use super::*;
use crate::catalogue::offers::*;

/// Acme moves to a country.
async fn moves(world: &World, country: &str, vat_id: Option<&str>) {
    let details = json!({ "organisationId": id_of(ACME), "country": country, "vatId": vat_id });
    world.as_(OWNER_OF_ACME).act("updateBillingDetails", details, "").await;
}

async fn explained(world: &World) -> Value {
    let query = "query($id: ID!) { organisation(id: $id) { explainVat { rule category basisPoints isNumberUnconfirmed \
                 facts { name value } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    answer.ok()["organisation"]["explainVat"].clone()
}

/// The rule, the category, the rate, and whether a number is unconfirmed.
fn outcome(explained: &Value) -> (&str, &str, i64, bool) {
    (
        explained["rule"].as_str().unwrap(),
        explained["category"].as_str().unwrap(),
        explained["basisPoints"].as_i64().unwrap(),
        explained["isNumberUnconfirmed"].as_bool().unwrap(),
    )
}

#[test]
fn the_buyer_decides_on_vat_and_the_invoice_says_why() {
    with_database(async |world| {
        world.db_execute("DELETE FROM issuer", []).await;
        assert_eq!(explained(&world).await, Value::Null, "without an issuer");
        set_issuer(&world, json!({})).await;
        db_nobody_pays(&world).await;
        let contact = json!({ "organisationId": id_of(ACME), "contactId": null });
        world.as_(OWNER_OF_ACME).act("setBillingRecipient", contact, "").await;
        moves(&world, "SE", None).await;
        assert_eq!(outcome(&explained(&world).await), ("SAME_COUNTRY", "S", 2_500, false));
        moves(&world, "NO", None).await;
        assert_eq!(outcome(&explained(&world).await), ("OUTSIDE_EU", "O", 0, false));
        moves(&world, "DE", None).await;
        assert_eq!(outcome(&explained(&world).await), ("ISSUERS_COUNTRY", "S", 2_500, false));
        moves(&world, "DE", Some("DE123456788")).await;
        assert_eq!(outcome(&explained(&world).await), ("ISSUERS_COUNTRY", "S", 2_500, true));
        set_issuer(&world, json!({ "isInOss": true })).await;
        moves(&world, "DE", None).await;
        assert_eq!(outcome(&explained(&world).await), ("BUYERS_COUNTRY", "S", 1_900, false));
        // A rate that staff add counts from its day on.
        let staff = world.as_(OWNER_OF_OPERATOR);
        let rate = |basis_points: i32, from: &str| {
            json!({ "rates": [{ "country": "DE", "taxClass": "STANDARD", "basisPoints": basis_points,
                    "validFrom": from, "source": "BGBl." }] })
        };
        staff.act("addVatRates", rate(2_000, "2026-03-01"), "count").await;
        assert_eq!(outcome(&explained(&world).await).2, 2_000);
        assert_eq!(staff.mistake("addVatRates", rate(10_001, "2026-03-01")).await["code"], "INVALID_INPUT");
        assert_eq!(staff.mistake("addVatRates", json!({ "rates": [] })).await["code"], "INVALID_INPUT");
    });
}

#[test]
fn a_business_with_a_valid_number_accounts_for_vat_itself_until_the_check_is_old() {
    with_database(async |world| {
        db_offer(&world).await;
        set_issuer(&world, json!({})).await;
        db_nobody_pays(&world).await;
        let contact = json!({ "organisationId": id_of(ACME), "contactId": null });
        world.as_(OWNER_OF_ACME).act("setBillingRecipient", contact, "").await;
        moves(&world, "DE", Some("DE123456788")).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let check = |day: &str, valid: bool| json!({ "country": "DE", "vatId": "DE 123 456 788", "isValid": valid, "checkedOn": day, "source": "VIES" });
        staff.act("recordVatCheck", check("2026-03-10", true), "vatId").await;
        assert_eq!(staff.mistake("recordVatCheck", check("2026-03-16", true)).await["code"], "INVALID_INPUT");
        assert_eq!(outcome(&explained(&world).await), ("REVERSE_CHARGE", "AE", 0, false));
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        bill(&world).await;
        let invoice = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        assert_eq!(sums(&invoice), [10_000, 0, 10_000]);
        let vat = &invoice["vatLines"][0];
        assert_eq!((&vat["category"], minor(&vat["base"])), (&json!("REVERSE_CHARGE"), 10_000));
        assert_eq!(vat["exemption"], "Reverse charge: the buyer accounts for VAT.");
        world.wait(chrono::TimeDelta::days(86));
        assert_eq!(outcome(&explained(&world).await), ("ISSUERS_COUNTRY", "S", 2_500, true));
        // A check that finds the number gone counts at once.
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("recordVatCheck", check("2026-06-09", true), "vatId").await;
        assert_eq!(outcome(&explained(&world).await).0, "REVERSE_CHARGE");
        staff.act("recordVatCheck", check("2026-06-09", false), "vatId").await;
        assert_eq!(outcome(&explained(&world).await).0, "ISSUERS_COUNTRY");
    });
}

#[test]
fn the_operator_can_decide_otherwise_and_take_that_back() {
    with_database(async |world| {
        db_offer(&world).await;
        set_issuer(&world, json!({})).await;
        db_nobody_pays(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let set =
            |category: Value| json!({ "organisationId": id_of(ACME), "category": category, "reason": "An embassy" });
        staff.act("setVatOverride", set(json!("EXEMPT")), "organisation { name }").await;
        assert_eq!(outcome(&explained(&world).await), ("OVERRIDE", "E", 0, false));
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        bill(&world).await;
        let invoice = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        assert_eq!((sums(&invoice)[1], &invoice["vatLines"][0]["exemption"]), (0, &json!("An embassy")));
        let staff = world.as_(OWNER_OF_OPERATOR);
        let without_reason = json!({ "organisationId": id_of(ACME), "category": "EXEMPT" });
        assert_eq!(staff.mistake("setVatOverride", without_reason).await["code"], "INVALID_INPUT");
        staff.act("setVatOverride", set(Value::Null), "").await;
        assert_eq!(outcome(&explained(&world).await).0, "SAME_COUNTRY");
    });
}

#[test]
fn the_payer_is_the_buyer_with_the_contact_that_receives_its_invoices() {
    with_database(async |world| {
        db_offer(&world).await;
        set_issuer(&world, json!({})).await;
        db_nobody_pays(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let contact = json!({ "organisationId": id_of(SOLO), "name": "Solo accounts", "address": "Havnegade 1",
            "country": "DK", "email": "accounts@globex.example",
            "invoicing": { "postCode": "1058", "city": "København", "vatId": "DK12345674", "language": "EN" } });
        let details = json!({ "organisationId": id_of(SOLO), "legalName": "Solo", "address": "Gatan 1",
            "country": "SE", "email": "bills@globex.example", "currency": "SEK" });
        staff.act("updateBillingDetails", details, "").await;
        let created =
            staff.act("createBillingContact", contact, "contact { id invoicing { city vatId language } }").await;
        assert_eq!(created["contact"]["invoicing"]["city"], "København");
        let recipient = json!({ "organisationId": id_of(SOLO), "contactId": created["contact"]["id"] });
        staff.act("setBillingRecipient", recipient, "").await;
        agree(&world, ACME, SOLO, 0).await;
        buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 1)], 10_000).await;
        bill(&world).await;
        let invoice = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        assert_eq!((&invoice["recipientName"], &invoice["payer"]["name"]), (&json!("Solo accounts"), &json!("Solo")));
        // Its own VAT number was not checked, so the issuer's rate counts.
        assert_eq!(invoice["vatExplanation"], json!({ "rule": "ISSUERS_COUNTRY", "isNumberUnconfirmed": true }));
    });
}

#[test]
fn the_preview_of_an_order_tells_its_vat_where_that_is_known() {
    with_database(async |world| {
        db_offer(&world).await;
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let query =
            "query($id: ID!, $lines: [OrderLineInput!]!) { organisation(id: $id) { previewOrder(lines: $lines) {
            total { formatted } vat { formatted } totalWithVat { formatted } } } }";
        let variables = json!({ "id": id_of(ACME), "lines": [line(SEAT, 10), line(SERVER, 1)] });
        let answer = world.as_(OWNER_OF_ACME).run(query, variables.clone()).await;
        let texts = ["total", "vat", "totalWithVat"]
            .map(|field| answer.at(&format!("organisation/previewOrder/{field}/formatted")).clone());
        assert_eq!(texts, ["1,290.00 SEK", "322.50 SEK", "1,612.50 SEK"]);
        world.db_execute("DELETE FROM issuer", []).await;
        let answer = world.as_(OWNER_OF_ACME).run(query, variables).await;
        assert_eq!(answer.at("organisation/previewOrder/vat"), &Value::Null);
    });
}
