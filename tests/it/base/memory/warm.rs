//! A request that finds everything in memory sends one statement: the look at the log, which also finds its sender.

use serde_json::{Value, json};
use tenantry::base::id::Type;

use super::node;
use crate::world::*;

const PARTNER_TREE: &str = include_str!("../../../../benches/load/partner_tree.graphql");
const DASHBOARD: &str = include_str!("../../../../benches/load/dashboard.graphql");
const DEEP_TREE: &str = include_str!("../../../../benches/load/deep_tree.graphql");
const NAME: &str = include_str!("../../../../benches/load/organisation_name.graphql");

#[test]
fn the_queries_of_the_benchmark_take_one_statement_from_the_second_time_on() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..20).await;
        let node = node(&world, 64).await;
        let hub = json!({ "id": Type::Organisation.id(HUB.id()).0 });
        for (name, query, variables) in [
            ("name", NAME, &hub),
            ("dashboard", DASHBOARD, &json!({})),
            ("partner tree", PARTNER_TREE, &hub),
            ("deep tree", DEEP_TREE, &hub),
        ] {
            let client = node.as_(HUB.owner);
            client.credential().await;
            let cold = client.run(query, variables.clone()).await;
            let warm = client.run(query, variables.clone()).await;
            assert_eq!(cold.ok(), warm.ok(), "{name}");
            assert!(cold.statements > 1, "{name}: {} cold", cold.statements);
            assert_eq!(warm.statements, 1, "{name}");
            // What one caller has read, another takes from memory, with their own permissions.
            let other = node.as_(OWNER_OF_ACME).run(query, variables.clone()).await;
            let plain = super::node(&world, 0).await.as_(OWNER_OF_ACME).run(query, variables.clone()).await;
            assert_eq!(other.data(), plain.data(), "{name}");
        }
    });
}

#[test]
fn an_object_that_is_hidden_and_in_memory_takes_as_long_as_one_that_nobody_made() {
    with_database(async |world| {
        let node = node(&world, 64).await;
        let query = "query($id: ID!) { organisation(id: $id) { name } }";
        let ask = async |caller: Caller, id: &Value| node.as_(caller).run(query, json!({ "id": id })).await;
        let (hidden, visible) = (json!(Type::Organisation.id(BOREAL.id()).0), json!(id_of(ACME)));
        for _ in 0..2 {
            ask(BOREAL.owner, &hidden).await.ok();
            ask(OWNER_OF_ACME, &visible).await.ok();
        }
        let refused = ask(OWNER_OF_ACME, &hidden).await;
        refused.refused("NOT_FOUND");
        let invented = ask(OWNER_OF_ACME, &json!(Type::Organisation.id(key(HUB.tree, 999_999)).0)).await;
        invented.refused("NOT_FOUND");
        assert_eq!((refused.statements, invented.statements), (2, 2));
        assert_eq!(ask(OWNER_OF_ACME, &visible).await.statements, 1);
    });
}
