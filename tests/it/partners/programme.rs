//! How an organisation becomes a reseller, and stops being one.

use serde_json::{Value, json};

use super::*;

const REVIEW: &str =
    "{ operator { resellerRequests(first: 100) { edges { node { id state message organisation { name } } } } } }";
const STATUS: &str = "query($id: ID!) { organisation(id: $id) { kind resellerRequests { edges { node { state answer } } \
     } reseller { programme { commissionBasisPoints terms } clients { totalCount } } } }";

async fn ask(world: &World) -> Value {
    let input = json!({ "organisationId": id_of(ACME), "message": "We have customers of our own" });
    world.as_(OWNER_OF_ACME).act("requestReseller", input, "request { id state }").await["request"]["id"].clone()
}

#[test]
fn the_operator_approves_with_a_rate_and_terms_and_the_organisation_has_clients() {
    with_database(async |world| {
        let id = ask(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        let again = json!({ "organisationId": id_of(ACME), "message": "Please" });
        assert_eq!(olga.mistake("requestReseller", again).await["code"], "DUPLICATE");
        let mail = world.mails(OWNER_OF_OPERATOR.person().email).await.pop().unwrap();
        assert!(mail.starts_with("Acme wants to become a reseller"), "{mail}");
        let review = world.as_(OWNER_OF_OPERATOR).run(REVIEW, json!({})).await;
        assert!(review.text.contains(id.as_str().unwrap()), "{}", review.text);
        world.as_(AGENT_OF_OPERATOR).run(REVIEW, json!({})).await.refused("NOT_FOUND");

        let approval =
            json!({ "resellerRequestId": id, "commissionBasisPoints": 1250, "terms": "12.5 % of what they buy" });
        olga.attempt("approveReseller", approval.clone(), "").await.refused("FORBIDDEN");
        let oskar = world.as_(OWNER_OF_OPERATOR);
        let mut wrong = approval.clone();
        wrong["commissionBasisPoints"] = json!(-1);
        assert_eq!(oskar.mistake("approveReseller", wrong).await["field"], json!(["input", "commissionBasisPoints"]));
        oskar.act("approveReseller", approval.clone(), "organisation { kind }").await;
        assert_eq!(oskar.mistake("approveReseller", approval).await["code"], "STALE_STATE");
        let status = olga.run(STATUS, json!({ "id": id_of(ACME) })).await;
        let status = &status.ok()["organisation"];
        assert_eq!(status["kind"], "RESELLER");
        assert_eq!(status["resellerRequests"]["edges"][0]["node"]["state"], "ACCEPTED");
        assert_eq!(status["reseller"]["programme"]["commissionBasisPoints"], 1250);
        let new = json!({ "name": "First", "kind": "COMPANY", "delegation": { "preset": "FULL" } });
        olga.act("createClient", json!({ "organisationId": id_of(ACME), "client": new }), "client { name }").await;
        let other = json!({ "organisationId": id_of(ACME), "commissionBasisPoints": 0, "terms": "None" });
        oskar.act("updateResellerProgramme", other, "organisation { reseller { programme { terms } } }").await;
        let mails = world.mails(OWNER_OF_ACME.person().email).await;
        assert!(mails.last().unwrap().starts_with("New terms for Acme as a reseller"), "{mails:?}");
    });
}

#[test]
fn a_request_is_declined_or_withdrawn_once() {
    with_database(async |world| {
        let (olga, oskar) = (world.as_(OWNER_OF_ACME), world.as_(OWNER_OF_OPERATOR));
        let declined = ask(&world).await;
        let input = json!({ "resellerRequestId": declined, "reason": "Not in your country" });
        oskar.act("declineReseller", input.clone(), "declined").await;
        assert_eq!(oskar.mistake("declineReseller", input).await["code"], "STALE_STATE");
        let status = olga.run(STATUS, json!({ "id": id_of(ACME) })).await;
        assert_eq!(status.at("organisation/resellerRequests/edges/0/node/answer"), "Not in your country");
        let withdrawn = ask(&world).await;
        olga.act("withdrawResellerRequest", json!({ "resellerRequestId": withdrawn }), "request { state }").await;
        let approval = json!({ "resellerRequestId": withdrawn, "commissionBasisPoints": 0, "terms": "x" });
        assert_eq!(oskar.mistake("approveReseller", approval).await["code"], "STALE_STATE");
        let reseller = json!({ "organisationId": id_of(LUND), "message": "Once more" });
        assert_eq!(world.as_(OWNER_OF_LUND).mistake("requestReseller", reseller).await["code"], "STALE_STATE");
        world
            .as_(MEMBER_OF_ACME)
            .attempt("requestReseller", json!({ "organisationId": id_of(ACME), "message": "I" }), "")
            .await
            .refused("FORBIDDEN");
    });
}

#[test]
fn a_withdrawn_reseller_loses_all_of_its_clients_at_once() {
    with_database(async |world| {
        let support = world.as_(SUPPORT_OF_FJORD);
        assert!(!support.may_at(ACME).await.is_empty());
        let input = json!({ "organisationId": id_of(FJORD), "reason": "Has closed" });
        world.as_(OWNER_OF_FJORD).attempt("withdrawReseller", input.clone(), "").await.refused("FORBIDDEN");
        let done = world
            .as_(OWNER_OF_OPERATOR)
            .act("withdrawReseller", input.clone(), "done ended organisation { kind }")
            .await;
        assert_eq!((&done["done"], &done["organisation"]["kind"]), (&json!(true), &json!("COMPANY")));
        assert!(done["ended"].as_i64().unwrap() >= 4, "{done}");
        assert_eq!(support.may_at(ACME).await, Vec::<String>::new());
        assert_eq!(world.as_(OWNER_OF_OPERATOR).mistake("withdrawReseller", input).await["code"], "NOT_A_RESELLER");
        let by = world.texts("SELECT DISTINCT ended_by FROM partnership WHERE ended_by IS NOT NULL").await;
        assert_eq!(by, ["OPERATOR"]);
        let mail = world.mails(OWNER_OF_ACME.person().email).await.pop().unwrap();
        assert!(mail.contains("The operator of the platform has ended the partnership of Fjord with Acme"), "{mail}");
    });
}
