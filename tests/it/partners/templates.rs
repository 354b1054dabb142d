//! Templates: the delegation that a reseller wants from a class of clients, and how far clients have drifted from it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

const DRIFT: &str = "query($id: ID!) { reseller(id: $id) { drift { totalCount edges { node { client { name } template { name } \
     missing excess proposed partnership { id template { name } } } } } } }";
const DRY: &str = "results { partnershipId proposal { id state client { name } } userErrors { code } }";

/// A template of Fjord.
async fn template(world: &World, name: &str, preset: &str) -> Value {
    let input = json!({ "organisationId": id_of(FJORD), "name": name, "delegation": { "preset": preset } });
    world.as_(MANAGER_OF_FJORD).act("saveDelegationTemplate", input, "template { id }").await["template"]["id"].clone()
}

async fn assign(world: &World, template: &Value, partnerships: &[String]) {
    let input = json!({
        "organisationId": id_of(FJORD), "delegationTemplateId": template, "partnershipIds": partnerships,
    });
    let assigned = world.as_(MANAGER_OF_FJORD).act("assignDelegationTemplate", input, "assigned").await;
    assert_eq!(assigned["assigned"], partnerships.len());
}

async fn drift(world: &World) -> Vec<Value> {
    let answer = world.as_(SUPPORT_OF_FJORD).run(DRIFT, json!({ "id": id_of(FJORD) })).await;
    let edges = answer.ok()["reseller"]["drift"]["edges"].as_array().unwrap().clone();
    edges.into_iter().map(|edge| edge["node"].clone()).collect()
}

#[test]
fn drift_from_a_template_is_reported_proposed_and_gone_once_the_client_accepts() {
    with_database(async |world| {
        let id = agreed(&world, "BILLING").await;
        let schools = template(&world, "Schools", "OVERVIEW").await;
        assert_eq!(drift(&world).await, Vec::<Value>::new(), "a client without a template has not drifted");
        assign(&world, &schools, std::slice::from_ref(&id)).await;
        let report = drift(&world).await;
        assert_eq!(report.len(), 1);
        assert_eq!(report[0]["client"]["name"], "Solo");
        assert_eq!(report[0]["missing"], json!(["MEMBER_READ", "LICENCE_READ", "USAGE_READ"]));
        assert_eq!(report[0]["excess"], json!(["BILLING_READ", "INVOICE_READ"]));
        assert_eq!(
            (&report[0]["proposed"], &report[0]["partnership"]["template"]["name"]),
            (&json!(false), &json!("Schools"))
        );

        let pia = world.as_(MANAGER_OF_FJORD);
        pia.run("{ viewer { name } }", json!({})).await.ok();
        let before = world.db_dump().await;
        let dry = json!({ "organisationId": id_of(FJORD), "dryRun": true });
        let tried = pia.act("proposeTemplates", dry, DRY).await;
        assert_eq!(tried["results"].as_array().unwrap().len(), 1);
        assert_eq!(before, world.db_dump().await);
        let input = json!({ "organisationId": id_of(FJORD), "message": "New terms for schools" });
        let asked = pia.act("proposeTemplates", input.clone(), DRY).await;
        let proposal = asked["results"][0]["proposal"].clone();
        assert_eq!((&proposal["state"], &proposal["client"]["name"]), (&json!("PENDING"), &json!("Solo")));
        assert_eq!(drift(&world).await[0]["proposed"], true);
        assert_eq!(pia.act("proposeTemplates", input, DRY).await["results"], json!([]), "nobody is asked twice");
        let named = json!({ "organisationId": id_of(FJORD), "partnershipIds": [id] });
        let again = pia.act("proposeTemplates", named, DRY).await;
        assert_eq!(again["results"][0]["userErrors"][0]["code"], "DUPLICATE");

        let accept = json!({ "proposalId": proposal["id"] });
        world.as_(SOLE_PERSON).act("acceptPartnership", accept, "partnership { id }").await;
        assert_eq!(drift(&world).await, Vec::<Value>::new());
        let mut held = may(&world).await;
        held.sort_unstable();
        assert_eq!(held, ["LICENCE_READ", "MEMBER_READ", "ORGANISATION_READ", "SUBSCRIPTION_READ", "USAGE_READ"]);
    });
}

#[test]
fn a_template_changes_nothing_at_the_clients() {
    with_database(async |world| {
        let id = agreed(&world, "OVERVIEW").await;
        let schools = template(&world, "Schools", "FULL").await;
        assign(&world, &schools, std::slice::from_ref(&id)).await;
        let node =
            "query($id: ID!) { node(id: $id) { ... on Partnership { delegatedPermissions template { name } } } }";
        let of_client = world.as_(SOLE_PERSON).run(node, json!({ "id": id })).await;
        assert_eq!(of_client.codes(), ["NOT_FOUND"], "the client does not see its template");
        assert!(!may(&world).await.contains(&"SERVICE_MANAGE".to_owned()));
        let template_node = "query($id: ID!) { node(id: $id) { ... on DelegationTemplate { name } } }";
        for stranger in [OWNER_OF_LUND, SOLE_PERSON] {
            world.as_(stranger).run(template_node, json!({ "id": schools })).await.refused("NOT_FOUND");
            let input = json!({ "delegationTemplateId": schools });
            world.as_(stranger).attempt("deleteDelegationTemplate", input, "").await.refused("NOT_FOUND");
        }
        let pia = world.as_(MANAGER_OF_FJORD);
        let same = json!({ "organisationId": id_of(FJORD), "name": "Schools", "delegation": { "preset": "FULL" } });
        assert_eq!(pia.mistake("saveDelegationTemplate", same).await["code"], "DUPLICATE");
        // A client can be created with a template.
        let new = json!({ "name": "School", "kind": "COMPANY", "delegationTemplateId": schools });
        let select = "partnership { delegatedPermissions template { name } }";
        let made = pia.act("createClient", json!({ "organisationId": id_of(FJORD), "client": new }), select).await;
        assert_eq!(made["partnership"]["template"]["name"], "Schools");
        assert!(made["partnership"]["delegatedPermissions"].as_array().unwrap().contains(&json!("SERVICE_MANAGE")));
        let foreign = tenantry::base::id::Type::DelegationTemplate.id(key(1, 999_999)).0;
        let new = json!({ "name": "School", "kind": "COMPANY", "delegationTemplateId": foreign });
        let error = pia.mistake("createClient", json!({ "organisationId": id_of(FJORD), "client": new })).await;
        assert_eq!(error["code"], "UNKNOWN");
        pia.act("deleteDelegationTemplate", json!({ "delegationTemplateId": schools }), "deleted").await;
        assert_eq!(drift(&world).await, Vec::<Value>::new());
    });
}

#[test]
fn an_expired_proposal_no_longer_asks() {
    with_database(async |world| {
        let id = agreed(&world, "BILLING").await;
        let schools = template(&world, "Schools", "OVERVIEW").await;
        assign(&world, &schools, std::slice::from_ref(&id)).await;
        let input = json!({ "organisationId": id_of(FJORD) });
        let ask =
            async || world.as_(MANAGER_OF_FJORD).act("proposeTemplates", input.clone(), DRY).await["results"].clone();
        assert_eq!(ask().await.as_array().unwrap().len(), 1);
        world.wait(TimeDelta::days(89));
        assert_eq!((&drift(&world).await[0]["proposed"], ask().await), (&json!(true), json!([])));
        world.wait(TimeDelta::days(1));
        assert_eq!(drift(&world).await[0]["proposed"], false);
        assert_eq!(ask().await[0]["proposal"]["state"], "PENDING");
    });
}

#[test]
fn clients_that_were_not_asked_yet_are_asked_next() {
    with_database(async |world| {
        let schools = template(&world, "Schools", "OVERVIEW").await;
        world.db_execute("UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1", [FJORD.id.into()]).await;
        world.db_clients(502).await;
        let key = tenantry::base::id::Type::DelegationTemplate.parse(&schools.as_str().unwrap().into()).unwrap();
        let class = "UPDATE partnership SET template_id = $1 WHERE reseller_id = $2 AND state = 'ACTIVE'";
        world.db_execute(class, [key.into(), FJORD.id.into()]).await;
        let input = json!({ "organisationId": id_of(FJORD) });
        let mut asked = Vec::new();
        for count in [500, 2, 0] {
            let results =
                world.as_(MANAGER_OF_FJORD).act("proposeTemplates", input.clone(), DRY).await["results"].clone();
            let results = results.as_array().unwrap().clone();
            assert_eq!(results.len(), count);
            asked.extend(results.iter().map(|result| result["proposal"]["client"]["name"].to_string()));
        }
        let all: Vec<String> = (0..502).map(|number| format!("\"Client {number:03}\"")).collect();
        assert_eq!(asked, all, "each once, in the order of the report");
    });
}

#[test]
fn a_reseller_has_at_most_a_hundred_templates_and_its_log_shows_assignments() {
    with_database(async |world| {
        let id = agreed(&world, "NONE").await;
        let first = template(&world, "Template 0", "OVERVIEW").await;
        for number in 1..100 {
            template(&world, &format!("Template {number}"), "OVERVIEW").await;
        }
        let mut input =
            json!({ "organisationId": id_of(FJORD), "name": "One more", "delegation": { "preset": "OVERVIEW" } });
        let pia = world.as_(MANAGER_OF_FJORD);
        assert_eq!(pia.mistake("saveDelegationTemplate", input.clone()).await["code"], "TOO_MANY");
        input["delegationTemplateId"] = first.clone();
        pia.act("saveDelegationTemplate", input, "").await;
        assign(&world, &first, std::slice::from_ref(&id)).await;
        let foreign = tenantry::base::id::Type::Partnership.id(key(1, 999_999)).0;
        let none = json!({ "organisationId": id_of(FJORD), "partnershipIds": [id, foreign] });
        assert_eq!(pia.act("assignDelegationTemplate", none, "assigned").await["assigned"], 1);
        let events = "SELECT details FROM audit_event WHERE action = 'assignDelegationTemplate' ORDER BY sequence DESC";
        let event: Value = serde_json::from_str(&world.texts(events).await[0]).unwrap();
        assert_eq!(event["before"], json!({ "partnerships": [id], "templates": [first] }));
        assert_eq!(event["after"], json!({ "partnerships": [id], "template": null }));
    });
}
