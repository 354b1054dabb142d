//! Creating an organisation.

use serde_json::json;

use crate::world::*;

#[test]
fn the_creator_of_an_organisation_owns_it() {
    with_database(async |world| {
        let stig = world.as_(SOLE_PERSON);
        let input = json!({ "name": "  Engines ", "kind": "COMPANY" });
        let owns = "organisation { name kind viewerCan(permission: OWNERSHIP_TRANSFER) }";
        let made = stig.act("createOrganisation", input, owns).await;
        assert_eq!(made["organisation"], json!({ "name": "Engines", "kind": "COMPANY", "viewerCan": true }));
    });
}

#[test]
fn an_organisation_needs_a_name_and_a_signed_in_creator() {
    with_database(async |world| {
        let before = world.db_count("organisation").await;
        let error =
            world.as_(SOLE_PERSON).mistake("createOrganisation", json!({ "name": "", "kind": "COMPANY" })).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("INVALID_INPUT"), &json!(["input", "name"])));
        let input = json!({ "name": "A", "kind": "COMPANY" });
        world.as_(NOBODY).attempt("createOrganisation", input, "").await.refused("UNAUTHENTICATED");
        assert_eq!(world.db_count("organisation").await, before);
    });
}
