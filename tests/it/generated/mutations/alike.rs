//! An organisation is named by its own id, by that of its reseller or by that of its card, in every input alike.

use serde_json::json;
use tenantry::base::id::Type;

use super::examples::{doer, valid};
use super::{LAST, document};
use crate::generated::schema::Schema;
use crate::world::*;

/// The same arguments, with organisations named in another form.
fn renamed(arguments: &str, form: &str) -> String {
    let resellers = if form == "reseller" { "organisation" } else { form };
    let renamed = arguments.replace("\"reseller_0", "\"RESELLER_0").replace("\"organisation_0", &format!("\"{form}_0"));
    renamed.replace("\"RESELLER_0", &format!("\"{resellers}_0"))
}

#[test]
fn every_mutation_takes_the_ids_of_an_organisation_its_reseller_and_its_card() {
    with_database(async |world| {
        let schema = Schema::exported();
        let mut tested = 0;
        for form in ["reseller", "organisation_card"] {
            world.db_reset().await;
            for field in schema.fields_of("Mutation") {
                let arguments = valid(&world, field, None).await;
                let other = renamed(&arguments, form);
                if other != arguments {
                    let query = document(field, &other);
                    let answer = world.as_(doer(field)).run(&query, json!({})).await;
                    assert_eq!(answer.ok()[field.name()]["userErrors"], json!([]), "{query}");
                    let logged = world.texts("SELECT object_id FROM audit_event WHERE object_id IS NOT NULL").await;
                    let is_other = |id: &&String| id.starts_with("reseller_0") || id.starts_with("organisation_card_");
                    assert_eq!(logged.iter().find(is_other), None, "{query}: the log has one name for one thing");
                    tested += 1;
                }
                // What an example prepares can be in the way of others, even where it was not sent.
                if LAST.contains(&field.name()) {
                    world.db_reset().await;
                }
            }
        }
        assert!(tested > 40, "only {tested} were tested");
    });
}

#[test]
fn a_foreign_organisation_is_not_found_by_any_of_its_ids() {
    with_database(async |world| {
        let forms = [Type::Organisation, Type::Reseller, Type::OrganisationCard];
        let keys = [BOREAL.id(), key(BOREAL.tree, 999_999_999)];
        for template in [
            "{ organisation(id: ID) { id } }",
            "{ reseller(id: ID) { id } }",
            "{ explainAccess(organisationId: ID, permission: INVOICE_READ) { granted } }",
            "{ explainPayer(organisationId: ID) { payer { id } } }",
            "mutation { switchOrganisation(input: {organisationId: ID}) { userErrors { code } } }",
            "mutation { updateOrganisation(input: {organisationId: ID, name: \"x\"}) { userErrors { code } } }",
            "mutation { createPropertyDefinition(input: {resellerId: ID, key: \"k\", label: \"l\", type: TEXT}) \
             { userErrors { code } } }",
        ] {
            let mut answers = Vec::new();
            for id in forms.iter().flat_map(|form| keys.map(|key| form.id(key).0)) {
                let answer = world.as_(HUB.owner).run(&template.replace("ID", &format!("{id:?}")), json!({})).await;
                answer.refused("NOT_FOUND");
                answers.push(answer.text);
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{template}: {answers:?}");
        }
    });
}

#[test]
fn fields_and_filters_take_each_form_too() {
    with_database(async |world| {
        let owner = world.as_(HUB.owner);
        let input = json!({ "organisationId": Type::Reseller.id(HUB.id()).0, "name": "Navet" });
        owner.act("updateOrganisation", input, "").await;
        for form in [Type::Organisation, Type::Reseller, Type::OrganisationCard] {
            let variables = json!({ "id": form.id(HUB.id()).0 });
            let query = "query($id: ID!) { organisation(id: $id) { name } reseller(id: $id) { organisation { name } } \
                         explainAccess(organisationId: $id, permission: INVOICE_READ) { granted } }";
            let found = owner.run(query, variables.clone()).await;
            assert_eq!(found.ok()["organisation"]["name"], "Navet");
            assert_eq!(found.ok()["reseller"]["organisation"]["name"], "Navet");
            assert_eq!(found.ok()["explainAccess"]["granted"], true);
            let query = "query($id: ID!) { organisation(id: $id) { \
                         auditEvents(filter: {objectId: $id, actions: [\"updateOrganisation\"]}) { totalCount } } }";
            let events = owner.run(query, variables).await;
            assert_eq!(events.ok()["organisation"]["auditEvents"]["totalCount"], 1);
        }
    });
}
