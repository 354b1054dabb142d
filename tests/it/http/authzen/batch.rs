//! Many decisions in one request.

use super::*;

fn decisions(answer: &Value) -> Vec<bool> {
    answer["evaluations"].as_array().unwrap().iter().map(|one| one["decision"].as_bool().unwrap()).collect()
}

#[test]
fn defaults_hold_for_the_evaluations_that_say_nothing_else() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        // One subject and action, two resources; only the second says its type.
        let body = json!({
            "subject": by_address(INVOICES_OF_ACME), "action": { "name": "INVOICE_READ" },
            "resource": { "type": "organisation" }, "context": { "time": "2024-05-31T15:22-07:00" },
            "evaluations": [
                { "resource": { "id": id_of(ACME) } },
                { "resource": at(SOLO), "context": { "source": "batch-override" } },
            ],
        });
        assert_eq!(decisions(&gate.ask("evaluations", body).await), [true, false]);
        // One subject and resource, several actions, in their order.
        let actions = ["INVOICE_READ", "INVOICE_PAY", "invoice:read", "can_fly"];
        let body = json!({
            "subject": by_address(INVOICES_OF_ACME), "resource": at(ACME), "action": { "name": "INVOICE_PAY" },
            "evaluations": actions.map(|name| json!({ "action": { "name": name } })),
        });
        assert_eq!(decisions(&gate.ask("evaluations", body).await), [true, false, true, false]);
        // Several subjects.
        let callers = [VIEWER_OF_ACME, MEMBER_OF_ACME, OWNER_OF_FJORD, KEY_OF_FJORD];
        let body = json!({
            "resource": at(ACME), "action": { "name": "SERVICE_READ" },
            "evaluations": callers.map(|caller| json!({ "subject": subject(caller) })),
        });
        assert_eq!(decisions(&gate.ask("evaluations", body).await), [true, false, true, true]);
    });
}

#[test]
fn an_evaluation_that_is_incomplete_is_denied_and_says_why() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let body = json!({
            "subject": subject(OWNER_OF_ACME), "action": { "name": "INVOICE_READ" },
            "evaluations": [
                { "resource": at(ACME) }, {}, { "resource": { "type": "organisation" } }, [], { "resource": 7 },
                { "resource": at(ACME), "action": { "name": 123 } }, { "resource": at(ACME), "subject": "olga" },
                { "resource": at(ACME), "context": "now" }, { "resource": at(ACME) },
            ],
        });
        let answer = gate.ask("evaluations", body).await;
        let expected = [true, false, false, false, false, false, false, false, true];
        assert_eq!(decisions(&answer), expected);
        let errors: Vec<&str> = answer["evaluations"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["decision"] == false)
            .map(|one| {
                assert_eq!(one["context"]["error"]["status"], 400, "{one}");
                one["context"]["error"]["message"].as_str().unwrap()
            })
            .collect();
        assert_eq!(
            errors,
            [
                "resource is missing.",
                "resource.id is missing.",
                "Each of the evaluations must be an object.",
                "resource must be an object.",
                "action.name must be a text.",
                "subject must be an object.",
                "context must be an object.",
            ]
        );
    });
}

#[test]
fn without_evaluations_it_is_one_decision() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let mut body = question(&subject(OWNER_OF_ACME), "INVOICE_READ", &at(ACME));
        assert_eq!(gate.ask("evaluations", body.clone()).await, json!({ "decision": true }));
        body["evaluations"] = json!([]);
        assert_eq!(gate.ask("evaluations", body.clone()).await, json!({ "decision": true }));
        body["resource"] = at(SOLO);
        assert_eq!(gate.ask("evaluations", body.clone()).await, json!({ "decision": false }));
        body.as_object_mut().unwrap().remove("subject");
        assert_eq!(gate.refusal("evaluations", body, 400).await, "subject is missing.");
    });
}

#[test]
fn the_first_answer_that_decides_can_be_the_last() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let body = |semantic: &str, tenants: &[Tenant]| {
            let evaluations: Vec<Value> = tenants.iter().map(|tenant| json!({ "resource": at(*tenant) })).collect();
            json!({
                "subject": subject(OWNER_OF_FJORD), "action": { "name": "CLIENT_CREATE" },
                "options": { "evaluations_semantic": semantic, "another": "option" }, "evaluations": evaluations,
            })
        };
        let tenants = [FJORD, ACME, SOLO, FJORD];
        for (semantic, tenants, expected) in [
            ("execute_all", &tenants[..], &[true, false, false, true][..]),
            ("deny_on_first_deny", &tenants[..], &[true, false]),
            ("permit_on_first_permit", &tenants[..], &[true]),
            ("permit_on_first_permit", &tenants[1..], &[false, false, true]),
            ("permit_on_first_permit", &tenants[1..3], &[false, false]),
            ("deny_on_first_deny", &tenants[3..], &[true]),
        ] {
            assert_eq!(decisions(&gate.ask("evaluations", body(semantic, tenants)).await), expected, "{semantic}");
        }
        // An incomplete evaluation is a denial.
        let mut broken = body("deny_on_first_deny", &tenants);
        broken["evaluations"][0] = json!({});
        assert_eq!(decisions(&gate.ask("evaluations", broken).await), [false]);
        assert!(gate.refusal("evaluations", body("all", &tenants), 400).await.contains("deny_on_first_deny"));
    });
}

#[test]
fn a_thousand_evaluations_are_answered_and_more_are_refused() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let many = |count: usize| {
            let actions = ["ORGANISATION_READ", "INVOICE_PAY"];
            let evaluations: Vec<Value> =
                (0..count).map(|number| json!({ "action": { "name": actions[number % 2] } })).collect();
            json!({ "subject": subject(INVOICES_OF_ACME), "resource": at(ACME), "evaluations": evaluations })
        };
        let answer = gate.ask("evaluations", many(1000)).await;
        let expected: Vec<bool> = (0..1000).map(|number| number % 2 == 0).collect();
        assert_eq!(decisions(&answer), expected);
        let text = gate.refusal("evaluations", many(1001), 400).await;
        assert_eq!(
            text,
            "A request takes at most 1000 evaluations; this one has 1001. Split them over several requests."
        );
    });
}

#[test]
fn many_decisions_take_as_many_statements_as_one() {
    with_database(async |world| {
        let world = world.with_one_connection().await;
        let gate = Enforcer::new(&world).await;
        let everywhere = |callers: &[Caller], tenants: &[Tenant]| -> Vec<Value> {
            let pairs = callers.iter().flat_map(|caller| tenants.iter().map(move |tenant| (*caller, *tenant)));
            pairs.map(|(caller, tenant)| question(&subject(caller), "SERVICE_READ", &at(tenant))).collect()
        };
        let (_, fixtures) = HUB.rows();
        let services: Vec<String> =
            fixtures.all().filter(|(kind, _)| *kind == "Service").map(|(_, id)| id.to_owned()).collect();
        let of_services = |callers: &[Caller], count: usize| -> Vec<Value> {
            let pairs = callers.iter().flat_map(|caller| services.iter().take(count).map(move |id| (*caller, id)));
            pairs.map(|(caller, id)| question(&subject(caller), "SERVICE_READ", &object(id))).collect()
        };
        assert!(services.len() > 1);
        for (few, many) in [
            (everywhere(&[OWNER_OF_ACME, KEY_OF_FJORD], &[ACME]), everywhere(&EVERYBODY, &TENANTS)),
            (of_services(&[OWNER_OF_ACME], 1), of_services(&EVERYBODY[..13], services.len())),
        ] {
            let mut counted = Vec::new();
            for questions in [few, many] {
                let before = world.db().statements();
                gate.decides_all(&questions).await;
                counted.push(world.db().statements() - before);
            }
            assert!(counted[0] == counted[1] && counted[1] <= 8, "{counted:?}");
        }
    });
}
