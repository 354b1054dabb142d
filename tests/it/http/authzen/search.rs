//! Searches: who, where and what.

use std::collections::BTreeSet;

use super::*;

/// All results of a search, page by page.
async fn all(gate: &Enforcer<'_>, path: &str, body: &Value, limit: usize) -> Vec<Value> {
    let (mut found, mut body) = (Vec::new(), body.clone());
    body["page"] = json!({ "limit": limit });
    loop {
        let answer = gate.ask(path, body.clone()).await;
        let results = answer["results"].as_array().unwrap();
        assert!(results.len() <= limit);
        assert_eq!(answer["page"]["count"], results.len());
        found.extend(results.iter().cloned());
        let next = answer["page"]["next_token"].as_str().unwrap();
        if next.is_empty() {
            assert_eq!(answer["page"]["total"], found.len(), "{answer}");
            return found;
        }
        assert_eq!(results.len(), limit);
        body["page"]["token"] = json!(next);
    }
}

fn ids(results: &[Value], kind: &str) -> BTreeSet<String> {
    assert!(results.iter().all(|one| one["type"] == kind), "{results:?}");
    let ids: BTreeSet<String> = results.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), results.len());
    ids
}

fn id_in(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_search_for_subjects_finds_those_who_may() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let query = "query($id: ID!, $permission: Permission!) { organisation(id: $id) { \
             accessors(permission: $permission, first: 100) { edges { node { actor { ... on User { id } } } } } } }";
        for tenant in [ACME, FJORD, EKEN, GRAN, SOLO, OPERATOR] {
            for permission in ["INVOICE_READ", "SERVICE_READ", "OWNERSHIP_TRANSFER", "ORGANISATION_SUSPEND"] {
                let variables = json!({ "id": id_of(tenant), "permission": permission });
                let listed = world.as_(OWNER_OF_OPERATOR).run(query, variables).await;
                let listed = listed.ok()["organisation"]["accessors"]["edges"].as_array().unwrap().clone();
                let listed: BTreeSet<String> =
                    listed.iter().filter_map(|edge| edge["node"]["actor"]["id"].as_str().map(str::to_owned)).collect();
                let body = question(&json!({ "type": "user", "id": "ignored" }), permission, &at(tenant));
                for limit in [2, 100] {
                    let found = ids(&all(&gate, "search/subject", &body, limit).await, "user");
                    assert_eq!(found, listed, "{permission} at {}", tenant.name);
                }
            }
        }
        let found = |kind: &str, permission: &str, resource: Value| {
            let body = question(&json!({ "type": kind }), permission, &resource);
            let gate = &gate;
            let kind = kind.to_owned();
            async move { ids(&all(gate, "search/subject", &body, 10).await, &kind) }
        };
        assert_eq!(found("api_key", "SERVICE_READ", at(ACME)).await, BTreeSet::from([id_in(&subject(KEY_OF_FJORD))]));
        assert!(found("api_key", "SERVICE_MANAGE", at(ACME)).await.is_empty());
        assert!(!found("user", "INVOICE_READ", at(ACME)).await.contains(&id_in(&subject(DISABLED_AT_ACME))));
    });
}

#[test]
fn a_search_for_the_subjects_of_an_object_looks_at_all_its_sides() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let query = "query($id: ID!) { organisation(id: $id) { invoices { edges { node { id payer { name } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        for edge in answer.ok()["organisation"]["invoices"]["edges"].as_array().unwrap() {
            let invoice = object(edge["node"]["id"].as_str().unwrap());
            for permission in ["INVOICE_READ", "INVOICE_PAY", "SERVICE_READ"] {
                let body = question(&json!({ "type": "user" }), permission, &invoice);
                let found = ids(&all(&gate, "search/subject", &body, 5).await, "user");
                let people: Vec<Caller> =
                    EVERYBODY.into_iter().filter(|caller| matches!(caller, Caller::Person(_))).collect();
                let questions: Vec<Value> =
                    people.iter().map(|caller| question(&subject(*caller), permission, &invoice)).collect();
                let decided = gate.decides_all(&questions).await;
                for (caller, decided) in people.iter().zip(decided) {
                    assert_eq!(found.contains(&id_in(&subject(*caller))), decided, "{} {permission}", caller.name());
                }
                let has_clerk = found.contains(&id_in(&subject(CLERK_OF_MECENAT)));
                let is_payer = edge["node"]["payer"]["name"] == MECENAT.name;
                assert_eq!(has_clerk, is_payer && permission != "SERVICE_READ", "{permission}");
            }
        }
    });
}

#[test]
fn a_search_for_resources_finds_the_organisations_that_the_subject_lists() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let query = "query($permission: Permission!, $after: String) { viewer { \
             organisations(permission: $permission, first: 100, after: $after) { \
               edges { node { id } } pageInfo { hasNextPage } } } }";
        for caller in EVERYBODY.into_iter().filter(|caller| !matches!(caller, Caller::Nobody)) {
            for permission in ["INVOICE_READ", "SERVICE_MANAGE", "ORGANISATION_CLOSE"] {
                let listed = world.as_(caller).run(query, json!({ "permission": permission })).await;
                let listed = &listed.ok()["viewer"]["organisations"];
                assert_eq!(listed["pageInfo"]["hasNextPage"], false);
                let listed: BTreeSet<String> =
                    listed["edges"].as_array().unwrap().iter().map(|edge| id_in(&edge["node"])).collect();
                let body = question(&subject(caller), permission, &json!({ "type": "organisation" }));
                let found = ids(&all(&gate, "search/resource", &body, 3).await, "organisation");
                assert_eq!(found, listed, "{} {permission}", caller.name());
            }
        }
        for gone in [DISABLED_AT_ACME, EXPIRED_AT_ACME, NOBODY] {
            let body = question(&subject(gone), "ORGANISATION_READ", &json!({ "type": "organisation" }));
            assert!(all(&gate, "search/resource", &body, 10).await.is_empty(), "{}", gone.name());
        }
        let body = question(&subject(OWNER_OF_ACME), "INVOICE_READ", &json!({ "type": "invoice" }));
        assert!(gate.refusal("search/resource", body, 400).await.contains("type organisation"));
    });
}

#[test]
fn a_search_for_actions_finds_the_permissions_that_are_held() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let names = |results: Vec<Value>| -> Vec<String> {
            results.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        for caller in EVERYBODY.into_iter().filter(|caller| !matches!(caller, Caller::Nobody)) {
            for tenant in TENANTS {
                let held = world.as_(caller).may_at(tenant).await;
                let body = json!({ "subject": subject(caller), "resource": at(tenant) });
                for limit in [7, 1000] {
                    let found = names(all(&gate, "search/action", &body, limit).await);
                    assert_eq!(found, held, "{} at {}", caller.name(), tenant.name);
                }
            }
        }
        let query = "query($id: ID!) { organisation(id: $id) { invoices { edges { node { id payer { name } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let edges = answer.ok()["organisation"]["invoices"]["edges"].as_array().unwrap().clone();
        let paid = edges.iter().find(|edge| edge["node"]["payer"]["name"] == MECENAT.name).unwrap();
        let invoice = object(paid["node"]["id"].as_str().unwrap());
        for (caller, expected) in [
            (CLERK_OF_MECENAT, &["INVOICE_READ", "INVOICE_PAY"][..]),
            (INVOICES_OF_ACME, &["ORGANISATION_READ", "INVOICE_READ"]),
            (SOLE_PERSON, &[]),
        ] {
            let body = json!({ "subject": subject(caller), "resource": invoice });
            assert_eq!(names(all(&gate, "search/action", &body, 100).await), expected, "{}", caller.name());
        }
    });
}

#[test]
fn what_is_unknown_is_found_nowhere() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let (owner, acme) = (subject(OWNER_OF_ACME), at(ACME));
        let unknown = json!({ "type": "user", "id": "nobody@acme.example" });
        let nothing = json!({ "results": [], "page": { "next_token": "", "count": 0, "total": 0 } });
        for (path, body) in [
            ("search/subject", question(&json!({ "type": "spaceship" }), "INVOICE_READ", &acme)),
            ("search/subject", question(&json!({ "type": "user" }), "can_fly", &acme)),
            (
                "search/subject",
                question(&json!({ "type": "user" }), "INVOICE_READ", &json!({ "type": "x", "id": "y" })),
            ),
            ("search/resource", question(&unknown, "INVOICE_READ", &json!({ "type": "organisation" }))),
            ("search/resource", question(&owner, "can_fly", &json!({ "type": "organisation" }))),
            ("search/resource", question(&owner, "INVOICE_READ", &json!({ "type": "record" }))),
            ("search/action", json!({ "subject": unknown, "resource": acme })),
            ("search/action", json!({ "subject": owner, "resource": { "type": "record", "id": "record-1" } })),
        ] {
            assert_eq!(gate.ask(path, body.clone()).await, nothing, "{path} {body}");
        }
    });
}

#[test]
fn a_page_token_belongs_to_one_search() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let search = |permission: &str, token: &str| {
            let mut body = question(&json!({ "type": "user" }), permission, &at(ACME));
            body["page"] = json!({ "limit": 1, "token": token });
            body
        };
        let first = gate.ask("search/subject", search("SERVICE_READ", "")).await;
        let token = first["page"]["next_token"].as_str().unwrap();
        let next = gate.ask("search/subject", search("SERVICE_READ", token)).await;
        assert_ne!(first["results"], next["results"]);
        for (path, body) in [
            ("search/subject", search("INVOICE_READ", token)),
            ("search/subject", search("SERVICE_READ", "alsehrq3495u8")),
            ("search/subject", search("SERVICE_READ", &format!("{token}A"))),
            (
                "search/action",
                json!({ "subject": subject(OWNER_OF_ACME), "resource": at(ACME), "page": { "token": token } }),
            ),
        ] {
            assert!(gate.refusal(path, body, 400).await.contains("page.next_token"), "{path}");
        }
    });
}

#[test]
fn searches_take_as_many_statements_for_many_results_as_for_few() {
    with_database(async |world| {
        let world = world.with_one_connection().await;
        let gate = Enforcer::new(&world).await;
        let hub = json!({ "type": "organisation", "id": Type::Organisation.id(HUB.id()).0 });
        let owner = subject(HUB.owner);
        let searches = [
            ("search/subject", question(&json!({ "type": "user" }), "INVOICE_READ", &hub)),
            ("search/resource", question(&owner, "INVOICE_READ", &json!({ "type": "organisation" }))),
            ("search/action", json!({ "subject": owner, "resource": hub })),
        ];
        let count = async || {
            let mut counted = Vec::new();
            for (path, body) in &searches {
                let before = world.db().statements();
                let found = gate.ask(path, body.clone()).await["page"]["total"].as_u64().unwrap();
                counted.push((world.db().statements() - before, found));
            }
            counted
        };
        let few = count().await;
        world.db_crowd(&HUB, 0..50).await;
        let many = count().await;
        for ((before, few), (after, many)) in few.iter().zip(&many) {
            assert!(after <= before && *after <= 10, "{before}, then {after} statements");
            assert!(many >= few);
        }
        assert!(many[1].1 >= few[1].1 + 50, "{few:?}, then {many:?}");
    });
}
