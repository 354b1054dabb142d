//! What is refused: inputs that are wrong, and people who may not.

use super::*;

#[test]
fn customers_and_partners_cannot_claim_or_report() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let task = claim_one(&world, FIRST).await;
        for caller in [OWNER_OF_ACME, TECHNICAL_OF_ACME, SUPPORT_OF_FJORD, AGENT_OF_OPERATOR] {
            let client = world.as_(caller);
            for (mutation, input) in [
                ("extendServiceTask", report(&task, json!({}))),
                ("completeServiceTask", report(&task, json!({}))),
                ("failServiceTask", report(&task, json!({ "error": "x" }))),
                ("retryServiceTask", json!({ "taskId": task["id"] })),
            ] {
                client.attempt(mutation, input, "").await.refused("FORBIDDEN");
            }
            let code = if caller.name() == AGENT_OF_OPERATOR.name() { "FORBIDDEN" } else { "NOT_FOUND" };
            client.attempt("claimServiceTasks", json!({}), "").await.refused(code);
        }
        // People who do not even see services learn nothing about the task.
        for caller in [INVOICES_OF_ACME, SOLE_PERSON] {
            let input = json!({ "taskId": task["id"] });
            world.as_(caller).attempt("retryServiceTask", input, "").await.refused("NOT_FOUND");
        }
    });
}

#[test]
fn a_key_without_the_permission_at_the_clients_claims_nothing() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let sql = "UPDATE api_key SET client_permissions = 0 WHERE id = $1";
        world.db_execute(sql, [FIRST.id.into()]).await;
        let error = world.as_(Caller::Key(FIRST)).mistake("claimServiceTasks", json!({})).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
        assert_eq!(claim(&world, SECOND).await.len(), 1);
    });
}

#[test]
fn a_key_of_the_operator_can_be_made_for_a_program() {
    with_programs(async |world| {
        let scopes = json!(["SERVICE_PROVISION"]);
        let input = |organisation: Tenant| {
            let (id, name) = (id_of(organisation), "Program");
            json!({ "organisationId": id, "name": name, "permissions": scopes, "clientPermissions": scopes })
        };
        let made = world.as_(OWNER_OF_OPERATOR).act("createApiKey", input(OPERATOR), "secret").await;
        ordered_server(&world).await;
        let query = "mutation { claimServiceTasks(input: {}) { tasks { id } userErrors { code } } }";
        let answer = world.send_as(made["secret"].as_str(), query, json!({})).await;
        assert_eq!(answer.ok()["claimServiceTasks"]["tasks"].as_array().unwrap().len(), 1);
        let error = world.as_(OWNER_OF_ACME).mistake("createApiKey", input(ACME)).await;
        // An owner of Acme does not hold it.
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
    });
}

#[test]
fn wrong_inputs_of_programs_are_refused() {
    with_programs(async |world| {
        ordered_server(&world).await;
        let task = claim_one(&world, FIRST).await;
        let key = |name: &str, value: &str| json!({ "attributes": [{ "name": name, "value": value }] });
        for (mutation, more, code) in [
            ("completeServiceTask", json!({ "externalId": " " }), "INVALID_INPUT"),
            ("completeServiceTask", json!({ "externalId": "x".repeat(101) }), "INVALID_INPUT"),
            ("completeServiceTask", key("ipv4", "192.0.2"), "INVALID_INPUT"),
            ("completeServiceTask", key("hostname", "web-2"), "UNKNOWN"),
            ("completeServiceTask", key("secret", "x"), "UNKNOWN"),
            ("failServiceTask", json!({ "error": "" }), "INVALID_INPUT"),
            ("failServiceTask", json!({ "error": "x", "problem": "a\nb" }), "INVALID_INPUT"),
            ("extendServiceTask", json!({ "leaseSeconds": 29 }), "INVALID_INPUT"),
            ("extendServiceTask", json!({ "leaseSeconds": 3601 }), "INVALID_INPUT"),
        ] {
            assert_eq!(mistake(&world, FIRST, mutation, report(&task, more.clone())).await, code, "{mutation} {more}");
        }
        for input in
            [json!({ "first": 0 }), json!({ "first": 51 }), json!({ "kinds": [] }), json!({ "leaseSeconds": 5 })]
        {
            assert_eq!(mistake(&world, FIRST, "claimServiceTasks", input).await, "INVALID_INPUT");
        }
        // None of this has taken the task away.
        assert_eq!(complete(&world, FIRST, &task, json!({})).await["state"], "DONE");
    });
}

#[test]
fn an_external_id_belongs_to_one_service_of_a_kind() {
    with_programs(async |world| {
        for _ in 0..2 {
            ordered_server(&world).await;
        }
        let label = [("label", "Backup")];
        ordered(&world, service::Kind::Other, &label, None).await;
        let tasks = claim(&world, FIRST).await;
        complete(&world, FIRST, &tasks[0], json!({ "externalId": "17" })).await;
        let error =
            mistake(&world, FIRST, "completeServiceTask", report(&tasks[1], json!({ "externalId": "17" }))).await;
        assert_eq!(error, "DUPLICATE");
        // The refusal kept nothing, so the program goes on.
        complete(&world, FIRST, &tasks[1], json!({ "externalId": "18" })).await;
        complete(&world, FIRST, &tasks[2], json!({ "externalId": "17" })).await;
    });
}

#[test]
fn wrong_inputs_of_customers_are_refused() {
    with_programs(async |world| {
        let (server, domain) = (running(&world, "acme-server").await, running(&world, "acme.example").await);
        let owner = world.as_(OWNER_OF_ACME);
        let update = |service: &str, pairs: &[(&str, &str)]| {
            let list: Vec<Value> = pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
            json!({ "serviceId": service, "attributes": list })
        };
        owner.act("updateService", update(&server, &[("hostname", "web-1")]), "").await;
        for (input, code) in [
            (update(&server, &[]), "INVALID_INPUT"),
            (update(&server, &[("hostname", "a b")]), "INVALID_INPUT"),
            (update(&server, &[("hostname", "web-1")]), "INVALID_INPUT"),
            (update(&server, &[("hostname", "a"), ("hostname", "b")]), "DUPLICATE"),
            (update(&server, &[("hostname", "a"), ("ipv4", "192.0.2.7")]), "UNKNOWN"),
            (update(&domain, &[("domain", "acme")]), "INVALID_INPUT"),
        ] {
            assert_eq!(owner.mistake("updateService", input.clone()).await["code"], code, "{input}");
        }
        for (service, action) in [(&server, "RENEW"), (&domain, "RESTART")] {
            let input = json!({ "serviceId": service, "action": action });
            assert_eq!(owner.mistake("requestServiceAction", input).await["code"], "INVALID_INPUT");
        }
        let pending = ordered_server(&world).await;
        let input = json!({ "serviceId": pending, "action": "RESTART" });
        assert_eq!(owner.mistake("requestServiceAction", input).await["code"], "STALE_STATE");
        // Domains need the permissions about domains, and servers those about services.
        world.as_(DOMAINS_OF_ACME).attempt("updateService", update(&server, &[]), "").await.refused("NOT_FOUND");
        let renew = json!({ "serviceId": domain, "action": "RENEW" });
        world.as_(DOMAINS_OF_ACME).act("requestServiceAction", renew.clone(), "service { name }").await;
        world.as_(VIEWER_OF_ACME).attempt("requestServiceAction", renew, "").await.refused("FORBIDDEN");
    });
}
