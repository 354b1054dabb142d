//! Who sees which tasks, and what of them.

use super::*;

const INNER: &str =
    "{ node(id: ID) { ... on ServiceTask { kind state service { name } attempts leaseUntil notBefore error } } }";

#[test]
fn customers_see_their_tasks_without_what_is_for_staff() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let task = claim_one(&world, FIRST).await;
        fail(&world, FIRST, &task, json!({ "error": "10.0.0.7 refuses" })).await;
        let query = INNER.replace("ID", &task["id"].to_string());
        let answer = world.as_(OWNER_OF_ACME).run(&query, json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"; 4], "{}", answer.text);
        assert_eq!((answer.at("node/kind"), answer.at("node/service/name")), (&json!("CREATE"), &json!("web-1")));
        assert!(!answer.text.contains("10.0.0.7"), "{}", answer.text);
        let answer = world.as_(Caller::Key(FIRST)).run(&query, json!({})).await;
        assert_eq!(answer.ok()["node"]["error"], "10.0.0.7 refuses");
        // Those who do not see the service do not see its tasks.
        for caller in [DOMAINS_OF_ACME, INVOICES_OF_ACME, OWNER_OF_LUND, SOLE_PERSON] {
            world.as_(caller).run(&query, json!({})).await.refused("NOT_FOUND");
        }
    });
}

#[test]
fn a_domain_and_its_tasks_need_domain_read_also_for_the_tasks() {
    with_programs(async |world| {
        ordered(&world, service::Kind::Domain, &[("domain", "new.example")], None).await;
        let task = claim_one(&world, FIRST).await;
        let query = format!("{{ node(id: {}) {{ ... on ServiceTask {{ kind service {{ name }} }} }} }}", task["id"]);
        for caller in [DOMAINS_OF_ACME, Caller::Key(FIRST)] {
            assert_eq!(world.as_(caller).run(&query, json!({})).await.ok()["node"]["service"]["name"], "new.example");
        }
        let reads = PermissionSet::of(&[Permission::ServiceRead]).to_stored();
        let sql = "UPDATE partnership SET delegated = $1 WHERE client_id = $2";
        world.db_execute(sql, [reads.into(), ACME.id.into()]).await;
        world.as_(SUPPORT_OF_FJORD).run(&query, json!({})).await.refused("NOT_FOUND");
    });
}

#[test]
fn staff_see_what_hangs_first() {
    with_programs(async |world| {
        let (old, failing) = (ordered_server(&world).await, ordered_server(&world).await);
        world.wait(chrono::TimeDelta::minutes(10));
        let new = ordered(&world, service::Kind::Domain, &[("domain", "new.example")], None).await;
        for task in claim(&world, FIRST).await {
            if task["service"]["id"] == json!(failing) {
                fail(&world, FIRST, &task, json!({ "error": "x", "isFinal": true })).await;
            }
        }
        let list = async |caller: Caller, filter: &str| {
            let query = format!(
                "{{ operator {{ serviceTasks{filter} {{ totalCount edges {{ node {{ state service {{ id }} }} }} }} }} }}"
            );
            world.as_(caller).run(&query, json!({})).await
        };
        let ids = |answer: &Answer| {
            let edges = answer.ok()["operator"]["serviceTasks"]["edges"].as_array().unwrap().clone();
            edges.iter().map(|edge| edge["node"]["service"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = list(OWNER_OF_OPERATOR, "(first: 100)").await;
        assert_eq!(ids(&all), [failing.clone(), old.clone(), new.clone()]);
        assert_eq!(all.at("operator/serviceTasks/edges/0/node/state"), "FAILED");
        let domains = list(OWNER_OF_OPERATOR, "(first: 100, filter: {kind: DOMAIN})").await;
        assert_eq!(ids(&domains), std::slice::from_ref(&new));
        let failed = list(OWNER_OF_OPERATOR, "(first: 100, filter: {state: [FAILED]})").await;
        assert_eq!(ids(&failed), std::slice::from_ref(&failing));
        let none = list(OWNER_OF_OPERATOR, "(filter: {state: []})").await;
        assert_eq!(none.at("operator/serviceTasks/totalCount"), 0);
        list(OWNER_OF_ACME, "").await.refused("NOT_FOUND");
    });
}
