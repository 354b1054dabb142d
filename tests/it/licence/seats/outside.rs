//! An outside system that sets licences up and removes them.

use super::*;

async fn waiting(world: &World) -> Vec<String> {
    let query = "{ operator { licencesToSetUp(first: 10) { assignmentId isRemoval featureKey externalId email } } }";
    let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({})).await;
    let rows = answer.ok()["operator"]["licencesToSetUp"].as_array().unwrap();
    let text = |row: &Value| {
        let act = if row["isRemoval"] == true { "remove" } else { "set up" };
        format!("{act} {} {}", row["featureKey"].as_str().unwrap(), row["externalId"].as_str().unwrap())
    };
    rows.iter().map(text).collect()
}

async fn ids(world: &World) -> Vec<Value> {
    let query = "{ operator { licencesToSetUp(first: 10) { assignmentId } } }";
    let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({})).await;
    let rows = answer.ok()["operator"]["licencesToSetUp"].as_array().unwrap();
    rows.iter().map(|row| row["assignmentId"].clone()).collect()
}

#[test]
fn an_outside_system_confirms_or_fails_and_removes_what_it_has_set_up() {
    with_database(async |world| {
        db_seats(&world, 5, 0).await;
        let people = hire(&world, 2, "").await;
        assign(&world, BASIC, &people).await;
        assert_eq!(waiting(&world).await, ["set up basic p000", "set up basic p001"]);
        let found = ids(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let reports = json!({ "reports": [
            { "assignmentId": found[0], "outcome": "DONE" },
            { "assignmentId": found[1], "outcome": "FAILED", "error": "No such mailbox" },
            { "assignmentId": people[0], "outcome": "DONE" },
            { "assignmentId": found[1], "outcome": "FAILED" },
        ] });
        let done = staff.act("confirmLicences", reports, "results { index userErrors { code } }").await;
        assert_eq!(results(&done), ["ok", "ok", "UNKNOWN", "INVALID_INPUT"]);
        assert_eq!(waiting(&world).await, Vec::<String>::new());
        let query =
            "query($id: ID!) { organisation(id: $id) { licenceAssignments(first: 5, filter: { confirmation: FAILED }) {
          totalCount edges { node { error } } } } }";
        let failed = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let failed = &failed.ok()["organisation"]["licenceAssignments"];
        assert_eq!(
            (&failed["totalCount"], &failed["edges"][0]["node"]["error"]),
            (&json!(1), &json!("No such mailbox"))
        );
        // Only what was set up has to be removed.
        let input = json!({ "organisationId": id_of(ACME), "assignmentIds": found });
        world.as_(OWNER_OF_ACME).act("releaseLicences", input, "").await;
        assert_eq!(waiting(&world).await, ["remove basic p000"]);
        let removed = json!({ "reports": [{ "assignmentId": found[0], "outcome": "DONE" }] });
        staff.act("confirmLicences", removed, "").await;
        assert_eq!(waiting(&world).await, Vec::<String>::new());
        let refused = world.as_(OWNER_OF_ACME).attempt("confirmLicences", json!({ "reports": [] }), "").await;
        assert!(refused.text.contains("NOT_FOUND") || refused.text.contains("FORBIDDEN"), "{}", refused.text);
    });
}
