//! Saved views: stored, applied, and checked against the current definitions.

use super::*;

const VIEW: &str = "view { id name columns missingProperties order { field property direction } filter { \
     partnershipState nameContains reference properties { key eq in contains from to isSet } } }";

fn view(name: &str) -> Value {
    json!({
        "resellerId": id_of(FJORD), "name": name, "columns": ["region", "score"],
        "orderBy": { "property": "score", "direction": "DESC" },
        "filter": {
            "partnershipState": ["ACTIVE"], "name": { "contains": "a" },
            "property": { "key": "region", "in": ["north", "south"] },
            "properties": [{ "key": "score", "from": "1" }],
        },
    })
}

async fn prepare(world: &World) -> String {
    define_all(world).await;
    set(world, ACME, &[("region", Some("north")), ("score", Some("2"))]).await;
    set(world, GRAN, &[("region", Some("south")), ("score", Some("3"))]).await;
    set(world, HAMRA, &[("region", Some("south")), ("score", Some("4"))]).await;
    let payload = world.as_(OWNER_OF_FJORD).act("saveClientView", view("Best"), VIEW).await;
    payload["view"]["id"].as_str().unwrap().to_owned()
}

async fn apply(world: &World, caller: Caller, view: &str) -> Answer {
    ask(world, caller, json!({ "first": 100, "view": view })).await
}

fn shown(answer: &Answer) -> Vec<String> {
    answer.ok()["reseller"]["clients"]["edges"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn a_view_is_shown_as_it_was_saved_and_gives_the_clients_that_it_says() {
    with_database(async |world| {
        let id = prepare(&world).await;
        let query =
            format!("query($id: ID!) {{ node(id: $id) {{ ... on ClientView {{ {} }} }} }}", &VIEW[7..VIEW.len() - 2]);
        let answer = world.as_(SUPPORT_OF_FJORD).run(&query, json!({ "id": id })).await;
        let condition = |key: &str, values: Value, from: Value| json!({ "key": key, "eq": null, "in": values, "contains": null, "from": from, "to": null, "isSet": null });
        let expected = json!({
            "id": id, "name": "Best", "columns": ["region", "score"], "missingProperties": [],
            "order": { "field": null, "property": "score", "direction": "DESC" },
            "filter": { "partnershipState": ["ACTIVE"], "nameContains": "a",
                        "reference": null, "properties": [
                condition("region", json!(["north", "south"]), Value::Null), condition("score", Value::Null, json!("1")),
            ] },
        });
        assert_eq!(answer.ok()["node"], expected);
        let answer = apply(&world, SUPPORT_OF_FJORD, &id).await;
        assert_eq!(shown(&answer), ["Gran", "Acme"]);
        assert_eq!(answer.at("reseller/clients/totalCount"), 2);
        let list = "query($id: ID!) { reseller(id: $id) { clientViews { totalCount edges { node { name } } } } }";
        let answer = world.as_(SUPPORT_OF_FJORD).run(list, json!({ "id": id_of(FJORD) })).await;
        assert_eq!(*answer.at("reseller/clientViews/edges"), json!([{ "node": { "name": "Best" } }]));
        let one = json!({ "resellerId": id_of(FJORD), "name": "One", "filter": { "reference": "K-100" } });
        let payload = world.as_(OWNER_OF_FJORD).act("saveClientView", one, VIEW).await;
        let expected =
            json!({ "partnershipState": null, "nameContains": null, "reference": "K-100", "properties": [] });
        assert_eq!(payload["view"]["filter"], expected);
    });
}

#[test]
fn a_view_is_replaced_by_its_id_and_deleted() {
    with_database(async |world| {
        let id = prepare(&world).await;
        let owner = world.as_(OWNER_OF_FJORD);
        let input = json!({ "resellerId": id_of(FJORD), "viewId": id, "name": "All" });
        let payload = owner.act("saveClientView", input.clone(), VIEW).await;
        let expected =
            json!({ "id": id, "name": "All", "columns": [], "missingProperties": [], "order": null, "filter": null });
        assert_eq!(payload["view"], expected);
        assert_eq!(shown(&apply(&world, OWNER_OF_FJORD, &id).await).len(), 5);
        world.as_(SUPPORT_OF_FJORD).attempt("saveClientView", input.clone(), "").await.refused("FORBIDDEN");
        world.as_(SUPPORT_OF_FJORD).attempt("deleteClientView", json!({ "viewId": id }), "").await.refused("FORBIDDEN");
        assert_eq!(owner.act("deleteClientView", json!({ "viewId": id }), "deleted").await["deleted"], true);
        owner.attempt("deleteClientView", json!({ "viewId": id }), "").await.refused("NOT_FOUND");
        owner.attempt("saveClientView", input, "").await.refused("NOT_FOUND");
        apply(&world, OWNER_OF_FJORD, &id).await.refused("NOT_FOUND");
    });
}

#[test]
fn a_view_of_deleted_properties_says_so_and_can_be_saved_again() {
    with_database(async |world| {
        let id = prepare(&world).await;
        let sql = "SELECT id FROM property_definition WHERE \"key\" = 'region' AND organisation_id = $1";
        let rows = world.db().rows(sql, vec![FJORD.id.into()]).await.unwrap();
        let region = Type::PropertyDefinition.id(rows[0].try_get_by_index(0).unwrap()).0;
        let owner = world.as_(OWNER_OF_FJORD);
        owner.act("deletePropertyDefinition", json!({ "propertyDefinitionId": region }), "").await;
        let answer = apply(&world, OWNER_OF_FJORD, &id).await;
        answer.refused("INVALID_INPUT");
        let message = answer.errors()[0]["message"].as_str().unwrap();
        assert!(message.contains("“Best”") && message.contains("no property \"region\""), "{message}");
        let query = "query($id: ID!) { node(id: $id) { ... on ClientView { missingProperties } } }";
        let answer = owner.run(query, json!({ "id": id })).await;
        assert_eq!(*answer.at("node/missingProperties"), json!(["region"]));
        let input =
            json!({ "resellerId": id_of(FJORD), "viewId": id, "name": "Best", "orderBy": { "property": "score" } });
        owner.act("saveClientView", input, "").await;
        assert_eq!(shown(&apply(&world, OWNER_OF_FJORD, &id).await), ["Acme", "Gran", "Hamra", "Eken", "Myr"]);
    });
}

#[test]
fn a_view_that_cannot_be_applied_is_not_saved() {
    with_database(async |world| {
        prepare(&world).await;
        let before = world.db_dump().await;
        for (change, expected) in [
            (json!({ "name": " " }), "INVALID_INPUT input.name"),
            (json!({ "name": "BEST" }), "DUPLICATE input.name"),
            (json!({ "name": "a\u{0}" }), "INVALID_INPUT input.name"),
            (json!({ "filter": { "property": { "key": "nothing", "eq": "a" } } }), "INVALID_INPUT input.filter"),
            (json!({ "filter": { "property": { "key": "score", "eq": "a" } } }), "INVALID_INPUT input.filter"),
            (json!({ "filter": { "name": { "contains": "" } } }), "INVALID_INPUT input.filter"),
            (json!({ "orderBy": { "property": "nothing" } }), "INVALID_INPUT input.orderBy"),
            (json!({ "orderBy": { "property": "score", "field": "NAME" } }), "INVALID_INPUT input.orderBy"),
            (json!({ "columns": ["nothing"] }), "INVALID_INPUT input.columns"),
            (json!({ "columns": ["score", "score"] }), "INVALID_INPUT input.columns"),
            (json!({ "columns": vec!["score"; 101] }), "INVALID_INPUT input.columns"),
        ] {
            let mut input = json!({ "resellerId": id_of(FJORD), "name": "Other" });
            input.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
            let answer = world.as_(OWNER_OF_FJORD).attempt("saveClientView", input, "").await;
            assert_eq!(mistakes(&answer.ok()["saveClientView"]), [expected], "{change}: {}", answer.text);
        }
        assert_eq!(before["client_view"], world.db_dump().await["client_view"]);
    });
}

#[test]
fn a_view_belongs_to_one_reseller() {
    with_database(async |world| {
        let id = prepare(&world).await;
        for more in [json!({ "filter": {} }), json!({ "orderBy": { "field": "NAME" } })] {
            let mut arguments = json!({ "view": id });
            arguments.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            let answer = ask(&world, OWNER_OF_FJORD, arguments).await;
            answer.refused("INVALID_INPUT");
            assert!(answer.text.contains("Give either a view, or filter and orderBy."), "{}", answer.text);
        }
        apply(&world, OWNER_OF_FJORD, &id_of(FJORD)).await.refused("INVALID_INPUT");
        // Norden sees the clients of both resellers, but a view of one cannot be used for the other.
        let at_lund = "query($id: ID!, $view: ID) { reseller(id: $id) { clients(view: $view) { totalCount } } }";
        let variables = json!({ "id": id_of(LUND), "view": id });
        world.as_(OWNER_OF_LUND).run(at_lund, variables).await.refused("NOT_FOUND");
        for caller in [OWNER_OF_LUND, OWNER_OF_ACME, SOLE_PERSON] {
            world
                .as_(caller)
                .run("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id }))
                .await
                .refused("NOT_FOUND");
            world.as_(caller).attempt("deleteClientView", json!({ "viewId": id }), "").await.refused("NOT_FOUND");
        }
        // Nobody can replace a view of another reseller by its id.
        let input = json!({ "resellerId": id_of(LUND), "viewId": id, "name": "Mine" });
        world.as_(OWNER_OF_LUND).attempt("saveClientView", input, "").await.refused("NOT_FOUND");
        assert_eq!(shown(&apply(&world, OWNER_OF_FJORD, &id).await), ["Gran", "Acme"]);
    });
}
