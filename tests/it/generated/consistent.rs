//! Every object that a query shows is also found by its id: visibility depends on the object, never on the path of the
//! query.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tenantry::access::PermissionSet;
use tenantry::base::id::Type;

use crate::generated::schema::{Schema, Selection};
use crate::world::*;

/// The ids of all objects in a response whose type `node` finds.
fn shown(schema: &Schema, data: &Value, ids: &mut BTreeSet<String>) {
    match data {
        Value::Array(items) => items.iter().for_each(|item| shown(schema, item, ids)),
        Value::Object(fields) => {
            if let Some(name) = fields.get("__typename").and_then(Value::as_str).filter(|name| schema.is_node(name)) {
                ids.extend(fields.get(&format!("{name}_id")).and_then(Value::as_str).map(str::to_owned));
            }
            fields.values().for_each(|value| shown(schema, value, ids));
        }
        _ => {}
    }
}

#[test]
fn every_object_that_a_query_shows_is_found_by_its_id() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let selection = Selection { schema: &schema, fixtures: &fixtures };
        let organisation = selection.all("Organisation", 2);
        let everywhere: Vec<String> =
            TENANTS.iter().map(|tenant| tenant.id).chain([HUB.id()]).map(organisation_id).collect();
        world.db_role(&HUB, PermissionSet::DELEGABLE, PermissionSet::EMPTY).await;
        let mut found = 0;
        for caller in EVERYBODY.into_iter().chain([HUB.owner, HUB.probe, Caller::Key(HUB.key())]) {
            let mut ids = BTreeSet::new();
            for id in &everywhere {
                let query = format!("{{ node(id: {id:?}) {{ ... on Organisation {{ {organisation} }} }} }}");
                shown(&schema, world.as_(caller).run(&query, json!({})).await.data(), &mut ids);
            }
            let ids: Vec<String> = ids.into_iter().collect();
            for ids in ids.chunks(100) {
                let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
                let answer = world.as_(caller).run(query, json!({ "ids": ids })).await;
                for (number, id) in ids.iter().enumerate() {
                    let by_id = answer.at(&format!("nodes/{number}/id"));
                    assert_eq!(by_id, id, "{} cannot find it by its id", caller.name());
                }
                found += ids.len();
            }
        }
        assert!(found > 200, "only {found} objects were seen");
    });
}

fn organisation_id(id: uuid::Uuid) -> String {
    Type::Organisation.id(id).0
}
