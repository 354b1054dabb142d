//! Requests that are not answered: each says what to do.

use axum::http::header::{ACCEPT_LANGUAGE, WWW_AUTHENTICATE};

use super::*;

const PATHS: [&str; 5] = ["evaluation", "evaluations", "search/subject", "search/resource", "search/action"];

fn complete() -> Value {
    question(&subject(OWNER_OF_ACME), "INVOICE_READ", &at(ACME))
}

#[test]
fn without_a_credential_nothing_is_decided() {
    with_database(async |world| {
        for bearer in [None, Some("tenantry_key_wrong".to_owned()), Some("x.y.z".to_owned())] {
            let nobody = Enforcer { world: &world, bearer };
            for path in PATHS {
                for body in [complete(), json!([])] {
                    let answer = nobody.post(path, &body).await;
                    assert_eq!(
                        (answer.status.as_u16(), &answer.headers[WWW_AUTHENTICATE]),
                        (401, &"Bearer".parse().unwrap())
                    );
                    assert!(!answer.body.contains("decision"), "{}", answer.body);
                }
            }
        }
        // The cookie of the console is for people.
        let headers = [(CONTENT_TYPE.as_str(), "application/json"), ("cookie", "tenantry_session=x")];
        let nobody = Enforcer { world: &world, bearer: None };
        let answer = nobody.send("POST", "/access/v1/evaluation", &headers, complete().to_string()).await;
        assert_eq!(answer.status, 401);
    });
}

#[test]
fn only_holders_of_the_permission_at_the_operator_may_ask() {
    with_database(async |world| {
        let of_fjord = Enforcer::with_key(&world, OWNER_OF_FJORD, FJORD, &["CLIENT_READ"], &[]).await;
        let other = Enforcer::with_key(&world, OWNER_OF_OPERATOR, OPERATOR, &["ACCOUNTING_READ"], &[]).await;
        // For clients only: it is held at every organisation, and not at the operator.
        let clients = Enforcer::with_key(&world, OWNER_OF_OPERATOR, OPERATOR, &[], &["ACCESS_EVALUATE"]).await;
        let owner = Enforcer { world: &world, bearer: world.as_(OWNER_OF_ACME).credential().await };
        let agent = Enforcer { world: &world, bearer: world.as_(AGENT_OF_OPERATOR).credential().await };
        for asker in [&of_fjord, &other, &clients, &owner, &agent] {
            for path in PATHS {
                for body in [complete(), json!([])] {
                    let text = asker.refusal(path, body, 403).await;
                    assert!(text.contains("ACCESS_EVALUATE at the operator"), "{text}");
                }
            }
        }
        // A person with the permission may ask too.
        let staff = Enforcer { world: &world, bearer: world.as_(OWNER_OF_OPERATOR).credential().await };
        assert!(staff.decides(&subject(OWNER_OF_ACME), "INVOICE_READ", &at(ACME)).await);
        // Only the operator's keys can have it.
        let input = json!({ "organisationId": id_of(ACME), "name": "Gate", "permissions": ["ACCESS_EVALUATE"] });
        world.db_verify(OWNER_OF_ACME).await;
        let mistake = world.as_(OWNER_OF_ACME).mistake("createApiKey", input).await;
        assert_eq!(mistake["field"][1], "permissions", "{mistake}");
    });
}

#[test]
fn a_request_without_one_of_its_parts_says_which() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let mut cases: Vec<(&str, &str, Value)> = vec![("/subject/id", "subject.id is missing.", Value::Null)];
        for (pointer, is_missing, is_wrong) in [
            ("/subject", "subject is missing.", "subject must be an object."),
            ("/subject/type", "subject.type is missing.", "subject.type must be a text."),
            ("/subject/id", "subject.id is missing.", "subject.id must be a text."),
            ("/action", "action is missing.", "action must be an object."),
            ("/action/name", "action.name is missing.", "action.name must be a text."),
            ("/resource", "resource is missing.", "resource must be an object."),
            ("/resource/type", "resource.type is missing.", "resource.type must be a text."),
            ("/resource/id", "resource.id is missing.", "resource.id must be a text."),
        ] {
            cases.push((pointer, is_missing, Value::Null));
            cases.push((pointer, is_wrong, json!(123)));
        }
        cases.push(("/subject/id", "subject.id is empty.", json!("")));
        cases.push(("/context", "context must be an object.", json!("now")));
        for (pointer, text, value) in cases {
            let mut body = complete();
            body["context"] = json!({});
            *body.pointer_mut(pointer).unwrap() = value.clone();
            for path in ["evaluation", "evaluations"] {
                assert_eq!(gate.refusal(path, body.clone(), 400).await, text, "{pointer} {value}");
            }
            // A field that is not there at all.
            if value.is_null() {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
                assert_eq!(gate.refusal("evaluation", body, 400).await, text, "{pointer}");
            }
            // What a search needs.
            let needed: &[&str] = match pointer {
                "/subject" | "/subject/type" | "/resource" | "/resource/type" => &PATHS[2..],
                "/subject/id" => &["search/resource", "search/action"],
                "/action" | "/action/name" => &["search/subject", "search/resource"],
                "/resource/id" => &["search/subject", "search/action"],
                _ => &[],
            };
            let mut body = complete();
            body["context"] = json!({});
            *body.pointer_mut(pointer).unwrap() = value.clone();
            for path in needed {
                assert_eq!(gate.refusal(path, body.clone(), 400).await, text, "{path} {pointer} {value}");
            }
        }
        for page in
            [json!(7), json!({ "limit": 0 }), json!({ "limit": 1001 }), json!({ "limit": "1" }), json!({ "token": 1 })]
        {
            let mut body = complete();
            body["page"] = page;
            for path in &PATHS[2..] {
                assert!(gate.refusal(path, body.clone(), 400).await.starts_with("page"), "{body}");
            }
        }
        for body in [json!([]), json!("x"), json!(null), json!(7)] {
            for path in PATHS {
                assert_eq!(gate.refusal(path, body.clone(), 400).await, "The body must be a JSON object.");
            }
        }
        let text = gate.refusal("evaluations", json!({ "evaluations": {} }), 400).await;
        assert_eq!(text, "evaluations must be a list of objects.");
        let text = gate.refusal("evaluations", json!({ "evaluations": [{}], "subject": "olga" }), 400).await;
        assert_eq!(text, "subject must be an object.");
    });
}

#[test]
fn what_is_not_json_is_refused() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let send = async |headers: &[(&str, &str)], body: String| {
            let answer = gate.send("POST", "/access/v1/evaluation", headers, body).await;
            (answer.status.as_u16(), answer.body)
        };
        let json = [(CONTENT_TYPE.as_str(), "application/json")];
        for (headers, status) in [
            (&[][..], 400),
            (&[(CONTENT_TYPE.as_str(), "text/plain")], 400),
            (&[(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")], 400),
            (&[(CONTENT_TYPE.as_str(), "application/json"), ("content-encoding", "gzip")], 400),
            (&[(CONTENT_TYPE.as_str(), "Application/JSON; charset=utf-8")], 200),
            (&json, 200),
        ] {
            let (found, body) = send(headers, complete().to_string()).await;
            assert_eq!(found, status, "{headers:?}: {body}");
            assert!(status == 200 || body.contains("application/json"), "{body}");
        }
        let deep = "[".repeat(100_000);
        for body in ["", " ", "{", "{\"subject\":}", "nonsense", "\u{0}", &deep] {
            let (status, text) = send(&json, body.to_owned()).await;
            assert_eq!(status, 400, "{text}");
            assert!(text.contains("JSON"), "{text}");
        }
        let (status, _) = send(&json, format!("\u{feff}{}", complete())).await;
        assert_eq!(status, 200);
    });
}

#[test]
fn a_huge_body_is_refused_by_its_size() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let mut body = complete();
        body["context"] = json!({ "filler": "x".repeat(2 << 20) });
        let text = gate.refusal("evaluations", body.clone(), 413).await;
        assert!(text.contains("at most 2097152 are allowed"), "{text}");
        let length = body.to_string().len().to_string();
        let headers = [(CONTENT_TYPE.as_str(), "application/json"), ("content-length", &*length)];
        let answer = gate.send("POST", "/access/v1/evaluation", &headers, body.to_string()).await;
        assert_eq!(answer.status, 413);
        body["context"] = json!({ "filler": "x".repeat(1 << 20) });
        assert_eq!(gate.ask("evaluation", body).await, json!({ "decision": true }));
    });
}

#[test]
fn other_methods_and_addresses_say_what_there_is() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let headers = [(CONTENT_TYPE.as_str(), "application/json"), (ACCEPT_LANGUAGE.as_str(), "de")];
        for path in PATHS {
            for method in ["GET", "PUT", "DELETE", "PATCH"] {
                let answer = gate.send(method, &format!("/access/v1/{path}"), &headers, complete().to_string()).await;
                assert_eq!((answer.status.as_u16(), &answer.headers["allow"]), (405, &"POST".parse().unwrap()));
                assert!(answer.body.contains("POST"), "{}", answer.body);
            }
        }
        for path in ["", "/", "/evaluation/", "/search", "/search/x", "/partial"] {
            let answer = gate.send("POST", &format!("/access/v1{path}"), &headers, complete().to_string()).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        let answer = gate.send("POST", "/access/v1/search", &headers, complete().to_string()).await;
        assert!(answer.body.contains("/.well-known/authzen-configuration"), "{}", answer.body);
        let answer = gate.send("POST", "/.well-known/authzen-configuration", &headers, "").await;
        assert_eq!(answer.status, 405);
    });
}
