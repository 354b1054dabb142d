//! One request that asks for the clients of a reseller twice, by two of its properties.

use super::*;

/// Equal values of one property, equal values of both, and none.
async fn prepare(world: &World) {
    for key in ["region", "tier"] {
        define(world, OWNER_OF_FJORD, FJORD, key, "TEXT", Value::Null).await;
    }
    for (client, region, tier) in [
        (ACME, Some("north"), Some("gold")),
        (EKEN, Some("gold"), Some("gold")),
        (GRAN, Some("north"), None),
        (MYR, None, Some("basic")),
    ] {
        set(world, client, &[("region", region), ("tier", tier)]).await;
    }
}

fn shown(clients: &Value) -> Vec<String> {
    clients["edges"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn two_orders_in_one_request_give_the_lists_of_two_requests() {
    with_database(async |world| {
        prepare(&world).await;
        let page = "{ totalCount pageInfo { hasNextPage } edges { client { name } } }";
        let query = format!(
            "query($id: ID!, $first: Int, $region: ClientOrder, $tier: ClientOrder) {{ reseller(id: $id) {{ \
             region: clients(first: $first, orderBy: $region) {page} \
             tier: clients(first: $first, orderBy: $tier) {page} }} }}"
        );
        for direction in ["ASC", "DESC"] {
            let order = |key: &str| json!({ "property": key, "direction": direction });
            for first in [20, 5, 4, 3, 2, 1] {
                let asked =
                    json!({ "id": id_of(FJORD), "first": first, "region": order("region"), "tier": order("tier") });
                let answer = world.as_(OWNER_OF_FJORD).run(&query, asked).await;
                for key in ["region", "tier"] {
                    let alone = names(&world, Value::Null, order(key)).await;
                    assert_eq!(alone.len(), 5);
                    let clients = &answer.ok()["reseller"][key];
                    assert_eq!(shown(clients), alone[..first.min(5)], "{key} {direction} {first}");
                    assert_eq!(clients["totalCount"], 5, "{key} {direction} {first}");
                    assert_eq!(clients["pageInfo"]["hasNextPage"], first < 5, "{key} {direction} {first}");
                }
            }
        }
    });
}
