//! A payer whose own currency is another is asked about it.

use serde_json::json;

use super::*;

async fn db_currency(world: &World, tenant: Tenant, currency: &str) {
    let sql = "INSERT INTO billing_details (organisation_id, legal_name, address, country, email, currency) \
               VALUES ($1, 'Name', 'Street', 'SE', 'a@b.example', $2) \
               ON CONFLICT (organisation_id) DO UPDATE SET currency = excluded.currency";
    world.db_execute(sql, [tenant.id.into(), currency.into()]).await;
}

#[test]
fn a_payer_with_another_currency_accepts_only_by_naming_it() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        db_currency(&world, ACME, "EUR").await;
        db_currency(&world, SOLO, "SEK").await;
        let asked = ask(&world, OWNER_OF_ACME, seeking(ACME, &world.code_of(SOLO).await, 0)).await;
        let stig = world.as_(SOLE_PERSON);
        let mistake = stig.mistake("acceptPayer", named(&asked)).await;
        assert_eq!((&mistake["code"], &mistake["field"]), (&json!("CURRENCY_DIFFERS"), &json!(["input", "currency"])));
        let message = mistake["message"].as_str().unwrap();
        assert!(message.contains("EUR") && message.contains("SEK"), "{message}");
        let with = |currency: &str| json!({ "agreementId": asked["id"], "currency": currency });
        assert_eq!(stig.mistake("acceptPayer", with("SEK")).await["code"], "CURRENCY_DIFFERS");
        assert_eq!(chain_on(&world, ACME, 0).await, ["Mecenat"]);
        let agreed = stig.act("acceptPayer", with("EUR"), AGREEMENT).await;
        assert_eq!(agreed["agreement"]["state"], "ACTIVE");
        assert_eq!(chain_on(&world, ACME, 0).await, ["Solo"]);
    });
}

#[test]
fn asking_for_both_sides_needs_the_currency_too() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        db_currency(&world, ACME, "EUR").await;
        db_currency(&world, SOLO, "SEK").await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let mistake = staff.mistake("requestPayer", asking(ACME, SOLO, 0)).await;
        assert_eq!(mistake["code"], "CURRENCY_DIFFERS");
        let mut input = asking(ACME, SOLO, 0);
        input["currency"] = json!("EUR");
        assert_eq!(ask(&world, OWNER_OF_OPERATOR, input).await["state"], "ACTIVE");
        // The same currency, or one that is not known, is not asked about.
        agree(&world, HAMRA, SOLO, 0).await;
        db_currency(&world, KILEN, "EUR").await;
        agree(&world, KILEN, MECENAT, 0).await;
    });
}
