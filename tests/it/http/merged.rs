//! What a document requests twice under one name is one field of the answer, with what both places request of it.

use serde_json::json;
use tenantry::base::id::Type;

use crate::world::*;

const PARTNER_TREE: &str = include_str!("../../../benches/load/partner_tree.graphql");
const DEEP_TREE: &str = include_str!("../../../benches/load/deep_tree.graphql");

#[test]
fn objects_and_lists_that_are_requested_twice_are_merged() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..3).await;
        let asked = json!({ "id": Type::Reseller.id(HUB.id()).to_string() });
        let once = "query Q($id: ID!) { reseller(id: $id) { id organisation { id name kind viewerPermissions } \
                    clients(first: 2) { totalCount edges { cursor node { id name members(first: 2) { \
                    edges { node { email roles { name } } } } } } } } }";
        let twice = "query Q($id: ID!) {
            reseller(id: $id) { id id organisation { id name } organisation { kind } ...Clients }
            reseller(id: $id) { organisation { viewerPermissions } clients(first: 2) { totalCount totalCount } }
        }
        fragment Clients on Reseller {
            clients(first: 2) { edges { node { id members(first: 2) { edges { node { email } } } } } }
            ... on Reseller { clients(first: 2) { edges { cursor node { name ...Roles } } } }
        }
        fragment Roles on Organisation { members(first: 2) { edges { node { roles { name } } } } }";
        let owner = world.as_(HUB.owner);
        let expected = owner.run(once, asked.clone()).await.ok().clone();
        assert!(expected.pointer("/reseller/clients/edges/1/node/members/edges/0/node/roles/0/name").is_some());
        assert_eq!(*owner.run(twice, asked).await.ok(), expected);
    });
}

#[test]
fn an_answer_is_the_same_whether_its_objects_are_merged_or_not() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..40).await;
        let id = Type::Reseller.id(HUB.id()).to_string();
        let organisation = Type::Organisation.id(HUB.id()).to_string();
        let odd = "query Q($id: ID!, $organisation: ID!) {
            nodes(ids: [$id, $organisation, \"org_none\"]) { __typename id ... on Organisation { n: name __typename } }
            reseller(id: $id) { clients(first: 3) {
                __typename e: edges { __typename c: cursor a: node { i: id id } b: node { name state kind } }
                pageInfo { hasNextPage endCursor } totalCount
            } }
            permissionCatalogue { permission }
        }";
        // The second field makes the engine merge.
        for (name, query) in [("partner tree", PARTNER_TREE), ("deep tree", DEEP_TREE), ("odd", odd)] {
            let again =
                format!("{} viewer {{ name }} viewer {{ email }} }}", query.trim_end().strip_suffix('}').unwrap());
            let query = format!("{} viewer {{ name email }} }}", query.trim_end().strip_suffix('}').unwrap());
            let variables = json!({ "id": id, "organisation": organisation });
            for person in [HUB.owner, HUB.probe] {
                let actor = world.as_(person);
                let (plain, merged) =
                    (actor.run(&query, variables.clone()).await, actor.run(&again, variables.clone()).await);
                assert!(plain.data()["viewer"]["email"].is_string(), "{name}: {:?}", plain.errors());
                assert_eq!(plain.data(), merged.data(), "{name}");
                assert_eq!(errors(&plain), errors(&merged), "{name}");
            }
        }
    });
}

/// The errors in any order.
fn errors(answer: &Answer) -> Vec<String> {
    let mut errors: Vec<String> = answer.errors().iter().map(ToString::to_string).collect();
    errors.sort();
    errors
}
