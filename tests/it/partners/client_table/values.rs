//! Setting values of one client, and reading them.

use super::*;
use crate::world::{on_postgres, with_database};

const READ: &str = "query($id: ID!, $keys: [String!]) { node(id: $id) { ... on Partnership { \
     properties(keys: $keys) { key label type value number date boolean } } } }";

#[test]
fn values_are_typed_and_in_the_order_of_their_definitions() {
    with_database(async |world| {
        define_all(&world).await;
        let list = [
            ("region", Some("north")),
            ("note", Some("  Räksmörgås ")),
            ("score", Some("1.50")),
            ("since", Some("2024-02-29")),
            ("vip", Some("false")),
        ];
        set(&world, ACME, &list).await;
        let id = partnership(&world, FJORD, ACME).await;
        let answer = world.as_(SUPPORT_OF_FJORD).run(READ, json!({ "id": id })).await;
        let value = |key: &str, kind: &str, value: Option<&str>| {
            json!({ "key": key, "label": format!("The {key}"), "type": kind, "value": value,
                    "number": null, "date": null, "boolean": null })
        };
        let mut expected = [
            value("note", "TEXT", Some("Räksmörgås")),
            value("score", "NUMBER", Some("1.5")),
            value("since", "DATE", Some("2024-02-29")),
            value("vip", "BOOLEAN", Some("false")),
            value("site", "URL", None),
            value("region", "CHOICE", Some("north")),
        ];
        expected[1]["number"] = json!(1.5);
        expected[2]["date"] = json!("2024-02-29");
        expected[3]["boolean"] = json!(false);
        assert_eq!(answer.ok()["node"]["properties"], json!(expected));
        // A dashboard picks its columns; unknown ones are left out.
        let keys = json!({ "id": id, "keys": ["region", "nothing", "a\u{0}", "score"] });
        let answer = world.as_(SUPPORT_OF_FJORD).run(READ, keys).await;
        assert_eq!(answer.ok()["node"]["properties"], json!([expected[1], expected[5]]));
        let answer = world.as_(SUPPORT_OF_FJORD).run(READ, json!({ "id": id, "keys": [] })).await;
        assert_eq!(answer.ok()["node"]["properties"], json!([]));
        let answer = world.as_(SUPPORT_OF_FJORD).run(READ, json!({ "id": id, "keys": vec!["a"; 101] })).await;
        answer.refused("INVALID_INPUT");
        let own = async |client: Tenant| {
            let id = partnership(&world, FJORD, client).await;
            let answer = world.as_(OWNER_OF_FJORD).run(READ, json!({ "id": id, "keys": ["note"] })).await;
            answer.ok()["node"]["properties"][0]["value"].clone()
        };
        assert_eq!(own(MYR).await, Value::Null);
        // A client that is added later also has its row.
        set(&world, HAMRA, &[("note", Some("late"))]).await;
        assert_eq!(own(HAMRA).await, "late");
    });
}

#[test]
fn null_removes_a_value_unless_it_is_required() {
    with_database(async |world| {
        define_all(&world).await;
        define(&world, OWNER_OF_FJORD, FJORD, "contract", "TEXT", json!({ "required": true })).await;
        // Removing a value that was never set is not an error.
        set(&world, ACME, &[("contract", None), ("note", Some("a"))]).await;
        set(&world, ACME, &[("contract", Some("17")), ("score", Some("3"))]).await;
        let answer = try_set(&world, OWNER_OF_FJORD, ACME, &[("note", None), ("contract", None)]).await;
        let payload = &answer.ok()["setClientProperties"];
        assert_eq!(mistakes(payload), ["INVALID_INPUT input.properties.1.value"]);
        assert_eq!(payload["partnership"], Value::Null);
        let answer = try_set(&world, MANAGER_OF_FJORD, ACME, &[("note", None), ("contract", Some("18"))]).await;
        let values = &answer.ok()["setClientProperties"]["partnership"]["properties"];
        let of = |key: &str| {
            let found = values.as_array().unwrap().iter().find(|value| value["key"] == key);
            found.unwrap()["value"].clone()
        };
        assert_eq!([of("note"), of("score"), of("contract")], [Value::Null, json!("3"), json!("18")]);
    });
}

#[test]
fn each_change_is_in_the_log_of_the_reseller_alone() {
    with_database(async |world| {
        define_all(&world).await;
        set(&world, ACME, &[("note", Some("a")), ("score", Some("1"))]).await;
        set(&world, ACME, &[("note", Some("b")), ("score", None)]).await;
        let query = "query($id: ID!, $object: ID!) { organisation(id: $id) { auditEvents(first: 1, \
                     filter: {actions: [\"setClientProperties\"], objectId: $object}) { totalCount edges { node { before after } } } } }";
        let object = partnership(&world, FJORD, ACME).await;
        let log = async |caller: Caller, tenant: Tenant| {
            let answer = world.as_(caller).run(query, json!({ "id": id_of(tenant), "object": object })).await;
            answer.ok()["organisation"]["auditEvents"].clone()
        };
        let events = log(OWNER_OF_FJORD, FJORD).await;
        assert_eq!(events["totalCount"], 2);
        let read =
            |name: &str| serde_json::from_str::<Value>(events["edges"][0]["node"][name].as_str().unwrap()).unwrap();
        assert_eq!(read("before"), json!({ "note": "a", "score": "1" }));
        assert_eq!(read("after"), json!({ "note": "b", "score": null }));
        assert_eq!(log(OWNER_OF_ACME, ACME).await["totalCount"], 0);
    });
}

#[test]
fn a_client_created_later_appears_in_every_order() {
    with_database(async |world| {
        define_all(&world).await;
        let sql = "INSERT INTO partnership (id, reseller_id, client_id, client_name, delegated, client_delegated, \
                   includes_upstream, state, starts_at, created_at) VALUES ($1, $2, $3, 'Solo', 0, 0, FALSE, 'ACTIVE', $4, $4)";
        let id = key(NORDIC, 760_000);
        world.db_execute(sql, [id.into(), FJORD.id.into(), SOLO.id.into(), now().into()]).await;
        for direction in ["ASC", "DESC"] {
            let order = json!({ "property": "score", "direction": direction });
            assert!(names(&world, Value::Null, order).await.contains(&"Solo".to_owned()));
        }
    });
}

#[test]
fn a_client_and_a_definition_created_at_once_know_each_other() {
    on_postgres(async |world| {
        let lock = format!("SELECT $1::uuid, id FROM organisation WHERE id = '{}' FOR NO KEY UPDATE", FJORD.id);
        let change = format!(
            "INSERT INTO property_definition (id, organisation_id, \"key\", label, kind, position, is_required, created_at) \
             VALUES ($1, '{}', 'late', 'Late', 'TEXT', 0, FALSE, now())",
            FJORD.id
        );
        let client = "INSERT INTO partnership (id, reseller_id, client_id, client_name, delegated, client_delegated, \
                      includes_upstream, state, starts_at, created_at) VALUES ($1, $2, $3, 'Solo', 0, 0, FALSE, 'ACTIVE', $4, $4)";
        let id = key(NORDIC, 760_000);
        let attempt = world.db_execute(client, [id.into(), FJORD.id.into(), SOLO.id.into(), now().into()]);
        world.db_change_while_it_waits(&lock, &change, key(NORDIC, 760_001), attempt).await;
        let rows = "SELECT o.name FROM property_value v JOIN partnership p ON p.id = v.partnership_id \
                    JOIN organisation o ON o.id = p.client_id WHERE v.\"key\" = 'late' ORDER BY 1";
        assert_eq!(world.texts(rows).await, ["Acme", "Eken", "Gran", "Hamra", "Jarl", "Myr", "Solo"]);
    });
}
