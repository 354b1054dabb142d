//! Answers to a request to pay: once, in time, and only by people with permission.

use serde_json::{Value, json};

use super::*;

#[test]
fn an_organisation_pays_nothing_before_it_consents() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        db_nobody_pays(&world).await;
        db_role_at(&world, 760_000, OWNER_OF_ACME, SOLO, BuiltinRole::Member).await;
        let asked = ask(&world, OWNER_OF_ACME, asking(ACME, SOLO, 0)).await;
        assert_eq!((&asked["state"], &asked["payer"]["name"]), (&json!("PENDING"), &json!("Solo")));
        assert_eq!(chain_on(&world, ACME, 0).await, Vec::<String>::new());
        let stig = world.as_(SOLE_PERSON);
        let query = "query($id: ID!) { organisation(id: $id) { paysFor(first: 5) { totalCount } \
                     requestsToPay(first: 5) { totalCount } } }";
        let seen = stig.run(query, json!({ "id": id_of(SOLO) })).await;
        assert_eq!(
            seen.ok()["organisation"],
            json!({ "paysFor": { "totalCount": 0 }, "requestsToPay": { "totalCount": 1 } })
        );
        let query = "query($id: ID!) { organisation(id: $id) { payer { name } billing { recipient { \
                     ... on OrganisationCard { name } } } } }";
        let seen = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let itself = json!({ "payer": null, "billing": { "recipient": { "name": "Acme" } } });
        assert_eq!(seen.ok()["organisation"], itself);
        // Nobody but the payer's own people can answer, whatever they may do where it was asked.
        for (caller, code) in
            [(OWNER_OF_ACME, "NOT_FOUND"), (BILLING_OF_ACME, "NOT_FOUND"), (CLERK_OF_MECENAT, "NOT_FOUND")]
        {
            world.as_(caller).attempt("acceptPayer", named(&asked), "").await.refused(code);
        }
        db_role_at(&world, 761_000, VIEWER_OF_ACME, SOLO, BuiltinRole::Viewer).await;
        world.as_(VIEWER_OF_ACME).attempt("acceptPayer", named(&asked), "").await.refused("FORBIDDEN");
        world.as_(NOBODY).attempt("acceptPayer", named(&asked), "").await.refused("UNAUTHENTICATED");
        assert_eq!(chain_on(&world, ACME, 0).await, Vec::<String>::new());
    });
}

#[test]
fn a_request_is_answered_once() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let code = world.code_of(SOLO).await;
        let (olga, stig) = (world.as_(OWNER_OF_ACME), world.as_(SOLE_PERSON));
        for (how, by, state) in [
            ("declinePayer", &stig, "DECLINED"),
            ("withdrawPayerRequest", &olga, "WITHDRAWN"),
            ("acceptPayer", &stig, "ACTIVE"),
        ] {
            let asked = ask(&world, OWNER_OF_ACME, seeking(ACME, &code, 0)).await;
            let answered = by.act(how, named(&asked), AGREEMENT).await;
            assert_eq!(answered["agreement"]["state"], state);
            for (again, by) in [("acceptPayer", &stig), ("declinePayer", &stig), ("withdrawPayerRequest", &olga)] {
                assert_eq!(by.mistake(again, named(&asked)).await["code"], "STALE_STATE", "{again} after {how}");
            }
            if how != "acceptPayer" {
                assert_eq!(olga.mistake("endPayer", named(&asked)).await["code"], "STALE_STATE");
            }
        }
        let told = world.mails(OWNER_OF_ACME.person().email).await;
        assert!(told[0].contains("“Solo” has declined to pay the invoices of “Acme”"), "{told:?}");
        assert_eq!(chain_on(&world, ACME, 0).await, ["Solo"], "it pays in the place of the one before");
        let twice = olga.mistake("requestPayer", seeking(ACME, "nobody's code", 0)).await;
        assert_eq!((&twice["code"], &twice["field"]), (&json!("INVALID_INPUT"), &json!(["input", "payer"])));
    });
}

#[test]
fn an_expired_request_makes_way_for_another() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let code = world.code_of(SOLO).await;
        let asked = ask(&world, OWNER_OF_ACME, seeking(ACME, &code, 0)).await;
        let same = ask(&world, OWNER_OF_ACME, seeking(ACME, &code, 0)).await;
        assert_eq!(asked["id"], same["id"], "asked twice, it is one request");
        assert_eq!(world.mails(SOLE_PERSON.person().email).await.len(), 1);
        let olga = world.as_(OWNER_OF_ACME);
        assert_eq!(olga.mistake("requestPayer", seeking(ACME, &code, 1)).await["code"], "DUPLICATE");
        let sql = "UPDATE payer SET created_at = $1 WHERE state = 'PROPOSED'";
        world.db_execute(sql, [(now() - TimeDelta::days(90)).into()]).await;
        for mutation in ["acceptPayer", "declinePayer"] {
            assert_eq!(world.as_(SOLE_PERSON).mistake(mutation, named(&asked)).await["code"], "TOO_LATE");
        }
        assert_eq!(olga.mistake("withdrawPayerRequest", named(&asked)).await["code"], "TOO_LATE");
        let query = "query($id: ID!, $states: [PayerAgreementState!]) { organisation(id: $id) { \
                     payerRequests(first: 5, states: $states) { edges { node { id state expiresAt } } } } }";
        let lapsed = olga.run(query, json!({ "id": id_of(ACME), "states": ["EXPIRED"] })).await;
        let expected = json!([{ "node": { "id": asked["id"], "state": "EXPIRED", "expiresAt": null } }]);
        assert_eq!(lapsed.ok()["organisation"]["payerRequests"]["edges"], expected);
        let none = olga.run(query, json!({ "id": id_of(ACME), "states": ["PENDING", "SCHEDULED", "DECLINED"] })).await;
        assert_eq!(none.at("organisation/payerRequests/edges"), &json!([]));
        let anew = ask(&world, OWNER_OF_ACME, seeking(ACME, &code, 1)).await;
        assert_ne!(anew["id"], asked["id"]);
    });
}

#[test]
fn a_request_accepted_after_its_first_day_starts_on_the_day_of_acceptance() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let asked = ask(&world, OWNER_OF_ACME, seeking(ACME, &world.code_of(SOLO).await, 0)).await;
        let past = (now() - TimeDelta::days(5)).date_naive();
        world.db_execute("UPDATE payer SET starts_on = $1 WHERE state = 'PROPOSED'", [past.into()]).await;
        let accepted = world.as_(SOLE_PERSON).act("acceptPayer", named(&asked), AGREEMENT).await;
        assert_eq!(accepted["agreement"]["startsOn"], day(0));
        assert_eq!(chain_on(&world, ACME, -1).await, ["Mecenat"]);
        assert_eq!(chain_on(&world, ACME, 0).await, ["Solo"]);
        let told = world.mails(CLERK_OF_MECENAT.person().email).await;
        assert!(
            told[0].contains("another organisation pays the invoices of “Acme”") && !told[0].contains("Solo"),
            "{told:?}"
        );
    });
}

#[test]
fn impossible_days_and_too_many_requests_are_refused() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        for from in [-1, 3_700, 700_000] {
            let error = olga.mistake("requestPayer", seeking(ACME, "NOBO-DYXX", from)).await;
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!("INVALID_INPUT"), &json!(["input", "startsOn"])),
                "{from}"
            );
        }
        let itself = olga.mistake("requestPayer", asking(ACME, ACME, 0)).await;
        assert_eq!(itself["code"], "INVALID_INPUT");
        let both = json!({ "organisationId": id_of(ACME), "payer": { "code": "A", "organisationId": id_of(ACME) },
                           "startsOn": day(0) });
        olga.attempt("requestPayer", both, "").await.refused("INVALID_INPUT");
        let unproved = world.as_(BILLING_OF_ACME).mistake("requestPayer", seeking(ACME, "NOBO-DYXX", 0)).await;
        assert_eq!(unproved["code"], "ADDRESS_NOT_VERIFIED");
        for number in 0..20 {
            ask(&world, OWNER_OF_ACME, seeking(ACME, &format!("NOBO-DY{number:02}"), 0)).await;
        }
        assert_eq!(olga.mistake("requestPayer", seeking(ACME, "NOBO-DYXX", 0)).await["code"], "TOO_MANY");
        // It counts by person as well.
        db_role_at(&world, 760_000, OWNER_OF_ACME, SOLO, BuiltinRole::Billing).await;
        assert_eq!(olga.mistake("requestPayer", seeking(SOLO, "NOBO-DYXX", 0)).await["code"], "TOO_MANY");
        let query = "query($id: ID!, $on: NaiveDate) { explainPayer(organisationId: $id, on: $on) { on } }";
        for on in ["+12026-01-01", "-0001-01-01"] {
            let answer = olga.run(query, json!({ "id": id_of(ACME), "on": on })).await;
            assert_eq!(answer.codes(), ["INVALID_INPUT"], "{on}: {}", answer.text);
        }
        let first = olga.run(query, json!({ "id": id_of(ACME), "on": "0001-01-01" })).await;
        assert_eq!(first.ok()["explainPayer"]["on"], "0001-01-01");
    });
}

#[test]
fn a_person_who_acts_for_both_sides_has_the_same_daily_limit() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        for number in 0..10 {
            agree(&world, ACME, MECENAT, 2 * number).await;
            agree(&world, ACME, SOLO, 2 * number + 1).await;
        }
        let error = world.as_(OWNER_OF_OPERATOR).mistake("requestPayer", asking(ACME, JARL, 30)).await;
        assert_eq!(error["code"], "TOO_MANY");
        assert_eq!(chain_on(&world, ACME, 30).await, ["Solo"]);
    });
}

#[test]
fn a_suspended_side_cannot_agree_but_can_end_an_agreement() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        for (organisation, payer, code) in [
            (EKEN, SOLO, "ORGANISATION_SUSPENDED"),
            (SOLO, EKEN, "ORGANISATION_SUSPENDED"),
            (GRAN, SOLO, "ORGANISATION_CLOSED"),
            (SOLO, GRAN, "ORGANISATION_CLOSED"),
        ] {
            assert_eq!(staff.mistake("requestPayer", asking(organisation, payer, 0)).await["code"], code);
        }
        let stopped = world.as_(OWNER_OF_EKEN).mistake("requestPayer", seeking(EKEN, "NOBO-DYXX", 0)).await;
        assert_eq!(stopped["code"], "ORGANISATION_SUSPENDED");
        // Asked before it was suspended: accepted only when it goes on, declined at any time.
        let code = world.code_of(SOLO).await;
        let suspend = async |tenant: Tenant, state: &str| {
            world
                .db_execute("UPDATE organisation SET state = $1 WHERE id = $2", [state.into(), tenant.id.into()])
                .await;
        };
        for (stopped, answer) in [(ACME, "declinePayer"), (SOLO, "declinePayer"), (ACME, "withdrawPayerRequest")] {
            let asked = ask(&world, OWNER_OF_ACME, seeking(ACME, &code, 0)).await;
            suspend(stopped, "SUSPENDED").await;
            let error = world.as_(SOLE_PERSON).mistake("acceptPayer", named(&asked)).await;
            assert_eq!(error["code"], "ORGANISATION_SUSPENDED", "{error}");
            let by = if answer == "declinePayer" { SOLE_PERSON } else { OWNER_OF_ACME };
            world.as_(by).act(answer, named(&asked), AGREEMENT).await;
            suspend(stopped, "ACTIVE").await;
        }
        let agreed = agree(&world, ACME, SOLO, 0).await;
        suspend(SOLO, "SUSPENDED").await;
        let ended = world.as_(SOLE_PERSON).act("endPayer", named(&agreed), AGREEMENT).await;
        assert_eq!(ended["agreement"]["state"], "ENDED");
        assert_eq!(ended["agreement"]["endsOn"], Value::from(day(0)));
    });
}
