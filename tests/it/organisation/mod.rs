//! Organisations: created, renamed, suspended and resumed, closed and reopened.

mod creating;
mod suspension;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::*;

const STATE: &str = "query($id: ID!) { organisation(id: $id) { state suspendedAt suspendedBecause closedAt } }";

fn about(tenant: Tenant) -> Value {
    json!({ "organisationId": id_of(tenant) })
}

/// Closes it with its subscriptions.
fn ending(tenant: Tenant) -> Value {
    with(tenant, json!({ "endSubscriptions": true }))
}

fn with(tenant: Tenant, more: Value) -> Value {
    let mut input = about(tenant);
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

async fn state(world: &World, caller: Caller, tenant: Tenant) -> Value {
    let answer = world.as_(caller).run(STATE, json!({ "id": id_of(tenant) })).await;
    answer.at("organisation").clone()
}

async fn db_stop(world: &World, tenant: Tenant, state: &str, suspended: bool, closed_days_ago: Option<i64>) {
    let sql = "UPDATE organisation SET state = $1 WHERE id = $2";
    world.db_execute(sql, [state.into(), tenant.id.into()]).await;
    let sql = "INSERT INTO organisation_halt (organisation_id, suspended_at, suspended_because, closed_at) \
               VALUES ($1, $2, $3, $4) ON CONFLICT (organisation_id) DO UPDATE SET suspended_at = $2, \
               suspended_because = $3, closed_at = $4";
    let closed = closed_days_ago.map(|days| now() - TimeDelta::days(days));
    let since = suspended.then(now);
    world.db_execute(sql, [tenant.id.into(), since.into(), suspended.then_some("late").into(), closed.into()]).await;
}

#[test]
fn a_new_name_shows_everywhere_at_once() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let query = "query($id: ID!) { reseller(id: $id) { clients(orderBy: {field: NAME}, first: 1) { edges { node { name } } } } }";
        let input = with(ACME, json!({ "name": " Aardvark ", "kind": "PROJECT" }));
        let changed = olga.act("updateOrganisation", input, "organisation { name kind }").await;
        assert_eq!(changed["organisation"], json!({ "name": "Aardvark", "kind": "PROJECT" }));
        let fjord = json!({ "id": Type::Reseller.id(FJORD.id).0 });
        let clients = world.as_(OWNER_OF_FJORD).run(query, fjord).await;
        assert_eq!(clients.at("reseller/clients/edges/0/node/name"), "Aardvark");
        olga.act("updateOrganisation", with(ACME, json!({ "kind": "PERSON" })), "organisation { name }").await;
        for name in ["", " ", "a\u{202e}b", &"x".repeat(201)] {
            let error = olga.mistake("updateOrganisation", with(ACME, json!({ "name": name }))).await;
            assert_eq!(error["code"], "INVALID_INPUT", "{name:?}");
        }
        let frida = world.as_(OWNER_OF_FJORD);
        assert_eq!(
            frida.mistake("updateOrganisation", with(FJORD, json!({ "kind": "COMPANY" }))).await["code"],
            "INVALID_INPUT"
        );
        frida.act("updateOrganisation", with(FJORD, json!({ "name": "Fjorden" })), "").await;
        let reseller = olga.attempt("updateOrganisation", with(ACME, json!({ "kind": "RESELLER" })), "").await;
        assert_eq!(reseller.codes(), ["INVALID_INPUT"]);
        let renamed = with(ACME, json!({ "name": "Mine" }));
        world.as_(VIEWER_OF_ACME).attempt("updateOrganisation", renamed.clone(), "").await.refused("FORBIDDEN");
        world.as_(SOLE_PERSON).attempt("updateOrganisation", renamed, "").await.refused("NOT_FOUND");
        world
            .as_(OWNER_OF_EKEN)
            .attempt("updateOrganisation", with(EKEN, json!({ "name": "E" })), "")
            .await
            .refused("FORBIDDEN");
    });
}

#[test]
fn staff_suspend_and_resume_an_organisation_and_its_people_learn_why() {
    with_database(async |world| {
        let (agnes, olga) = (world.as_(AGENT_OF_OPERATOR), world.as_(OWNER_OF_ACME));
        let input = with(ACME, json!({ "reason": "three invoices are overdue" }));
        for (caller, code) in [(OWNER_OF_ACME, "FORBIDDEN"), (OWNER_OF_FJORD, "FORBIDDEN"), (SOLE_PERSON, "NOT_FOUND")]
        {
            world.as_(caller).attempt("suspendOrganisation", input.clone(), "").await.refused(code);
        }
        assert!(olga.may_at(ACME).await.contains(&"MEMBER_INVITE".to_owned()));
        agnes.act("suspendOrganisation", input.clone(), "organisation { state }").await;
        let may = olga.may_at(ACME).await;
        assert!(!may.contains(&"MEMBER_INVITE".to_owned()) && may.contains(&"INVOICE_PAY".to_owned()), "{may:?}");
        let seen = state(&world, BILLING_OF_ACME, ACME).await;
        assert_eq!(seen["state"], "SUSPENDED");
        assert_eq!(seen["suspendedBecause"], "three invoices are overdue");
        assert_eq!(seen["suspendedAt"], now().to_rfc3339());
        assert!(state(&world, MEMBER_OF_ACME, ACME).await["suspendedBecause"].is_null());
        let mail = world.mails(ADMIN_OF_ACME.person().email).await;
        assert!(mail[0].contains("three invoices are overdue"), "{mail:?}");
        assert_eq!(agnes.mistake("suspendOrganisation", input.clone()).await["code"], "STALE_STATE");

        agnes.act("resumeOrganisation", about(ACME), "organisation { state }").await;
        assert_eq!(
            state(&world, BILLING_OF_ACME, ACME).await,
            json!({
                "state": "ACTIVE", "suspendedAt": null, "suspendedBecause": null, "closedAt": null
            })
        );
        assert!(olga.may_at(ACME).await.contains(&"MEMBER_INVITE".to_owned()));
        assert_eq!(agnes.mistake("resumeOrganisation", about(ACME)).await["code"], "STALE_STATE");
        for mutation in ["suspendOrganisation", "resumeOrganisation"] {
            let input =
                if mutation == "suspendOrganisation" { with(GRAN, json!({ "reason": "x" })) } else { about(GRAN) };
            assert_eq!(agnes.mistake(mutation, input).await["code"], "ORGANISATION_CLOSED");
        }
        let staff = world.as_(OWNER_OF_OPERATOR);
        let operator = with(OPERATOR, json!({ "reason": "x" }));
        assert_eq!(staff.mistake("suspendOrganisation", operator).await["code"], "INVALID_INPUT");
        let log =
            world.texts("SELECT action FROM audit_event WHERE outcome = 'DONE' AND way = 'OPERATOR' ORDER BY 1").await;
        assert_eq!(log, ["resumeOrganisation", "suspendOrganisation"]);
    });
}

#[test]
fn an_owner_closes_an_organisation_and_reopens_it_in_time() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        world.as_(ADMIN_OF_ACME).attempt("closeOrganisation", ending(ACME), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_FJORD).attempt("closeOrganisation", ending(ACME), "").await.refused("FORBIDDEN");
        let closed = olga.act("closeOrganisation", ending(ACME), "organisation { state closedAt }").await;
        assert_eq!(closed["organisation"], json!({ "state": "CLOSED", "closedAt": now().to_rfc3339() }));
        assert!(world.mails(OWNER_OF_ACME.person().email).await[0].contains("an owner can reopen it until 2026-04-14"));
        let may = olga.may_at(ACME).await;
        assert_eq!(may, ["ORGANISATION_READ", "INVOICE_READ", "AUDIT_READ"]);
        assert!(world.as_(SUPPORT_OF_FJORD).may_at(ACME).await.iter().all(|one| may.contains(one)));
        assert_eq!(olga.mistake("closeOrganisation", ending(ACME)).await["code"], "STALE_STATE");

        world.as_(ADMIN_OF_ACME).attempt("reopenOrganisation", about(ACME), "").await.refused("FORBIDDEN");
        world.as_(SOLE_PERSON).attempt("reopenOrganisation", about(ACME), "").await.refused("NOT_FOUND");
        world.as_(OWNER_OF_FJORD).attempt("reopenOrganisation", about(ACME), "").await.refused("FORBIDDEN");
        olga.act("reopenOrganisation", about(ACME), "organisation { state }").await;
        assert_eq!(state(&world, OWNER_OF_ACME, ACME).await["closedAt"], Value::Null);
        assert!(olga.may_at(ACME).await.contains(&"ORGANISATION_CLOSE".to_owned()));
        assert_eq!(olga.mistake("reopenOrganisation", about(ACME)).await["code"], "STALE_STATE");

        for (days, code) in [(29, Value::Null), (30, json!("TOO_LATE")), (400, json!("TOO_LATE"))] {
            db_stop(&world, ACME, "CLOSED", false, Some(days)).await;
            for caller in [OWNER_OF_ACME, OWNER_OF_OPERATOR] {
                let answer = world.as_(caller).attempt("reopenOrganisation", about(ACME), "").await;
                assert_eq!(answer.ok()["reopenOrganisation"]["userErrors"][0]["code"], code, "after {days} days");
                db_stop(&world, ACME, "CLOSED", false, Some(days)).await;
            }
        }
        // What was suspended before is suspended again.
        db_stop(&world, ACME, "SUSPENDED", true, None).await;
        olga.attempt("closeOrganisation", ending(ACME), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_OPERATOR).act("closeOrganisation", ending(ACME), "").await;
        let opened = olga.act("reopenOrganisation", about(ACME), "organisation { state suspendedBecause }").await;
        assert_eq!(opened["organisation"], json!({ "state": "SUSPENDED", "suspendedBecause": "late" }));
    });
}

#[test]
fn an_organisation_with_clients_and_the_operator_cannot_close() {
    with_database(async |world| {
        let frida = world.as_(OWNER_OF_FJORD);
        let error = frida.mistake("closeOrganisation", about(FJORD)).await;
        assert_eq!(error["code"], "IN_USE");
        assert!(error["message"].as_str().unwrap().contains("Acme, Eken, Gran, Myr"), "{error}");
        let staff = world.as_(OWNER_OF_OPERATOR);
        assert_eq!(staff.mistake("closeOrganisation", about(OPERATOR)).await["code"], "INVALID_INPUT");
        world.db_execute("UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1", [FJORD.id.into()]).await;
        let sql = "UPDATE session SET confirmed_at = $1";
        world.db_execute(sql, [(now() - TimeDelta::minutes(15)).into()]).await;
        assert_eq!(frida.mistake("closeOrganisation", about(FJORD)).await["code"], "CONFIRMATION_REQUIRED");
        world.db_execute(sql, [now().into()]).await;
        frida.act("closeOrganisation", about(FJORD), "").await;
        // Its key does nothing any more.
        assert!(world.as_(KEY_OF_FJORD).may_at(ACME).await.is_empty());
    });
}

#[test]
fn of_many_concurrent_closes_and_suspensions_one_succeeds() {
    with_database(async |world| {
        let (olga, agnes) = (world.as_(OWNER_OF_ACME), world.as_(AGENT_OF_OPERATOR));
        for (client, mutation, input) in [
            (agnes, "suspendOrganisation", with(ACME, json!({ "reason": "late" }))),
            (agnes, "resumeOrganisation", about(ACME)),
            (olga, "closeOrganisation", ending(ACME)),
            (olga, "reopenOrganisation", about(ACME)),
        ] {
            client.run("{ viewer { name } }", json!({})).await.ok();
            let answers = join_all((0..4).map(|_| client.attempt(mutation, input.clone(), ""))).await;
            let done = answers.iter().filter(|answer| answer.data()[mutation]["userErrors"] == json!([])).count();
            assert_eq!(done, 1, "{mutation}: {answers:?}");
            assert!(answers.iter().all(|answer| !answer.codes().contains(&"INTERNAL")));
        }
        let log = world
            .texts("SELECT action FROM audit_event WHERE outcome = 'DONE' AND action <> 'switchOrganisation'")
            .await;
        // Closing cancels the subscription too.
        assert_eq!(log.len(), 5, "{log:?}");
    });
}
