//! Malformed requests over HTTP: each has its status and code, none is a fault, and none changes anything. The public audit
//! of GraphQL over HTTP covers the specification.

use axum::body::Body;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::*;

const QUERY: &str = "{\"query\":\"{ permissionCatalogue { permission } }\"}";

fn post(body: impl Into<Body>) -> Request<Body> {
    request("POST", "/graphql", &[(CONTENT_TYPE.as_str(), "application/json")], body)
}

fn request(method: &str, address: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

#[track_caller]
fn says(answer: &HttpAnswer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    let json: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(json["errors"][0]["extensions"]["code"], code, "{}", answer.body);
    assert!(json.get("data").is_none(), "{}", answer.body);
    assert!(answer.headers.contains_key("x-request-id"));
}

#[test]
fn a_malformed_request_has_its_status_and_code() {
    with_database(async |world| {
        assert_eq!(world.send(post(QUERY)).await.status, StatusCode::OK);
        let invalid = StatusCode::BAD_REQUEST.as_u16();
        for body in [
            "",
            " ",
            "{",
            "null",
            "7",
            "[]",
            "[7]",
            "\"query\"",
            "{}",
            "{\"query\":null}",
            "{\"query\":7}",
            "{\"query\":\"{ viewer { name } }\",\"variables\":7}",
            "{\"query\":\"{ viewer { name } }\",\"extensions\":7}",
            "{\"query\":\"{ viewer { name } }\"}}",
        ] {
            says(&world.send(post(body)).await, invalid, "INVALID_INPUT");
        }
        says(&world.send(post(vec![0xff, 0xfe, 0x00])).await, invalid, "INVALID_INPUT");
        let graphql =
            [(CONTENT_TYPE.as_str(), "application/json"), (ACCEPT.as_str(), "application/graphql-response+json")];
        for query in [
            "",
            "{",
            "{ nothing }",
            "query { viewer }",
            "subscription { x }",
            "{ viewer { name } } { viewer { name } }",
        ] {
            let body = json!({ "query": query }).to_string();
            says(&world.send(request("POST", "/graphql", &graphql, body)).await, invalid, "INVALID_INPUT");
        }
        for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
            let sent = request("POST", "/graphql", &[(CONTENT_TYPE.as_str(), media)], QUERY);
            says(&world.send(sent).await, 415, "INVALID_INPUT");
        }
        let html = [(CONTENT_TYPE.as_str(), "application/json"), (ACCEPT.as_str(), "text/html")];
        says(&world.send(request("POST", "/graphql", &html, QUERY)).await, 406, "INVALID_INPUT");
        let large = format!("{{\"query\":\"{}\"}}", "x".repeat(2 << 20));
        says(&world.send(post(large)).await, 413, "LIMITED");
        for method in ["PUT", "PATCH", "DELETE", "TRACE"] {
            assert_eq!(world.send(request(method, "/graphql", &[], "")).await.status, 405, "{method}");
        }
        for address in ["/nothing", "/graphql/", "/..%2f..%2fetc%2fpasswd", "/playground/..%2f..%2fCargo.toml", "/%00"]
        {
            assert_eq!(world.send(request("GET", address, &[], "")).await.status, 404, "{address}");
        }
    });
}

#[test]
fn a_byte_order_mark_before_the_body_is_skipped() {
    with_database(async |world| {
        let mark = "\u{feff}";
        assert_eq!(world.send(post(format!("{mark}{QUERY}"))).await.body, world.send(post(QUERY)).await.body);
        let batch = world.send(post(format!("{mark}[{QUERY}]"))).await;
        assert!(batch.status == StatusCode::OK && batch.body.starts_with("[{\"data\""), "{}", batch.body);
        says(&world.send(post(format!("{mark}{mark}{QUERY}"))).await, 400, "INVALID_INPUT");
        says(&world.send(post(mark)).await, 400, "INVALID_INPUT");
    });
}

#[test]
fn a_get_never_changes_anything() {
    with_database(async |world| {
        let query = "/graphql?query=%7B%20permissionCatalogue%20%7B%20permission%20%7D%20%7D";
        assert_eq!(world.send(request("GET", query, &[], "")).await.status, StatusCode::OK);
        let mutation = "/graphql?query=mutation%20%7B%20signUp(input%3A%20%7Bemail%3A%20%22a%40example.org%22%2C%20\
             password%3A%20%22seven%20green%20bottles%22%2C%20name%3A%20%22A%22%7D)%20%7B%20accepted%20%7D%20%7D";
        let before = world.db_dump().await;
        for method in ["GET", "HEAD"] {
            let answer = world.send(request(method, mutation, &[], "")).await;
            assert_eq!(answer.status, 405, "{method}: {}", answer.body);
        }
        assert_eq!(before, world.db_dump().await);
        let same = "{\"query\":\"mutation { signUp(input: {email: \\\"a@example.org\\\", \
             password: \\\"seven green bottles\\\", name: \\\"A\\\"}) { accepted } }\"}";
        assert_eq!(world.send(post(same)).await.status, StatusCode::OK);
        assert_ne!(before, world.db_dump().await);
    });
}

#[test]
fn an_invalid_credential_is_refused_and_never_treated_as_anonymous() {
    with_database(async |world| {
        let long = format!("Bearer {}", "a".repeat(5_000));
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer a.b.c",
            "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
            "Bearer tenantry_key_",
            "Bearer tenantry_key_x",
            "Bearer x y",
            "Basic YTpi",
            &long,
        ] {
            let headers = [(CONTENT_TYPE.as_str(), "application/json"), (AUTHORIZATION.as_str(), value)];
            let answer = world.send(request("POST", "/graphql", &headers, QUERY)).await;
            says(&answer, 401, "UNAUTHENTICATED");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    });
}

#[test]
fn the_organisation_in_the_header_needs_the_same_access_as_any_other() {
    with_database(async |world| {
        let query = json!({ "query": "{ viewer { name activeOrganisation { name } } }" }).to_string();
        let key = HUB.key();
        let bearer = format!("Bearer {}{}", tenantry::people::api_key::KEY_PREFIX, key.secret);
        let ask = async |organisation: &str| {
            let headers = [
                (CONTENT_TYPE.as_str(), "application/json"),
                (AUTHORIZATION.as_str(), bearer.as_str()),
                ("x-organisation", organisation),
            ];
            world.send(request("POST", "/graphql", &headers, query.clone())).await
        };
        let own = ask(&Type::Organisation.id(HUB.id()).0).await;
        assert!(own.body.contains("\"activeOrganisation\":{\"name\":\"Navet\"}"), "{}", own.body);
        let foreign = ask(&Type::Organisation.id(BOREAL.id()).0).await;
        assert!(foreign.body.contains("CONTEXT_LOST"), "{}", foreign.body);
        assert_eq!(ask(&Type::Organisation.id(key_of_nothing()).0).await.body, foreign.body);
        for wrong in ["", "x", "user_01h455vb4pex5vsknk084sn02q"] {
            says(&ask(wrong).await, 400, "INVALID_INPUT");
        }
    });
}

fn key_of_nothing() -> uuid::Uuid {
    key(BOREAL.tree, 999_999_999)
}

#[test]
fn a_batch_answers_each_request_on_its_own() {
    with_database(async |world| {
        let one = |query: &str| json!({ "query": query });
        let body =
            json!([one("{ permissionCatalogue { permission } }"), one("{ viewer { name } }"), one("{")]).to_string();
        let answer = world.send(post(body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let answers: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
        assert!(answers[0]["errors"].is_null() && !answers[0]["data"]["permissionCatalogue"].is_null());
        assert_eq!(answers[1]["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(answers[2]["errors"][0]["extensions"]["code"], "INVALID_INPUT");
        let many = Value::from(vec![one("{ viewer { name } }"); 11]).to_string();
        let answer = world.send(post(many)).await;
        assert!(answer.body.contains("LIMITED"), "{}", answer.body);
    });
}

/// The answers to a batch that a newly logged-in user sends.
async fn batch_of(world: &World, requests: &[String]) -> Vec<Value> {
    let log_in = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } } }";
    let input = json!({ "input": { "email": HUB.owner.person().email, "password": PASSWORD } });
    let answer = world.as_(NOBODY).run(log_in, input).await;
    let bearer = format!("Bearer {}", answer.ok()["logIn"]["tokens"]["accessToken"].as_str().unwrap());
    let headers = [(CONTENT_TYPE.as_str(), "application/json"), (AUTHORIZATION.as_str(), bearer.as_str())];
    let body = requests.iter().map(|query| json!({ "query": query })).collect::<Value>();
    let answer = world.send(request("POST", "/graphql", &headers, body.to_string())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn a_batch_authenticates_again_after_each_change() {
    with_database(async |world| {
        let id = Type::Organisation.id(HUB.id()).0;
        let switch =
            format!("mutation {{ switchOrganisation(input: {{organisationId: {id:?}}}) {{ organisation {{ id }} }} }}");
        let active = "{ viewer { activeOrganisation { id } } }".to_owned();
        let answers = batch_of(&world, &[switch, active]).await;
        assert_eq!(answers[1]["data"]["viewer"]["activeOrganisation"]["id"], id, "{answers:?}");
        let end = "mutation { logOut { ended } }".to_owned();
        let create = "mutation { createOrganisation(input: {name: \"Late\", kind: COMPANY}) { userErrors { code } } }";
        let answers = batch_of(&world, &[end, create.to_owned()]).await;
        assert_eq!(answers[0]["data"]["logOut"]["ended"], true, "{answers:?}");
        assert_eq!(answers[1]["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answers:?}");
    });
}

#[test]
fn a_document_with_the_same_change_twice_is_refused_and_changes_nothing() {
    with_database(async |world| {
        let create = "createOrganisation(input: {name: \"Twice\", kind: COMPANY}) { userErrors { code } }";
        let before = world.db_dump().await;
        let body = json!({ "query": format!("mutation {{ {create} ... {{ {create} }} }}") }).to_string();
        let answer = world.send(post(body)).await;
        assert!(answer.body.contains("INVALID_INPUT") && answer.body.contains("once"), "{}", answer.body);
        assert_eq!(before, world.db_dump().await);
    });
}

#[test]
fn answers_carry_the_security_headers() {
    with_database(async |world| {
        let answer = world.send(post(QUERY)).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.headers[name], value, "{name}");
        }
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
        assert!(!answer.headers.contains_key("set-cookie"));
        let schema = world.send(request("GET", "/schema.graphql", &[], "")).await;
        assert_eq!(schema.body, tenantry::graphql::sdl());
        assert_eq!(world.send(request("GET", "/health/ready", &[], "")).await.status, StatusCode::OK);
    });
}

#[test]
fn an_answer_is_compressed_for_clients_that_accept_it() {
    with_database(async |world| {
        let ask = async |accepted: &str| {
            let headers = [(CONTENT_TYPE.as_str(), "application/json"), (ACCEPT_ENCODING.as_str(), accepted)];
            let query = "{\"query\":\"{ permissionCatalogue { permission description } }\"}";
            let response = world.begin(request("POST", "/graphql", &headers, query)).await;
            let coding = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
            let vary: Vec<_> = response.headers().get_all(VARY).iter().collect();
            assert_eq!(vary, ["accept, accept-language", "accept-encoding"]);
            (coding, response.into_body().collect().await.unwrap().to_bytes())
        };
        let (coding, plain) = ask("").await;
        assert!(coding.is_none() && plain.starts_with(b"{\"data\""));
        let (coding, packed) = ask("gzip, br").await;
        assert!(coding.as_deref() == Some("gzip") && packed.starts_with(&[0x1f, 0x8b]));
        assert!(packed.len() * 2 < plain.len(), "{} of {}", packed.len(), plain.len());
    });
}
