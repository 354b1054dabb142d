//! Billing details of an organisation: its legal name, address and currency.

use serde_json::{Value, json};

use super::*;

const BILLING: &str = "billing { legalName address country vatId email currency }";

fn details(tenant: Tenant, more: Value) -> Value {
    let mut input = json!({ "organisationId": id_of(tenant) });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn whole() -> Value {
    json!({ "legalName": " Solo KB ", "address": "Storgatan 1\r\n 111 22 Stockholm ", "country": "se",
            "vatId": " se556677889901", "email": " Billing@Solo.Example ", "currency": "eur" })
}

#[test]
fn billing_details_are_filled_in_once_and_changed_in_part() {
    with_database(async |world| {
        let stig = world.as_(SOLE_PERSON);
        let early = details(SOLO, json!({ "legalName": "Solo KB" }));
        let missing = stig.mistake("updateBillingDetails", early).await;
        assert_eq!((&missing["code"], &missing["field"]), (&json!("INVALID_INPUT"), &json!(["input", "country"])));
        let made = stig.act("updateBillingDetails", details(SOLO, whole()), BILLING).await;
        let expected = json!({ "legalName": "Solo KB", "address": "Storgatan 1\n111 22 Stockholm", "country": "SE",
                               "vatId": "SE556677889901", "email": "billing@solo.example", "currency": "EUR" });
        assert_eq!(made["billing"], expected);
        let changed = details(SOLO, json!({ "vatId": null, "currency": "SEK" }));
        let changed = stig.act("updateBillingDetails", changed, BILLING).await;
        assert_eq!(changed["billing"]["vatId"], Value::Null);
        assert_eq!(changed["billing"]["currency"], "SEK");
        assert_eq!(changed["billing"]["legalName"], "Solo KB");
        let log = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 1) { edges { node { action before after } } } } }";
        let log = stig.run(log, json!({ "id": id_of(SOLO) })).await;
        let event = log.at("organisation/auditEvents/edges/0/node");
        assert_eq!(event["action"], "updateBillingDetails");
        assert!(event.to_string().contains("SE556677889901"), "{event}");
    });
}

#[test]
fn invalid_billing_details_are_refused_with_their_field() {
    with_database(async |world| {
        let stig = world.as_(SOLE_PERSON);
        stig.act("updateBillingDetails", details(SOLO, whole()), BILLING).await;
        for (field, wrong) in [
            ("legalName", " ".to_owned()),
            ("legalName", "a".repeat(201)),
            ("address", "a\u{202e}b".to_owned()),
            ("address", "ä".repeat(1001)),
            ("country", "UK".to_owned()),
            ("country", "Sweden".to_owned()),
            ("vatId", "SE5566778899".to_owned()),
            ("vatId", "DE123456789".to_owned()),
            ("vatId", String::new()),
            ("email", "billing@".to_owned()),
            ("currency", "EURO".to_owned()),
            ("currency", "XYZ".to_owned()),
        ] {
            let error = stig.mistake("updateBillingDetails", details(SOLO, json!({ field: wrong }))).await;
            assert_eq!(error["code"], "INVALID_INPUT", "{field} {wrong}");
            assert_eq!(error["field"], json!(["input", field]), "{wrong}");
        }
        // Another country has other numbers.
        let moved = stig.mistake("updateBillingDetails", details(SOLO, json!({ "country": "DE" }))).await;
        assert_eq!(moved["field"], json!(["input", "vatId"]));
        let moved = details(SOLO, json!({ "country": "NO", "vatId": "123456789mva" }));
        let moved = stig.act("updateBillingDetails", moved, BILLING).await;
        assert_eq!(moved["billing"]["vatId"], "123456789MVA");
    });
}

#[test]
fn a_suspended_organisation_can_change_billing_details_and_a_closed_one_cannot() {
    with_database(async |world| {
        let change = |tenant| details(tenant, json!({ "legalName": "Renamed" }));
        world.as_(OWNER_OF_EKEN).act("updateBillingDetails", change(EKEN), BILLING).await;
        let contact = json!({ "organisationId": id_of(EKEN), "name": "New", "address": "A", "country": "SE",
                              "email": "new@example.org" });
        let given = world.as_(OWNER_OF_EKEN).mistake("createBillingContact", contact).await;
        assert_eq!(given["code"], "ORGANISATION_SUSPENDED");
        world.as_(OWNER_OF_GRAN).attempt("updateBillingDetails", change(GRAN), "").await.refused("FORBIDDEN");
        let closed = world.as_(OWNER_OF_OPERATOR).mistake("updateBillingDetails", change(GRAN)).await;
        assert_eq!(closed["code"], "ORGANISATION_CLOSED");
    });
}
