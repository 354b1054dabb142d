//! Every object that a query shows is also found by its id: visibility depends on the object, never on the path of the
//! query. And each id belongs to one type: clients such as Relay merge objects by their ids.

use std::collections::{BTreeMap, BTreeSet};

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
            if let Some(viewer) = schema.fields_of("Query").find(|field| field.name() == "viewer") {
                let query = format!("{{ {} }}", selection.field(viewer, 2).unwrap());
                shown(&schema, world.as_(caller).run(&query, json!({})).await.data(), &mut ids);
            }
            let ids: Vec<String> = ids.into_iter().collect();
            for ids in ids.chunks(100) {
                let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
                let answer = world.as_(caller).run(query, json!({ "ids": ids })).await;
                for (number, id) in ids.iter().enumerate() {
                    let by_id = answer.at(&format!("nodes/{number}/id"));
                    // The members of an organisation show the names of its own roles to viewers without ROLE_READ.
                    let is_shown_only = by_id.is_null() && id.starts_with("role_01");
                    assert!(by_id == id || is_shown_only, "{} cannot find {id} by its id", caller.name());
                }
                found += ids.len();
            }
        }
        assert!(found > 200, "only {found} objects were seen");
    });
}

/// The types of the objects in an answer, by the prefixes of their ids.
fn typed(data: &Value, types: &mut BTreeMap<String, BTreeSet<String>>) {
    match data {
        Value::Array(items) => items.iter().for_each(|item| typed(item, types)),
        Value::Object(fields) => {
            let name = fields.get("__typename").and_then(Value::as_str);
            if let Some(name) = name
                && let Some(id) = fields.get(&format!("{name}_id")).and_then(Value::as_str)
            {
                let prefix = id.rsplit_once('_').unwrap().0;
                types.entry(prefix.to_owned()).or_default().insert(name.to_owned());
            }
            fields.values().for_each(|value| typed(value, types));
        }
        _ => {}
    }
}

#[test]
fn ids_of_one_prefix_belong_to_one_type() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let selection = Selection { schema: &schema, fixtures: &fixtures };
        let mut types = BTreeMap::new();
        for caller in [HUB.owner, OWNER_OF_OPERATOR] {
            let fields = schema.fields_of("Query").filter(|field| !matches!(field.name(), "node" | "nodes"));
            let roots = fields.filter_map(|field| selection.field(field, 2)).map(|text| format!("{{ {text} }}"));
            let nodes = schema.types().map(|definition| definition.name.node.as_str());
            let nodes = nodes.filter(|name| schema.is_node(name)).map(|name| {
                let rule = schema.existence(name).into_iter().next();
                let by = rule.map_or_else(Default::default, |rule| (rule.permission.graphql_name(), rule.side));
                let id = fixtures.id(name, &by.0, &by.1);
                format!("{{ node(id: {id:?}) {{ ... on {name} {{ {} }} }} }}", selection.all(name, 1))
            });
            for query in roots.chain(nodes) {
                typed(world.as_(caller).run(&query, json!({})).await.data(), &mut types);
            }
        }
        let shared: Vec<_> = types.iter().filter(|(_, names)| names.len() > 1).collect();
        assert!(shared.is_empty(), "{shared:?}");
        let named: BTreeSet<String> = types.into_values().flatten().collect();
        let with_id = schema.fields().filter(|field| field.name() == "id").map(|field| field.owner.to_owned());
        assert_eq!(with_id.filter(|name| !named.contains(name)).collect::<Vec<_>>(), Vec::<String>::new());
    });
}

fn organisation_id(id: uuid::Uuid) -> String {
    Type::Organisation.id(id).0
}
