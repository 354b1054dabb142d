//! What happens to values when their definition changes.

use super::*;

const CONFLICTS: &str = "propertyDefinition { key label type position required choices } conflictCount \
                         conflicts { value message partnership { client { name } } }";

async fn update(world: &World, id: &str, change: Value) -> Value {
    let mut input = json!({ "propertyDefinitionId": id });
    input.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
    let answer = world.as_(OWNER_OF_FJORD).attempt("updatePropertyDefinition", input, CONFLICTS).await;
    answer.ok()["updatePropertyDefinition"].clone()
}

#[test]
fn another_type_is_refused_with_the_values_that_do_not_convert() {
    with_database(async |world| {
        let id = define(&world, OWNER_OF_FJORD, FJORD, "size", "TEXT", Value::Null).await;
        for (client, value) in [(ACME, "12"), (EKEN, "many"), (MYR, "a few"), (HAMRA, "1e3")] {
            set(&world, client, &[("size", Some(value))]).await;
        }
        let before = world.db_dump().await;
        let payload = update(&world, &id, json!({ "type": "NUMBER", "label": "Size" })).await;
        assert_eq!(mistakes(&payload), ["VALUES_DO_NOT_FIT input.type"]);
        assert_eq!(payload["propertyDefinition"], Value::Null);
        assert_eq!(payload["conflictCount"], 2);
        let shown: Vec<Value> = payload["conflicts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|conflict| json!([conflict["partnership"]["client"]["name"], conflict["value"]]))
            .collect();
        assert_eq!(shown, [json!(["Myr", "a few"]), json!(["Eken", "many"])]);
        let after = world.db_dump().await;
        for table in ["property_definition", "property_value", "audit_event"] {
            assert_eq!(before[table], after[table]);
        }
        set(&world, EKEN, &[("size", Some("-4"))]).await;
        set(&world, MYR, &[("size", None)]).await;
        let payload = update(&world, &id, json!({ "type": "NUMBER", "label": "Size" })).await;
        assert_eq!(mistakes(&payload), Vec::<String>::new());
        assert_eq!(payload["propertyDefinition"]["type"], "NUMBER");
        assert_eq!(payload["propertyDefinition"]["label"], "Size");
        // They are numbers now, in numeric order and form; missing values come last.
        let order = json!({ "property": "size" });
        assert_eq!(names(&world, Value::Null, order).await, ["Eken", "Acme", "Hamra", "Gran", "Myr"]);
        assert_eq!(
            names(&world, json!({ "property": { "key": "size", "from": "1000" } }), Value::Null).await,
            ["Hamra"]
        );
    });
}

#[test]
fn every_type_becomes_text_and_a_choice_only_of_what_is_there() {
    with_database(async |world| {
        define_all(&world).await;
        let list = [
            ("score", "2.5"),
            ("since", "2026-01-02"),
            ("vip", "true"),
            ("site", "https://a.example/"),
            ("region", "west"),
        ];
        let some: Vec<(&str, Option<&str>)> = list.iter().map(|(key, value)| (*key, Some(*value))).collect();
        set(&world, ACME, &some).await;
        for (key, value) in list {
            let sql = "SELECT id FROM property_definition WHERE \"key\" = $1 AND organisation_id = $2";
            let rows = world.db().rows(sql, vec![key.into(), FJORD.id.into()]).await.unwrap();
            let id = Type::PropertyDefinition.id(rows[0].try_get_by_index(0).unwrap()).0;
            let payload = update(&world, &id, json!({ "type": "TEXT" })).await;
            assert_eq!(mistakes(&payload), Vec::<String>::new(), "{key}");
            assert_eq!(payload["propertyDefinition"]["choices"], json!([]));
            let filter = json!({ "property": { "key": key, "contains": value.to_uppercase() } });
            assert_eq!(names(&world, filter, Value::Null).await, ["Acme"]);
            let payload = update(&world, &id, json!({ "type": "CHOICE", "choices": ["other"] })).await;
            assert_eq!(mistakes(&payload), ["VALUES_DO_NOT_FIT input.type"]);
            let payload = update(&world, &id, json!({ "type": "CHOICE", "choices": ["other", value] })).await;
            assert_eq!(mistakes(&payload), Vec::<String>::new());
        }
    });
}

#[test]
fn a_choice_in_use_cannot_be_removed() {
    with_database(async |world| {
        let choices = json!({ "choices": ["north", "south"] });
        let id = define(&world, OWNER_OF_FJORD, FJORD, "region", "CHOICE", choices).await;
        set(&world, ACME, &[("region", Some("north"))]).await;
        let payload = update(&world, &id, json!({ "choices": ["south", "west"] })).await;
        assert_eq!(mistakes(&payload), ["VALUES_DO_NOT_FIT input.choices"]);
        assert_eq!(payload["conflictCount"], 1);
        assert_eq!(payload["conflicts"][0]["value"], "north");
        let payload =
            update(&world, &id, json!({ "choices": ["west", "north"], "required": true, "position": 7 })).await;
        let expected = json!({ "key": "region", "label": "The region", "type": "CHOICE", "position": 7, "required": true,
                               "choices": ["west", "north"] });
        assert_eq!(payload["propertyDefinition"], expected);
        for (change, field) in [
            (json!({ "choices": [] }), "choices"),
            (json!({ "label": "" }), "label"),
            (json!({ "position": -1 }), "position"),
            (json!({ "type": "TEXT", "choices": ["north"] }), "choices"),
        ] {
            let payload = update(&world, &id, change).await;
            assert_eq!(mistakes(&payload), [format!("INVALID_INPUT input.{field}")]);
        }
    });
}

#[test]
fn a_hundred_unfit_values_are_listed_and_all_are_counted() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..120).await;
        let owner = world.as_(HUB.owner);
        let hub = Type::Organisation.id(HUB.id()).0;
        let input = json!({ "resellerId": hub, "key": "size", "label": "Size", "type": "TEXT" });
        let payload = owner.act("createPropertyDefinition", input, "propertyDefinition { id }").await;
        let sql = "UPDATE property_value SET value = 'many', ascending_key = 'amany' WHERE \"key\" = 'size'";
        world.db_execute(sql, []).await;
        let input = json!({ "propertyDefinitionId": payload["propertyDefinition"]["id"], "type": "DATE" });
        let answer = owner.attempt("updatePropertyDefinition", input, CONFLICTS).await;
        let payload = &answer.ok()["updatePropertyDefinition"];
        assert_eq!(payload["conflictCount"], 123);
        assert_eq!(payload["conflicts"].as_array().unwrap().len(), 100);
        assert!(answer.statements < 20, "{} statements", answer.statements);
    });
}
