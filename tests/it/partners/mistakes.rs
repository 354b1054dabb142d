//! Mistakes in proposals: each has its code, and nothing is written.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

/// Fjord's manager makes this proposal. Returns the code and the field of the error.
async fn mistake(world: &World, to: Value, delegation: Value, more: Value) -> (String, String) {
    let mut input = json!({ "organisationId": id_of(FJORD), "side": "RESELLER", "to": to, "delegation": delegation });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let client = world.as_(MANAGER_OF_FJORD);
    client.run("{ viewer { name } }", json!({})).await.ok();
    let before = world.db_dump().await;
    let error = client.mistake("proposePartnership", input).await;
    assert_eq!(before, world.db_dump().await, "nothing is written: {error}");
    (error["code"].as_str().unwrap().to_owned(), error["field"][1].as_str().unwrap_or_default().to_owned())
}

#[test]
fn an_invalid_proposal_is_refused_and_nothing_is_written() {
    with_database(async |world| {
        let by_id = |tenant: Tenant| json!({ "organisationId": id_of(tenant) });
        let (full, none) = (json!({ "preset": "FULL" }), json!({}));
        let error_of = |code: &str, field: &str| (code.to_owned(), field.to_owned());
        let fjord = json!({ "code": world.code_of(FJORD).await });
        assert_eq!(mistake(&world, by_id(FJORD), full.clone(), none.clone()).await, error_of("INVALID_INPUT", "to"));
        assert_eq!(mistake(&world, fjord, full.clone(), none.clone()).await, error_of("INVALID_INPUT", "to"));
        let same = json!({ "preset": "SUPPORT", "includesUpstream": true });
        assert_eq!(mistake(&world, by_id(ACME), same, none.clone()).await, error_of("DUPLICATE", "to"));
        for typed in [json!({ "code": "" }), json!({ "code": "a/b/c/d/e" }), json!({ "email": "nobody" })] {
            assert_eq!(mistake(&world, typed, full.clone(), none.clone()).await, error_of("INVALID_INPUT", "to"));
        }
        let code = json!({ "code": world.code_of(SOLO).await });
        for (delegation, more, field) in [
            (json!({}), none.clone(), "delegation"),
            (json!({ "preset": "FULL", "permissions": [] }), none.clone(), "delegation"),
            (json!({ "permissions": ["OWNERSHIP_TRANSFER"] }), none.clone(), "delegation"),
            (json!({ "preset": "FULL", "clientPermissions": ["INVOICE_ISSUE"] }), none.clone(), "delegation"),
            (full.clone(), json!({ "endsAt": now() }), "endsAt"),
            (full.clone(), json!({ "endsAt": now() - TimeDelta::days(1) }), "endsAt"),
            (full.clone(), json!({ "endsAt": now() + TimeDelta::days(40_000) }), "endsAt"),
            (full.clone(), json!({ "message": " " }), "message"),
            (full.clone(), json!({ "message": "x".repeat(1_001) }), "message"),
            (full.clone(), json!({ "message": "a\u{202e}b" }), "message"),
        ] {
            assert_eq!(mistake(&world, code.clone(), delegation, more).await, error_of("INVALID_INPUT", field));
        }
    });
}

#[test]
fn closed_and_suspended_organisations_cannot_become_partners() {
    with_database(async |world| {
        let id = proposed(&world, "FULL").await;
        let set = async |tenant: Tenant, state: &str| {
            world
                .db_execute("UPDATE organisation SET state = $1 WHERE id = $2", [state.into(), tenant.id.into()])
                .await;
        };
        let accept =
            async || world.as_(SOLE_PERSON).attempt("acceptPartnership", json!({ "proposalId": id }), "").await;
        for (tenant, state, code) in [
            (FJORD, "CLOSED", "ORGANISATION_CLOSED"),
            (FJORD, "SUSPENDED", "ORGANISATION_SUSPENDED"),
            (SOLO, "SUSPENDED", "ORGANISATION_SUSPENDED"),
        ] {
            set(tenant, state).await;
            let answer = accept().await;
            assert_eq!(answer.ok()["acceptPartnership"]["userErrors"][0]["code"], code, "{state} {}", tenant.name);
            set(tenant, "ACTIVE").await;
        }
        set(SOLO, "CLOSED").await;
        assert!(matches!(accept().await.codes()[..], ["FORBIDDEN" | "NOT_FOUND"]));
        let visible = json!({
            "organisationId": id_of(FJORD), "side": "RESELLER", "to": { "organisationId": id_of(EKEN) },
            "delegation": { "preset": "OVERVIEW" },
        });
        // A suspended organisation can get a proposal, and answers it once it is active.
        world.as_(MANAGER_OF_FJORD).act("proposePartnership", visible, "proposal { id }").await;
    });
}

#[test]
fn an_unverified_user_cannot_accept_a_partnership_or_a_payer() {
    with_database(async |world| {
        let id = proposed(&world, "OVERVIEW").await;
        let payer = json!({ "organisationId": id_of(ACME), "payer": { "code": world.code_of(SOLO).await },
                            "startsOn": "2030-01-01" });
        let asked = world.as_(OWNER_OF_ACME).act("requestPayer", payer, "agreement { id }").await;
        let unverify = "UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1";
        world.db_execute(unverify, [SOLE_PERSON.person().email.into()]).await;
        let stig = world.as_(SOLE_PERSON);
        for (mutation, input) in [
            ("acceptPartnership", json!({ "proposalId": id })),
            ("acceptPayer", json!({ "agreementId": asked["agreement"]["id"] })),
        ] {
            assert_eq!(stig.mistake(mutation, input.clone()).await["code"], "ADDRESS_NOT_VERIFIED", "{mutation}");
            world.db_verify(SOLE_PERSON).await;
            stig.act(mutation, input, "").await;
            world.db_execute(unverify, [SOLE_PERSON.person().email.into()]).await;
        }
    });
}

#[test]
fn an_unverified_user_and_a_key_cannot_propose() {
    with_database(async |world| {
        let mut input = by_code(&world, FJORD, SOLO, "FULL").await;
        assert_eq!(
            world.as_(OWNER_OF_FJORD).mistake("proposePartnership", input.clone()).await["code"],
            "ADDRESS_NOT_VERIFIED"
        );
        world.as_(KEY_OF_FJORD).attempt("proposePartnership", input.clone(), "").await.refused("FORBIDDEN");
        input["organisationId"] = json!(id_of(ACME));
        world.as_(KEY_OF_FJORD).attempt("proposePartnership", input, "").await.refused("FORBIDDEN");
        let of_company = json!({
            "organisationId": id_of(ACME), "side": "RESELLER", "to": { "code": "ABCD-2345" }, "delegation": { "preset": "FULL" },
        });
        assert_eq!(world.as_(OWNER_OF_ACME).mistake("proposePartnership", of_company).await["code"], "NOT_A_RESELLER");
        let beyond = json!({
            "organisationId": id_of(ACME), "side": "CLIENT", "to": { "code": "ABCD-2345" }, "delegation": { "preset": "FULL" },
        });
        world.as_(BILLING_OF_ACME).attempt("proposePartnership", beyond, "").await.refused("FORBIDDEN");
    });
}

#[test]
fn no_organisation_becomes_its_own_partner_and_the_answer_names_the_path() {
    with_database(async |world| {
        world.db_verify(OWNER_OF_NORDEN).await;
        // Norden is above Fjord, so Fjord cannot get above Norden.
        let code = world.code_of(NORDEN).await;
        let input = json!({
            "organisationId": id_of(FJORD), "side": "RESELLER", "to": { "code": code }, "delegation": { "preset": "OVERVIEW" },
        });
        let made = world.as_(MANAGER_OF_FJORD).act("proposePartnership", input, "proposal { id }").await;
        let error = world
            .as_(OWNER_OF_NORDEN)
            .mistake("acceptPartnership", json!({ "proposalId": made["proposal"]["id"] }))
            .await;
        assert_eq!(error["code"], "CYCLE");
        assert!(error["message"].as_str().unwrap().contains("Norden → Fjord"), "{error}");

        // Chains of eight fit, and nine do not.
        let mut rows = Rows::starting_at(1, 62_000);
        let chain: Vec<uuid::Uuid> = (0..9).map(|number| key(1, 62_500 + number)).collect();
        for (number, id) in chain.iter().enumerate() {
            rows.organisation(*id, &format!("Link {number}"), entity::organisation::Kind::Reseller);
        }
        for pair in chain.windows(2) {
            rows.partnership(pair[0], pair[1], tenantry::access::DelegationPreset::Overview.set());
        }
        let lowest = chain[8];
        rows.member(lowest, OWNER_OF_LUND.person().id, &[Held::Builtin(tenantry::access::BuiltinRole::Owner)]);
        rows.db_write(world.db().writer()).await;
        let new = json!({ "name": "Too deep", "kind": "COMPANY", "delegation": { "preset": "FULL" } });
        let input = json!({ "organisationId": tenantry::base::id::Type::Organisation.id(lowest).0, "client": new });
        let error = world.as_(OWNER_OF_LUND).mistake("createClient", input).await;
        assert_eq!(error["code"], "TOO_DEEP");
        assert!(error["message"].as_str().unwrap().contains("Link 8"), "{error}");
    });
}
