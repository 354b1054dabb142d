//! Decisions about objects of organisations: by the sides that guard them in the API.

use std::collections::{BTreeMap, BTreeSet};

use tenantry::access::PermissionSet;

use super::*;
use crate::generated::schema::{Schema, has};

/// Of these, everybody sees some who reads subscriptions or licences anywhere; decided is what they may do at the operator.
const OF_CATALOGUE: [&str; 2] = ["Product", "Feature"];

/// The objects among these that the caller finds.
async fn found(world: &World, caller: Caller, ids: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for some in ids.chunks(100) {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let answer = world.as_(caller).run(query, json!({ "ids": some })).await;
        let nodes = answer.at("nodes").as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
        found.extend(nodes.iter().filter_map(|node| node["id"].as_str().map(str::to_owned)));
    }
    found
}

/// For each object of each type and each rule by which it exists: who finds it by `node`, may do what the rule says.
#[test]
fn an_object_is_open_to_those_who_find_it() {
    with_database(async |world| {
        let schema = Schema::exported();
        let (_, fixtures) = HUB.rows();
        let gate = Enforcer::new(&world).await;
        let objects: BTreeMap<&str, &str> =
            fixtures.all().filter(|(kind, _)| schema.is_node(kind)).map(|(kind, id)| (id, kind)).collect();
        let ids: Vec<&str> = objects.keys().copied().collect();
        let permissions: BTreeSet<_> =
            objects.values().flat_map(|kind| schema.existence(kind).into_iter().map(|rule| rule.permission)).collect();
        let mut opened = BTreeSet::new();
        let mut check = async |caller: Caller, what: &str| {
            let found = found(&world, caller, &ids).await;
            let mut questions = Vec::new();
            let mut asked = Vec::new();
            for (id, kind) in &objects {
                for rule in schema.existence(kind) {
                    questions.push(question(&subject(caller), &rule.permission.graphql_name(), &object(id)));
                    asked.push((*id, *kind));
                }
            }
            let mut open: BTreeMap<&str, bool> = ids.iter().map(|id| (*id, false)).collect();
            for ((id, _), decided) in asked.iter().zip(gate.decides_all(&questions).await) {
                *open.get_mut(id).unwrap() |= decided;
            }
            for (id, is_open) in open {
                let kind = objects[id];
                let is_found = found.contains(id);
                let is_for_others = has(&schema.type_(kind).directives, "own") || OF_CATALOGUE.contains(&kind);
                assert!(!is_open || is_found, "{what} may do something with {id}, and does not find it");
                assert!(is_open || !is_found || is_for_others, "{what} finds {id}, and may do nothing with it");
                if is_open {
                    opened.insert(kind);
                }
            }
        };
        for caller in [HUB.owner, OWNER_OF_OPERATOR, AGENT_OF_OPERATOR, OWNER_OF_ACME, BOREAL.owner] {
            check(caller, caller.name()).await;
        }
        check(Caller::Key(HUB.key()), "the key").await;
        for permission in permissions {
            world.db_role(&HUB, PermissionSet::of(&[permission]), PermissionSet::EMPTY).await;
            check(HUB.probe, &format!("the holder of {permission:?}")).await;
        }
        // Every type was open to somebody, or the comparison proves nothing.
        let types: BTreeSet<&str> = objects.values().copied().collect();
        let closed: Vec<_> = types.difference(&opened).filter(|kind| !schema.existence(kind).is_empty()).collect();
        assert!(closed.is_empty(), "{closed:?}");
    });
}

async fn ids(world: &World, query: &str, pointer: &str) -> Vec<Value> {
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    let edges = answer.ok().pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{}", answer.text));
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

#[test]
fn an_invoice_is_also_decided_at_its_payer() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let query = "query($id: ID!) { organisation(id: $id) { invoices { edges { node { id payer { name } } } } } }";
        let invoices = ids(&world, query, "/organisation/invoices/edges").await;
        assert_eq!(invoices.len(), 2);
        for invoice in invoices {
            let is_paid_by_mecenat = invoice["payer"]["name"] == MECENAT.name;
            let invoice = object(invoice["id"].as_str().unwrap());
            for (caller, permission, expected) in [
                (CLERK_OF_MECENAT, "INVOICE_READ", is_paid_by_mecenat),
                (CLERK_OF_MECENAT, "INVOICE_PAY", is_paid_by_mecenat),
                (CLERK_OF_MECENAT, "BILLING_READ", false),
                (INVOICES_OF_ACME, "INVOICE_READ", true),
                (INVOICES_OF_ACME, "INVOICE_PAY", false),
                (BILLING_OF_ACME, "INVOICE_PAY", true),
                (BILLING_OF_ACME, "BILLING_READ", true),
                (DOMAINS_OF_ACME, "INVOICE_READ", false),
                // Whoever does not see the invoice may do nothing with it.
                (DOMAINS_OF_ACME, "DOMAIN_READ", false),
                (OWNER_OF_OPERATOR, "INVOICE_ISSUE", true),
                (OWNER_OF_ACME, "INVOICE_ISSUE", false),
            ] {
                let decided = gate.decides(&subject(caller), permission, &invoice).await;
                assert_eq!(decided, expected, "{} {permission}", caller.name());
            }
        }
    });
}

#[test]
fn each_permission_counts_on_its_own_side_of_a_partnership() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let query =
            "query($id: ID!) { organisation(id: $id) { partnerships { edges { node { id reseller { name } } } } } }";
        let partnerships = ids(&world, query, "/organisation/partnerships/edges").await;
        let with_fjord = partnerships.iter().find(|one| one["reseller"]["name"] == FJORD.name).unwrap();
        let partnership = object(with_fjord["id"].as_str().unwrap());
        for (caller, permission, expected) in [
            (OWNER_OF_ACME, "PARTNERSHIP_MANAGE", true),
            (OWNER_OF_ACME, "CLIENT_UPDATE", false),
            (OWNER_OF_ACME, "INVOICE_READ", false),
            (OWNER_OF_FJORD, "CLIENT_UPDATE", true),
            (OWNER_OF_FJORD, "CLIENT_PROPERTY_MANAGE", true),
            (OWNER_OF_FJORD, "PARTNERSHIP_MANAGE", false),
            (OWNER_OF_LUND, "CLIENT_READ", false),
            (VIEWER_OF_ACME, "PARTNERSHIP_READ", true),
            (VIEWER_OF_ACME, "PARTNERSHIP_MANAGE", false),
        ] {
            let decided = gate.decides(&subject(caller), permission, &partnership).await;
            assert_eq!(decided, expected, "{} {permission}", caller.name());
        }
    });
}

#[test]
fn a_domain_and_a_server_need_different_permissions() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let query = "query($id: ID!) { organisation(id: $id) { services { edges { node { id kind } } } } }";
        let services = ids(&world, query, "/organisation/services/edges").await;
        assert_eq!(services.len(), 2);
        for service in services {
            let is_domain = service["kind"] == "DOMAIN";
            let resource = object(service["id"].as_str().unwrap());
            for (caller, permission, expected) in [
                (DOMAINS_OF_ACME, "DOMAIN_MANAGE", is_domain),
                (DOMAINS_OF_ACME, "SERVICE_READ", false),
                (OWNER_OF_ACME, "DOMAIN_MANAGE", is_domain),
                (OWNER_OF_ACME, "SERVICE_MANAGE", !is_domain),
                (KEY_OF_FJORD, "SERVICE_READ", !is_domain),
                (SOLE_PERSON, "SERVICE_READ", false),
            ] {
                let decided = gate.decides(&subject(caller), permission, &resource).await;
                assert_eq!(decided, expected, "{} {permission} {service}", caller.name());
            }
        }
    });
}
