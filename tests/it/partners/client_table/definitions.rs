//! Property definitions: who defines them, what is refused, and in which order they are listed.

use super::*;

async fn listed(world: &World, caller: Caller) -> Value {
    let query = "query($id: ID!) { reseller(id: $id) { propertyDefinitions(first: 100) { totalCount \
                 edges { node { key label type position required choices } } } } }";
    let answer = world.as_(caller).run(query, json!({ "id": id_of(FJORD) })).await;
    answer.ok()["reseller"]["propertyDefinitions"].clone()
}

fn keys(list: &Value) -> Vec<&str> {
    list["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["key"].as_str().unwrap()).collect()
}

#[test]
fn everybody_who_sees_the_clients_gets_the_definitions_by_position() {
    with_database(async |world| {
        define_all(&world).await;
        define(&world, MANAGER_OF_FJORD, FJORD, "first", "TEXT", json!({ "position": 0, "required": true })).await;
        let list = listed(&world, SUPPORT_OF_FJORD).await;
        assert_eq!(keys(&list), ["note", "first", "score", "since", "vip", "site", "region"]);
        assert_eq!(list["totalCount"], 7);
        let expected = json!({ "key": "region", "label": "The region", "type": "CHOICE", "position": 5, "required": false,
                               "choices": ["north", "south", "west"] });
        assert_eq!(list["edges"][6]["node"], expected);
        // Every client has a row for each definition, so that lists ordered by it hold all clients.
        let rows = "SELECT CAST(COUNT(*) AS TEXT) FROM property_value";
        let clients = "SELECT CAST(7 * COUNT(*) AS TEXT) FROM partnership WHERE reseller_id IN \
                       (SELECT id FROM organisation WHERE name = 'Fjord')";
        let others = "SELECT CAST(COUNT(*) AS TEXT) FROM property_value v JOIN organisation o ON o.id = v.organisation_id \
                      WHERE o.name <> 'Fjord'";
        let number = async |sql: &str| world.texts(sql).await[0].parse::<u32>().unwrap();
        assert_eq!(number(rows).await - number(others).await, number(clients).await);
    });
}

#[test]
fn an_invalid_definition_is_refused_with_its_field() {
    with_database(async |world| {
        define(&world, OWNER_OF_FJORD, FJORD, "taken", "TEXT", Value::Null).await;
        let before = world.db_dump().await;
        let some = |count: usize| (0..count).map(|number| json!(number.to_string())).collect::<Value>();
        for (change, expected) in [
            (json!({ "key": "Region" }), "INVALID_INPUT input.key"),
            (json!({ "key": "" }), "INVALID_INPUT input.key"),
            (json!({ "key": "1st" }), "INVALID_INPUT input.key"),
            (json!({ "key": "a b" }), "INVALID_INPUT input.key"),
            (json!({ "key": "a\u{0}" }), "INVALID_INPUT input.key"),
            (json!({ "key": "a".repeat(41) }), "INVALID_INPUT input.key"),
            (json!({ "key": "taken" }), "DUPLICATE input.key"),
            (json!({ "label": "  " }), "INVALID_INPUT input.label"),
            (json!({ "label": "a\u{0}b" }), "INVALID_INPUT input.label"),
            (json!({ "label": "a".repeat(201) }), "INVALID_INPUT input.label"),
            (json!({ "position": -1 }), "INVALID_INPUT input.position"),
            (json!({ "position": 10_001 }), "INVALID_INPUT input.position"),
            (json!({ "choices": ["a"] }), "INVALID_INPUT input.choices"),
            (json!({ "type": "CHOICE" }), "INVALID_INPUT input.choices"),
            (json!({ "type": "CHOICE", "choices": [] }), "INVALID_INPUT input.choices"),
            (json!({ "type": "CHOICE", "choices": some(101) }), "INVALID_INPUT input.choices"),
            (json!({ "type": "CHOICE", "choices": ["a", " a"] }), "INVALID_INPUT input.choices"),
            (json!({ "type": "CHOICE", "choices": ["a".repeat(101)] }), "INVALID_INPUT input.choices"),
            (json!({ "type": "CHOICE", "choices": ["a\u{7}"] }), "INVALID_INPUT input.choices"),
        ] {
            let mut input = json!({ "resellerId": id_of(FJORD), "key": "region", "label": "Region", "type": "TEXT" });
            input.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
            let answer = world.as_(OWNER_OF_FJORD).attempt("createPropertyDefinition", input, "").await;
            assert_eq!(mistakes(&answer.ok()["createPropertyDefinition"]), [expected], "{change}: {}", answer.text);
        }
        assert_eq!(before["property_definition"], world.db_dump().await["property_definition"]);
    });
}

#[test]
fn only_managers_of_properties_define_them() {
    with_database(async |world| {
        let input = |tenant: Tenant| json!({ "resellerId": id_of(tenant), "key": "a", "label": "A", "type": "TEXT" });
        let attempt = async |caller: Caller, tenant: Tenant| {
            world.as_(caller).attempt("createPropertyDefinition", input(tenant), "").await
        };
        attempt(SUPPORT_OF_FJORD, FJORD).await.refused("FORBIDDEN");
        attempt(KEY_OF_FJORD, FJORD).await.refused("FORBIDDEN");
        attempt(OWNER_OF_ACME, FJORD).await.refused("NOT_FOUND");
        attempt(OWNER_OF_LUND, FJORD).await.refused("NOT_FOUND");
        attempt(NOBODY, FJORD).await.refused("UNAUTHENTICATED");
        // Acme is not a reseller, whatever its owner holds.
        attempt(OWNER_OF_ACME, ACME).await.refused("NOT_FOUND");
        let sql = "UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1";
        world.db_execute(sql, [FJORD.id.into()]).await;
        attempt(OWNER_OF_FJORD, FJORD).await.refused("FORBIDDEN");
        let answer = attempt(OWNER_OF_OPERATOR, FJORD).await;
        assert_eq!(mistakes(&answer.ok()["createPropertyDefinition"]), ["ORGANISATION_SUSPENDED "]);
        assert_eq!(
            world.texts("SELECT \"key\" FROM property_definition WHERE \"key\" = 'a'").await,
            Vec::<String>::new()
        );
    });
}

#[test]
fn a_reseller_defines_at_most_a_hundred_properties() {
    with_database(async |world| {
        for number in 0..100 {
            define(&world, OWNER_OF_FJORD, FJORD, &format!("key_{number}"), "TEXT", Value::Null).await;
        }
        let input = json!({ "resellerId": id_of(FJORD), "key": "more", "label": "More", "type": "TEXT" });
        let error = world.as_(OWNER_OF_FJORD).mistake("createPropertyDefinition", input).await;
        assert_eq!(error["code"], "TOO_MANY");
        assert_eq!(listed(&world, OWNER_OF_FJORD).await["totalCount"], 100);
    });
}

#[test]
fn deleting_a_definition_deletes_its_values_and_frees_its_key() {
    with_database(async |world| {
        let id = define(&world, OWNER_OF_FJORD, FJORD, "region", "TEXT", Value::Null).await;
        set(&world, ACME, &[("region", Some("north"))]).await;
        let owner = world.as_(OWNER_OF_FJORD);
        let input = json!({ "propertyDefinitionId": id });
        world.as_(SUPPORT_OF_FJORD).attempt("deletePropertyDefinition", input.clone(), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_LUND).attempt("deletePropertyDefinition", input.clone(), "").await.refused("NOT_FOUND");
        assert_eq!(owner.act("deletePropertyDefinition", input.clone(), "deleted").await["deleted"], true);
        owner.attempt("deletePropertyDefinition", input, "").await.refused("NOT_FOUND");
        let left = "SELECT v.value FROM property_value v JOIN organisation o ON o.id = v.organisation_id WHERE o.name = 'Fjord'";
        assert!(world.db().rows(left, Vec::new()).await.unwrap().is_empty());
        define(&world, OWNER_OF_FJORD, FJORD, "region", "NUMBER", Value::Null).await;
        let answer = ask(&world, OWNER_OF_FJORD, json!({})).await;
        let values = answer.at("reseller/clients/edges/0/partnership/properties");
        assert_eq!(*values, json!([{ "key": "region", "value": null }]));
    });
}
