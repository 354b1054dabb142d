//! Switching to another organisation.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use tenantry::access::DelegationPreset;
use tenantry::base::id::Type;

use crate::world::accounts::{begin_session, sign_up};
use crate::world::*;

const VIEWER: &str = "{ viewer { name activeOrganisation { name } } }";

fn to(organisation: &str) -> Value {
    json!({ "organisationId": organisation })
}

/// Asks for the viewer in the organisation that the header names.
async fn viewer_at(world: &World, bearer: &str, organisation: &str) -> Value {
    let request = Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header(AUTHORIZATION, format!("Bearer {bearer}"))
        .header("x-organisation", organisation);
    let body = Body::from(json!({ "query": VIEWER }).to_string());
    serde_json::from_str(&world.send(request.body(body).unwrap()).await.body).unwrap()
}

#[test]
fn a_member_switches_one_session_and_the_others_stay() {
    with_database(async |world| {
        let email = "ada@example.org";
        let first = sign_up(&world, "Ada", email).await;
        let query =
            "mutation { createOrganisation(input: {name: \"Engines\", kind: COMPANY}) { organisation { id } } }";
        let made = world.send_as(Some(&first), query, json!({})).await;
        let engines = made.at("createOrganisation/organisation/id").clone();
        let (second, _) = begin_session(&world, email).await;
        let query = "mutation($input: SwitchOrganisationInput!) { \
                     switchOrganisation(input: $input) { organisation { id } userErrors { code } } }";
        let input = json!({ "input": { "organisationId": engines } });
        let switched = world.send_as(Some(&second), query, input).await;
        assert_eq!(switched.ok()["switchOrganisation"], json!({ "organisation": { "id": engines }, "userErrors": [] }));
        for (token, name) in [(&second, "Engines"), (&first, "Ada")] {
            let viewer = world.send_as(Some(token), VIEWER, json!({})).await;
            assert_eq!(viewer.ok()["viewer"]["activeOrganisation"]["name"], name);
        }
    });
}

#[test]
fn a_member_who_only_reads_switches_until_the_membership_ends() {
    with_database(async |world| {
        let vera = world.as_(VIEWER_OF_ACME);
        vera.act("switchOrganisation", to(&id_of(ACME)), "").await;
        let end = "UPDATE membership SET expires_at = $1 WHERE user_id = $2";
        world.db_execute(end, [now().into(), VIEWER_OF_ACME.person().id.into()]).await;
        let lost = vera.run(VIEWER, json!({})).await;
        lost.refused("CONTEXT_LOST");
        assert_eq!(lost.at("viewer/name"), VIEWER_OF_ACME.name());
        vera.attempt("switchOrganisation", to(&id_of(ACME)), "").await.refused("NOT_FOUND");
    });
}

#[test]
fn a_foreign_organisation_and_one_that_does_not_exist_get_one_answer() {
    with_database(async |world| {
        let stig = world.as_(SOLE_PERSON);
        let (token, _) = begin_session(&world, SOLE_PERSON.person().email).await;
        let (foreign, invented) = (id_of(ACME), Type::Organisation.id(key(NORDIC, 999_999)).0);
        let answer = stig.attempt("switchOrganisation", to(&foreign), "").await;
        answer.refused("NOT_FOUND");
        assert_eq!(answer.text, stig.attempt("switchOrganisation", to(&invented), "").await.text);
        let by_header = viewer_at(&world, &token, &foreign).await;
        assert_eq!(by_header["errors"][0]["extensions"]["code"], "CONTEXT_LOST");
        assert_eq!(by_header, viewer_at(&world, &token, &invented).await);
        let user = Type::User.id(SOLE_PERSON.person().id).0;
        stig.attempt("switchOrganisation", to(&user), "").await.refused("INVALID_INPUT");
    });
}

#[test]
fn a_partner_who_only_reads_cannot_switch_to_the_client() {
    with_database(async |world| {
        let delegate = "UPDATE partnership SET delegated = $1 WHERE reseller_id = $2 AND client_id = $3";
        let overview = DelegationPreset::Overview.set().to_stored();
        world.db_execute(delegate, [overview.into(), FJORD.id.into(), ACME.id.into()]).await;
        let error = world.as_(SUPPORT_OF_FJORD).mistake("switchOrganisation", to(&id_of(ACME))).await;
        assert_eq!(error["code"], "NOT_SWITCHABLE");
        assert_eq!(error["field"], json!(["input", "organisationId"]));
        let query =
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Organisation { viewerCanSwitch viewerSwitchObstacle } } }";
        let ids = json!({ "ids": [id_of(ACME), id_of(FJORD)] });
        let shown = world.as_(SUPPORT_OF_FJORD).run(query, ids).await;
        let barred = json!({ "viewerCanSwitch": false, "viewerSwitchObstacle": error["message"] });
        let open = json!({ "viewerCanSwitch": true, "viewerSwitchObstacle": null });
        assert_eq!(shown.ok()["nodes"], json!([barred, open]));
        let (token, _) = begin_session(&world, SUPPORT_OF_FJORD.person().email).await;
        let by_header = viewer_at(&world, &token, &id_of(ACME)).await;
        assert_eq!(by_header["errors"][0]["extensions"]["code"], "CONTEXT_LOST");
    });
}

#[test]
fn a_member_cannot_switch_to_a_closed_organisation_but_to_a_suspended_one() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let state = "UPDATE organisation SET state = $1 WHERE id = $2";
        world.db_execute(state, ["CLOSED".into(), ACME.id.into()]).await;
        let error = olga.mistake("switchOrganisation", to(&id_of(ACME))).await;
        assert_eq!(error["code"], "NOT_SWITCHABLE");
        world.db_execute(state, ["SUSPENDED".into(), ACME.id.into()]).await;
        olga.act("switchOrganisation", to(&id_of(ACME)), "").await;
    });
}

#[test]
fn mutations_after_a_switch_in_one_request_work_in_the_new_organisation() {
    with_database(async |world| {
        let query = "mutation($acme: ID!, $fjord: ID!) { \
                     before: updateOrganisation(input: {organisationId: $fjord, name: \"Fjord 1\"}) { userErrors { code } } \
                     switchOrganisation(input: {organisationId: $acme}) { userErrors { code } } \
                     after: updateOrganisation(input: {organisationId: $fjord, name: \"Fjord 2\"}) { userErrors { code } } }";
        let variables = json!({ "acme": id_of(ACME), "fjord": id_of(FJORD) });
        world.as_(OWNER_OF_FJORD).run(query, variables).await.ok();
        let names = world
            .texts(
                "SELECT o.name FROM audit_event e JOIN organisation o ON o.id = e.acting_organisation_id \
                 WHERE e.action = 'updateOrganisation' ORDER BY e.sequence",
            )
            .await;
        assert_eq!(names, ["Fjord 2", "Acme"]);
    });
}
