//! The permissions of everybody in the sample world, as a table to read in a review.
//!
//! One line for each organisation at which somebody holds anything; everywhere else they hold nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use tenantry::access::Permission;
use tenantry::base::id::Type;

use crate::world::*;

/// `✔` all of an area, `r` its reads, `w` reads and some of its writes, `·` nothing.
fn cell(area: &[Permission], held: &[&str]) -> char {
    let has = |permission: &&Permission| held.contains(&permission.graphql_name().as_str());
    let count = area.iter().filter(has).count();
    let writes = area.iter().filter(|permission| !permission.is_read()).filter(has).count();
    match (count, writes) {
        (0, _) => '·',
        (all, _) if all == area.len() => '✔',
        (_, 0) => 'r',
        _ => 'w',
    }
}

/// The permissions by area, in the order of their table; those of the platform are one area.
fn areas() -> Vec<(String, Vec<Permission>)> {
    let mut areas: Vec<(String, Vec<Permission>)> = Vec::new();
    for permission in Permission::ALL {
        let text = permission.area();
        let area = match text.as_str() {
            _ if permission.is_platform() => "platform".to_owned(),
            "ownership" => "organisation".to_owned(),
            "client_property" => "client".to_owned(),
            "licence_rule" => "licence".to_owned(),
            _ => text,
        };
        match areas.iter_mut().find(|(name, _)| *name == area) {
            Some((_, permissions)) => permissions.push(*permission),
            None => areas.push((area, vec![*permission])),
        }
    }
    areas
}

#[test]
fn everybody_holds_what_the_matrix_shows_and_their_lists_agree() {
    with_database(async |world| {
        let areas = areas();
        let mut table = String::new();
        for (column, (name, permissions)) in areas.iter().enumerate() {
            let names: Vec<String> = permissions.iter().map(|permission| permission.text()).collect();
            writeln!(table, "{}┌ {name}: {}", "│".repeat(column), names.join(", ")).unwrap();
        }
        for caller in EVERYBODY {
            writeln!(table, "\n{}", caller.name()).unwrap();
            let listed = listed(&world, caller).await;
            for tenant in TENANTS {
                let held = held(&world, caller, tenant).await;
                assert_eq!(listed.get(tenant.name), held.as_ref(), "{} at {}", caller.name(), tenant.name);
                if let Some(held) = held {
                    let held: Vec<&str> = held.iter().map(String::as_str).collect();
                    let cells: String = areas.iter().map(|(_, area)| cell(area, &held)).collect();
                    writeln!(table, "{cells} {}", tenant.name).unwrap();
                }
            }
        }
        insta::assert_snapshot!("matrix", table);
    });
}

fn names(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The permissions that the organisation shows; none if it is not found.
async fn held(world: &World, caller: Caller, tenant: Tenant) -> Option<Vec<String>> {
    let query = "query($id: ID!) { organisation(id: $id) { name viewerPermissions } }";
    let id = Type::Organisation.id(tenant.id).0;
    let answer = world.as_(caller).run(query, json!({ "id": id })).await;
    let found = answer.at("organisation/viewerPermissions");
    if found.is_null() {
        let code = if matches!(caller, Caller::Nobody) { "UNAUTHENTICATED" } else { "NOT_FOUND" };
        answer.refused(code);
        return None;
    }
    Some(names(found))
}

/// The permissions in the list of all organisations of the viewer.
async fn listed(world: &World, caller: Caller) -> BTreeMap<String, Vec<String>> {
    let query = "{ viewer { organisations(first: 100) { edges { node { name viewerPermissions } } } } }";
    let answer = world.as_(caller).run(query, json!({})).await;
    let edges = answer.at("viewer/organisations/edges").as_array().cloned().unwrap_or_default();
    let nodes = edges.iter().map(|edge| &edge["node"]);
    nodes.map(|node| (node["name"].as_str().unwrap().to_owned(), names(&node["viewerPermissions"]))).collect()
}
