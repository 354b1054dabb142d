//! Single decisions.

use chrono::TimeDelta;
use tenantry::access::Permission;

use super::*;

#[test]
fn a_program_learns_who_may_do_what() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        for (caller, action, tenant, expected) in [
            (OWNER_OF_ACME, "OWNERSHIP_TRANSFER", ACME, true),
            (ADMIN_OF_ACME, "OWNERSHIP_TRANSFER", ACME, false),
            (INVOICES_OF_ACME, "INVOICE_READ", ACME, true),
            (INVOICES_OF_ACME, "INVOICE_PAY", ACME, false),
            (INVOICES_OF_ACME, "INVOICE_READ", SOLO, false),
            (SUPPORT_OF_FJORD, "SERVICE_MANAGE", ACME, true),
            (SUPPORT_OF_FJORD, "MEMBER_INVITE", ACME, false),
            (OWNER_OF_EKEN, "INVOICE_PAY", EKEN, true),
            (OWNER_OF_EKEN, "MEMBER_INVITE", EKEN, false),
            (OWNER_OF_OPERATOR, "ORGANISATION_SUSPEND", SOLO, true),
            (KEY_OF_FJORD, "SERVICE_READ", ACME, true),
            (KEY_OF_FJORD, "SERVICE_MANAGE", ACME, false),
            (NOBODY, "ORGANISATION_READ", ACME, false),
        ] {
            let (what, text) = (format!("{} {action} at {}", caller.name(), tenant.name), action.to_lowercase());
            assert_eq!(gate.decides(&subject(caller), action, &at(tenant)).await, expected, "{what}");
            let (area, act) = text.rsplit_once('_').unwrap();
            let text = format!("{area}:{act}");
            assert_eq!(gate.decides(&subject(caller), &text, &at(tenant)).await, expected, "{what}, as {text}");
            if let Caller::Person(_) = caller {
                assert_eq!(
                    gate.decides(&by_address(caller), action, &at(tenant)).await,
                    expected,
                    "{what}, by address"
                );
            }
        }
    });
}

#[test]
fn properties_contexts_and_fields_of_the_future_change_nothing() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        for (action, expected) in [("INVOICE_READ", true), ("INVOICE_PAY", false)] {
            let answer = gate
                .ask(
                    "evaluation",
                    json!({
                        "subject": {
                            "type": "user", "id": " INES@acme.example ",
                            "properties": { "department": "Sales", "role": "admin" },
                        },
                        "action": { "name": action, "properties": { "method": "GET" } },
                        "resource": { "type": "organisation", "id": id_of(ACME), "properties": { "owner": "bob" } },
                        "context": { "time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1", "reasons": false },
                        "foo": "bar", "future": { "nested": [true] }, "page": 7, "evaluations": "none",
                    }),
                )
                .await;
            assert_eq!(answer, json!({ "decision": expected }));
        }
    });
}

/// Everybody, everywhere, everything: the same as each of them sees of themselves.
#[test]
fn decisions_are_those_of_the_api() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let (mut questions, mut expected) = (Vec::new(), Vec::new());
        for caller in EVERYBODY {
            for tenant in TENANTS {
                let held = match caller {
                    Caller::Nobody => Vec::new(),
                    _ => world.as_(caller).may_at(tenant).await,
                };
                for permission in Permission::ALL {
                    let name = permission.graphql_name();
                    questions.push(question(&subject(caller), &name, &at(tenant)));
                    expected.push(held.contains(&name));
                }
            }
        }
        let decided = gate.decides_all(&questions).await;
        assert!(expected.iter().filter(|is_permitted| **is_permitted).count() > 1000);
        for ((question, decided), expected) in questions.iter().zip(decided).zip(expected) {
            assert_eq!(decided, expected, "{question}");
        }
    });
}

#[test]
fn what_is_unknown_is_denied() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let (owner, acme) = (subject(OWNER_OF_ACME), at(ACME));
        let of_type = |kind: &str, id: &str| json!({ "type": kind, "id": id });
        assert!(gate.decides(&owner, "INVOICE_READ", &acme).await);
        let invented = id_of(ACME).replace("organisation_0", "organisation_1");
        let owner_id = owner["id"].as_str().unwrap();
        for subject in [
            of_type("user", "nobody@acme.example"),
            of_type("user", "@"),
            of_type("user", "ä"),
            of_type("user", "olga"),
            of_type("user", &id_of(ACME)),
            of_type("api_key", owner_id),
            of_type("api_key", "olga@acme.example"),
            of_type("group", owner_id),
            of_type("User", owner_id),
            of_type("membership", &world.membership(ACME, OWNER_OF_ACME).await),
        ] {
            assert!(!gate.decides(&subject, "INVOICE_READ", &acme).await, "{subject}");
        }
        for action in ["can_read", "Invoice_Read", "invoice:READ", "INVOICE", " INVOICE_READ", "*"] {
            assert!(!gate.decides(&owner, action, &acme).await, "{action}");
        }
        for resource in [
            of_type("organisation", &invented),
            of_type("organisation", "acme"),
            of_type("organisation", "🦀"),
            of_type("invoice", &id_of(ACME)),
            of_type("account", &id_of(ACME)),
            of_type("user", owner_id),
            of_type("invoice", "invoice_01h455vb4pex5vsknk084sn02q"),
            of_type("session", "session_01h455vb4pex5vsknk084sn02q"),
        ] {
            assert!(!gate.decides(&owner, "INVOICE_READ", &resource).await, "{resource}");
        }
    });
}

#[test]
fn whoever_may_not_act_may_do_nothing() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        for gone in [DISABLED_AT_ACME, EXPIRED_AT_ACME] {
            assert!(!gate.decides(&subject(gone), "INVOICE_READ", &at(ACME)).await, "{}", gone.name());
            assert!(!gate.decides(&by_address(gone), "INVOICE_READ", &at(ACME)).await, "{}", gone.name());
        }
        let key = subject(KEY_OF_FJORD);
        for (column, is_over) in [("revoked_at", true), ("expires_at", true), ("expires_at", false)] {
            assert!(gate.decides(&key, "SERVICE_READ", &at(ACME)).await, "{column}");
            let until = now() + if is_over { TimeDelta::zero() } else { TimeDelta::seconds(1) };
            let sql = format!("UPDATE api_key SET {column} = $1 WHERE organisation_id = $2");
            world.db_execute(&sql, [until.into(), FJORD.id.into()]).await;
            assert_eq!(gate.decides(&key, "SERVICE_READ", &at(ACME)).await, !is_over, "{column}");
            let sql = format!("UPDATE api_key SET {column} = NULL WHERE organisation_id = $1");
            world.db_execute(&sql, [FJORD.id.into()]).await;
        }
        // A member without the second factor that is required sees the organisation and no more.
        assert!(gate.decides(&subject(VIEWER_OF_ACME), "INVOICE_READ", &at(ACME)).await);
        let sql =
            "INSERT INTO sign_in_policy (organisation_id, requires_second_factor, logs_log_ins) VALUES ($1, $2, $3)";
        world.db_execute(sql, [ACME.id.into(), true.into(), false.into()]).await;
        assert!(!gate.decides(&subject(VIEWER_OF_ACME), "INVOICE_READ", &at(ACME)).await);
        assert!(gate.decides(&subject(VIEWER_OF_ACME), "ORGANISATION_READ", &at(ACME)).await);
    });
}

#[test]
fn the_identifier_of_a_request_comes_back_as_it_was() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let body = question(&subject(OWNER_OF_ACME), "INVOICE_READ", &at(ACME)).to_string();
        for id in ["bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "1", "an arbitrary string, with \"everything\" {in: it}"] {
            for (path, body) in
                [("/access/v1/evaluation", &*body), ("/access/v1/evaluations", ""), ("/access/v1/x", "")]
            {
                let headers = [(CONTENT_TYPE.as_str(), "application/json"), ("x-request-id", id)];
                let answer = gate.send("POST", path, &headers, body.to_owned()).await;
                assert_eq!(answer.headers["x-request-id"], id, "{path}");
                assert_eq!(answer.headers.get_all("x-request-id").iter().count(), 1);
            }
        }
        let answer = gate.post("evaluation", &serde_json::from_str(&body).unwrap()).await;
        assert_eq!(answer.headers["x-request-id"].len(), 32);
    });
}

#[test]
fn the_configuration_names_all_addresses_and_each_answers() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let nobody = Enforcer { world: &world, bearer: None };
        let answer = nobody.send("GET", "/.well-known/authzen-configuration", &[], "").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers[CONTENT_TYPE]),
            (200, &"application/json".parse().unwrap())
        );
        let configuration: Value = serde_json::from_str(&answer.body).unwrap();
        let base = world.app.config.public_url.trim_end_matches('/');
        assert_eq!(configuration["policy_decision_point"], base);
        let mut addresses = Vec::new();
        for (name, address) in configuration.as_object().unwrap() {
            let path = address.as_str().unwrap().strip_prefix(base).unwrap();
            if name != "policy_decision_point" {
                let answer = gate.send("POST", path, &[(CONTENT_TYPE.as_str(), "application/json")], "{}").await;
                assert_eq!(answer.status, 400, "{name}: {}", answer.body);
                addresses.push(format!("POST {path}"));
            }
        }
        addresses.sort();
        // The catalogue of permissions says the same.
        let query = "{ permissionCatalogue { permission fields platformOnly builtInRoles implies } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({})).await;
        let all = answer.ok()["permissionCatalogue"].as_array().unwrap().clone();
        let own = all.iter().find(|one| one["permission"] == "ACCESS_EVALUATE").unwrap();
        let mut fields: Vec<&str> = own["fields"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, addresses);
        assert_eq!(own["platformOnly"], true);
        assert_eq!(
            (&own["builtInRoles"], &own["implies"]),
            (&json!(["OWNER", "ADMIN"]), &json!(["ORGANISATION_READ"]))
        );
    });
}
