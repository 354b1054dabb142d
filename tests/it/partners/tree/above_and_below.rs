//! Ancestors of an organisation, and descendants of a reseller.

use serde_json::{Value, json};

use crate::world::*;

const ANCESTORS: &str = "query($id: ID!) { organisation(id: $id) { ancestors { totalCount edges { node {
  depth card { name } organisation { name } path { name } } } } } }";

/// Each as `depth name by path`, with a star where the viewer sees the organisation itself.
async fn ancestors(world: &World, caller: Caller, tenant: Tenant) -> Vec<String> {
    let answer = world.as_(caller).run(ANCESTORS, json!({ "id": id_of(tenant) })).await;
    let list = &answer.ok()["organisation"]["ancestors"];
    let edges = list["edges"].as_array().unwrap();
    assert_eq!(list["totalCount"], edges.len());
    let lines = edges.iter().map(|edge| {
        let node = &edge["node"];
        let path: Vec<&str> =
            node["path"].as_array().unwrap().iter().map(|card| card["name"].as_str().unwrap()).collect();
        let star = if node["organisation"].is_null() { "" } else { "*" };
        format!("{} {}{star} by {}", node["depth"], node["card"]["name"].as_str().unwrap(), path.join(", "))
    });
    lines.collect()
}

#[test]
fn ancestors_are_listed_as_far_as_each_link_allows() {
    with_database(async |world| {
        let direct = ["1 Fjord by Acme", "1 Lund by Acme"];
        assert_eq!(ancestors(&world, OWNER_OF_ACME, ACME).await, direct);
        let of_fjord = ["1 Fjord* by Acme", "1 Lund by Acme", "2 Norden by Acme, Fjord"];
        assert_eq!(ancestors(&world, OWNER_OF_FJORD, ACME).await, of_fjord);
        // Support of Fjord sees the partners of its clients, and not those of Fjord.
        assert_eq!(ancestors(&world, SUPPORT_OF_FJORD, ACME).await, ["1 Fjord* by Acme", "1 Lund by Acme"]);
        let of_norden = ["1 Fjord* by Acme", "1 Lund* by Acme", "2 Norden* by Acme, Fjord"];
        assert_eq!(ancestors(&world, OWNER_OF_NORDEN, ACME).await, of_norden);
        assert_eq!(ancestors(&world, OWNER_OF_OPERATOR, ACME).await, of_norden);
        assert_eq!(ancestors(&world, OWNER_OF_NORDEN, NORDEN).await, Vec::<String>::new());
        // Ended and scheduled partnerships are not followed.
        for tenant in [HAMRA, IVAR, JARL, KILEN] {
            assert_eq!(ancestors(&world, OWNER_OF_OPERATOR, tenant).await, Vec::<String>::new());
        }
        world.as_(MEMBER_OF_ACME).run(ANCESTORS, json!({ "id": id_of(ACME) })).await.refused("FORBIDDEN");
        world.as_(SOLE_PERSON).run(ANCESTORS, json!({ "id": id_of(ACME) })).await.refused("NOT_FOUND");
    });
}

#[test]
fn descendants_are_those_where_the_viewer_holds_the_permission() {
    with_database(async |world| {
        let mut left_out = 0;
        for (caller, top) in [
            (OWNER_OF_NORDEN, NORDEN),
            (OWNER_OF_FJORD, FJORD),
            (SUPPORT_OF_FJORD, FJORD),
            (KEY_OF_FJORD, FJORD),
            (OWNER_OF_OPERATOR, NORDEN),
        ] {
            for permission in ["INVOICE_READ", "CLIENT_READ", "SERVICE_MANAGE", "SERVICE_READ", "ORGANISATION_READ"] {
                let query = format!(
                    "query($id: ID!) {{ reseller(id: $id) {{ \
                     some: descendants(permission: {permission}) {{ totalCount edges {{ node {{ organisation {{ name }} }} }} }} \
                     all: descendants {{ edges {{ node {{ organisation {{ name viewerCan(permission: {permission}) }} }} }} }} }} }}"
                );
                let answer = world.as_(caller).run(&query, json!({ "id": id_of(top) })).await;
                let names = |list: &str, wanted: bool| -> Vec<Value> {
                    let edges = answer.ok()["reseller"][list]["edges"].as_array().unwrap();
                    let all = edges.iter().map(|edge| &edge["node"]["organisation"]);
                    all.filter(|one| !wanted || one["viewerCan"] == true).map(|one| one["name"].clone()).collect()
                };
                let some = names("some", false);
                assert_eq!(some, names("all", true), "{permission} for {}", caller.name());
                assert_eq!(answer.at("reseller/some/totalCount"), some.len());
                left_out += names("all", false).len() - some.len();
            }
        }
        assert!(left_out > 5);
    });
}
