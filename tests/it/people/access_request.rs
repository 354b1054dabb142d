//! Asking for access: who is asked, what granting gives, and what is refused.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::access::{DelegationPreset, Permission, PermissionSet};
use tenantry::base::id::Type;

use crate::world::*;

fn asking(tenant: Tenant, permission: &str) -> Value {
    json!({ "organisationId": id_of(tenant), "permission": permission, "message": "I do the books." })
}

const FIELDS: &str = "request { id state permission message organisation { name } decidedBy { name } \
                      user { name } }";

/// Asks, and returns the request.
async fn ask(world: &World, caller: Caller, tenant: Tenant, permission: &str) -> Value {
    world.db_verify(caller).await;
    let asked = world.as_(caller).act("requestAccess", asking(tenant, permission), FIELDS).await;
    asked["request"].clone()
}

async fn answer(world: &World, caller: Caller, mutation: &str, request: &Value) -> Value {
    let mut input = json!({ "accessRequestId": request["id"] });
    if mutation == "declineAccess" {
        input["reason"] = json!("Ask Olga.");
    }
    world.as_(caller).act(mutation, input, "request { state answer }").await["request"].clone()
}

/// The open requests that an organisation decides about.
async fn open_at(world: &World, caller: Caller, tenant: Tenant) -> Vec<Value> {
    let query = "query($id: ID!) { organisation(id: $id) { accessRequests(first: 10) { edges { node { permission \
                 role { name } user { name } message } } } } }";
    let answer = world.as_(caller).run(query, json!({ "id": id_of(tenant) })).await;
    answer.ok()["organisation"]["accessRequests"]["edges"].as_array().unwrap().clone()
}

#[test]
fn a_member_asks_and_an_owner_gives_one_more_role() {
    with_database(async |world| {
        let asked = ask(&world, MEMBER_OF_ACME, ACME, "INVOICE_READ").await;
        assert_eq!((&asked["state"], &asked["organisation"]["name"]), (&json!("PENDING"), &json!("Acme")));
        assert!(world.mails(OWNER_OF_ACME.person().email).await.iter().any(|mail| mail.contains("I do the books.")));
        let open = open_at(&world, OWNER_OF_ACME, ACME).await;
        assert_eq!(open.len(), 1);
        assert_eq!(open[0]["node"]["role"]["name"], "INVOICES");
        assert!(!world.as_(MEMBER_OF_ACME).may_at(ACME).await.contains(&"INVOICE_READ".to_owned()));
        let granted = answer(&world, OWNER_OF_ACME, "grantAccess", &asked).await;
        assert_eq!(granted["state"], "GRANTED");
        let may = world.as_(MEMBER_OF_ACME).may_at(ACME).await;
        assert!(may.contains(&"INVOICE_READ".to_owned()), "{may:?}");
        assert_eq!(open_at(&world, OWNER_OF_ACME, ACME).await.len(), 0);
        let mails = world.mails(MEMBER_OF_ACME.person().email).await;
        assert!(mails.iter().any(|mail| mail.contains("INVOICE_READ at Acme. You have it now.")), "{mails:?}");
        let own =
            "{ viewer { accessRequests(first: 5) { totalCount edges { node { state organisation { name } } } } } }";
        let own = world.as_(MEMBER_OF_ACME).run(own, json!({})).await;
        assert_eq!(
            own.at("viewer/accessRequests/edges/0/node"),
            &json!({ "state": "GRANTED", "organisation": { "name": "Acme" } })
        );
        // Once more, nothing happens.
        let again = json!({ "accessRequestId": asked["id"] });
        assert_eq!(world.as_(OWNER_OF_ACME).mistake("grantAccess", again.clone()).await["code"], "STALE_STATE");
        let mut refused = again;
        refused["reason"] = json!("No.");
        assert_eq!(world.as_(OWNER_OF_ACME).mistake("declineAccess", refused).await["code"], "STALE_STATE");
        // What the person has now, nobody can ask for.
        let error = world.as_(MEMBER_OF_ACME).mistake("requestAccess", asking(ACME, "INVOICE_READ")).await;
        assert_eq!(error["code"], "STALE_STATE");
    });
}

#[test]
fn a_partner_asks_and_the_client_delegates_more() {
    with_database(async |world| {
        // Acme delegates an overview to Fjord, of whose people the support agent could do more.
        let overview = DelegationPreset::Overview.set().to_stored();
        let sql = "UPDATE partnership SET delegated = $1 WHERE client_id = $2 AND reseller_id = $3";
        world.db_execute(sql, [overview.into(), ACME.id.into(), FJORD.id.into()]).await;
        let asked = ask(&world, SUPPORT_OF_FJORD, ACME, "SERVICE_MANAGE").await;
        assert_eq!(asked["decidedBy"]["name"], "Acme");
        let client = OWNER_OF_ACME;
        let granted = answer(&world, client, "grantAccess", &asked).await;
        assert_eq!(granted["state"], "GRANTED");
        let sql = "SELECT CAST(delegated AS text) FROM partnership WHERE client_id = (SELECT id FROM organisation \
                   WHERE name = 'Acme') AND reseller_id = (SELECT id FROM organisation WHERE name = 'Fjord')";
        let delegated: i64 = world.texts(sql).await[0].parse().unwrap();
        let expected = DelegationPreset::Overview.set().union(PermissionSet::of(&[Permission::ServiceManage]));
        assert_eq!(PermissionSet::from_stored(delegated), expected);
        let may = world.as_(SUPPORT_OF_FJORD).may_at(ACME).await;
        assert!(may.contains(&"SERVICE_MANAGE".to_owned()), "{may:?}");
    });
}

#[test]
fn a_declined_request_is_answered_with_a_reason_and_rests_for_a_week() {
    with_database(async |world| {
        let asked = ask(&world, MEMBER_OF_ACME, ACME, "MEMBER_INVITE").await;
        assert_eq!(asked["user"]["name"], MEMBER_OF_ACME.name());
        let max = world.as_(MEMBER_OF_ACME);
        assert_eq!(max.mistake("requestAccess", asking(ACME, "MEMBER_INVITE")).await["code"], "DUPLICATE");
        let declined = answer(&world, OWNER_OF_ACME, "declineAccess", &asked).await;
        assert_eq!((&declined["state"], &declined["answer"]), (&json!("DECLINED"), &json!("Ask Olga.")));
        let mails = world.mails(MEMBER_OF_ACME.person().email).await;
        assert!(mails.iter().any(|mail| mail.contains("The reason: Ask Olga.")), "{mails:?}");
        assert_eq!(max.mistake("requestAccess", asking(ACME, "MEMBER_INVITE")).await["code"], "TOO_MANY");
        world.wait(TimeDelta::days(8));
        ask(&world, MEMBER_OF_ACME, ACME, "MEMBER_INVITE").await;
        world.wait(TimeDelta::days(15));
        assert_eq!(open_at(&world, OWNER_OF_ACME, ACME).await, Vec::<Value>::new(), "it has expired");
    });
}

#[test]
fn nobody_grants_what_they_do_not_hold_and_strangers_find_nothing() {
    with_database(async |world| {
        let asked = ask(&world, MEMBER_OF_ACME, ACME, "OWNERSHIP_TRANSFER").await;
        let admin = world.as_(ADMIN_OF_ACME);
        let grant = json!({ "accessRequestId": asked["id"] });
        admin.act("confirmIdentity", json!({ "password": PASSWORD }), "confirmed").await;
        assert_eq!(admin.mistake("grantAccess", grant.clone()).await["code"], "PERMISSION_NOT_HELD");
        let mut wrong = grant.clone();
        wrong["role"] = json!({ "builtIn": "VIEWER" });
        let error = world.as_(OWNER_OF_ACME).mistake("grantAccess", wrong).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("INVALID_INPUT"), &json!(["input", "role"])));
        // The person sees the request, and cannot grant it.
        world.as_(MEMBER_OF_ACME).attempt("grantAccess", grant.clone(), "").await.refused("FORBIDDEN");
        world.as_(SOLE_PERSON).attempt("grantAccess", grant.clone(), "").await.refused("NOT_FOUND");
        world.db_verify(SOLE_PERSON).await;
        world.as_(SOLE_PERSON).attempt("requestAccess", asking(ACME, "INVOICE_READ"), "").await.refused("NOT_FOUND");
        let query = "query($id: ID!) { node(id: $id) { id } }";
        world.as_(SOLE_PERSON).run(query, json!({ "id": asked["id"] })).await.refused("NOT_FOUND");
        let invented = json!({ "accessRequestId": Type::AccessRequest.id(key(NORDIC, 999_998)) });
        world.as_(OWNER_OF_ACME).attempt("grantAccess", invented, "").await.refused("NOT_FOUND");
        assert_eq!(
            world.as_(OWNER_OF_ACME).mistake("requestAccess", asking(ACME, "ORGANISATION_SUSPEND")).await["code"],
            "INVALID_INPUT"
        );
    });
}
