//! References: the reseller's own numbers for its clients.

use serde_json::{Value, json};

use super::*;

const NUMBERED: &str = "partnership { id reference client { name } }";

fn numbered(partnership: &Value, reference: Value) -> Value {
    json!({ "partnershipId": partnership, "reference": reference })
}

/// The clients with this reference, as Fjord sees them.
async fn found(world: &World, reference: &str) -> Value {
    let query = "query($id: ID!, $number: String) { reseller(id: $id) { clients(filter: {reference: $number}) { \
                 totalCount edges { client { name } partnership { reference } } } } }";
    let answer = world.as_(SUPPORT_OF_FJORD).run(query, json!({ "id": id_of(FJORD), "number": reference })).await;
    answer.ok()["reseller"]["clients"].clone()
}

#[test]
fn a_client_is_found_by_its_new_reference() {
    with_database(async |world| {
        let id = json!(agreed(&world, "NONE").await);
        let pia = world.as_(MANAGER_OF_FJORD);
        let new =
            json!({ "name": "Bakery", "kind": "COMPANY", "delegation": { "preset": "NONE" }, "reference": "B-1" });
        pia.act("createClient", json!({ "organisationId": id_of(FJORD), "client": new }), "").await;
        let set = pia.act("setClientReference", numbered(&id, json!(" C-17 ")), NUMBERED).await;
        assert_eq!(set["partnership"], json!({ "id": id, "reference": "C-17", "client": { "name": "Solo" } }));
        let one = |name: &str, number: &str| json!({ "totalCount": 1, "edges": [{ "client": { "name": name }, "partnership": { "reference": number } }] });
        assert_eq!(found(&world, "C-17").await, one("Solo", "C-17"));
        assert_eq!(found(&world, " B-1 ").await, one("Bakery", "B-1"));
        assert_eq!(found(&world, "c-17").await["totalCount"], 0);
        // The client does not see its partner's reference.
        let node = "query($id: ID!) { node(id: $id) { ... on Partnership { reference } } }";
        assert_eq!(world.as_(SOLE_PERSON).run(node, json!({ "id": id })).await.codes(), ["NOT_FOUND"]);

        let error = pia.mistake("setClientReference", numbered(&id, json!("B-1"))).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("DUPLICATE"), &json!(["input", "reference"])));
        assert_eq!(error["message"], "Bakery already has this reference. Choose another.");
        for wrong in ["", " ", "a\nb", &"7".repeat(101)] {
            let error = pia.mistake("setClientReference", numbered(&id, json!(wrong))).await;
            assert_eq!(error["code"], "INVALID_INPUT", "{wrong:?}");
        }
        pia.act("setClientReference", numbered(&id, json!("C-17")), "").await;
        pia.act("setClientReference", numbered(&id, Value::Null), "").await;
        assert_eq!(found(&world, "C-17").await["totalCount"], 0);
    });
}

#[test]
fn only_managers_of_clients_set_references() {
    with_database(async |world| {
        let id = json!(agreed(&world, "FULL").await);
        let input = numbered(&id, json!("C-17"));
        world.as_(SUPPORT_OF_FJORD).attempt("setClientReference", input.clone(), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_LUND).attempt("setClientReference", input.clone(), "").await.refused("NOT_FOUND");
        let of_client = world.as_(SOLE_PERSON).attempt("setClientReference", input.clone(), "").await;
        assert!(matches!(of_client.codes()[..], ["FORBIDDEN" | "NOT_FOUND"]), "{of_client:?}");
        let pia = world.as_(MANAGER_OF_FJORD);
        pia.act("endPartnership", json!({ "partnershipId": id }), "").await;
        assert_eq!(pia.mistake("setClientReference", input).await["code"], "STALE_STATE");
        let query =
            "query($id: ID!) { reseller(id: $id) { clients(filter: {reference: \"a\\u0000\"}) { totalCount } } }";
        let answer = world.as_(SUPPORT_OF_FJORD).run(query, json!({ "id": id_of(FJORD) })).await;
        assert_eq!(answer.codes(), ["INVALID_INPUT"]);
    });
}
