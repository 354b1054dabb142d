//! The cookie of the console: who gets one, where and when it counts, and what ends it.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::accounts::*;
use crate::world::*;

const SITE: &str = "sec-fetch-site";
const SAME: &str = "same-origin";
const VIEWER: &str = "{\"query\":\"{ viewer { name } }\"}";

/// A request with these headers; an empty value leaves the header out.
fn request(method: &str, address: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// Logs in to the console from a page at this site.
async fn enter(world: &World, site: &str, input: &Value) -> HttpAnswer {
    let headers = [(SITE, site), (CONTENT_TYPE.as_str(), "application/json")];
    world.send(request("POST", "/console/session", &headers, &input.to_string())).await
}

/// The cookie that the answer sets, as the browser sends it.
fn cookie_of(answer: &HttpAnswer) -> Option<String> {
    let line = answer.headers.get(SET_COOKIE)?.to_str().unwrap();
    Some(line.split(';').next().unwrap().to_owned())
}

fn codes(answer: &HttpAnswer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let json: Value = serde_json::from_str(&answer.body).unwrap();
    let errors = json["userErrors"].as_array().unwrap().iter();
    errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect()
}

fn credentials(caller: Caller) -> Value {
    json!({ "email": caller.person().email, "password": PASSWORD })
}

/// The cookie of a new session.
async fn entered(world: &World, caller: Caller) -> String {
    let answer = enter(world, SAME, &credentials(caller)).await;
    assert!(codes(&answer).is_empty(), "{}", answer.body);
    cookie_of(&answer).unwrap()
}

/// What a page of the console gets with this cookie.
async fn ask(world: &World, cookie: &str, body: &str) -> HttpAnswer {
    let headers = [(SITE, SAME), (COOKIE.as_str(), cookie), (CONTENT_TYPE.as_str(), "application/json")];
    world.send(request("POST", "/graphql", &headers, body)).await
}

async fn is_in(world: &World, cookie: &str) -> bool {
    let answer = ask(world, cookie, VIEWER).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let is_in = answer.body.contains(&format!("\"name\":\"{}\"", SOLE_PERSON.name()));
    assert!(is_in || answer.body.contains("UNAUTHENTICATED"), "{}", answer.body);
    is_in
}

#[test]
fn logging_in_sets_a_cookie_whose_secret_is_not_stored() {
    with_database(async |world| {
        let answer = enter(&world, SAME, &credentials(SOLE_PERSON)).await;
        assert_eq!(answer.body, "{\"userErrors\":[]}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let line = answer.headers[SET_COOKIE].to_str().unwrap();
        assert!(line.starts_with("__Host-tenantry="), "{line}");
        assert!(line.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000"), "{line}");
        let cookie = cookie_of(&answer).unwrap();
        assert!(is_in(&world, &cookie).await);
        let secret = cookie.split_once('.').unwrap().1;
        assert!(secret.len() == 43 && !format!("{:?}", world.db_dump().await).contains(secret));
        assert_eq!(world.db_count("refresh_token").await, 0);
        // Another secret, and the secret of another session, open nothing.
        let other = entered(&world, SOLE_PERSON).await;
        let swapped = format!("{}.{}", cookie.split_once('.').unwrap().0, other.split_once('.').unwrap().1);
        for wrong in [&swapped, &cookie[..cookie.len() - 1], "__Host-tenantry=", "__Host-tenantry=x.y"] {
            assert!(!is_in(&world, wrong).await, "{wrong}");
        }
    });
}

#[test]
fn a_session_with_tokens_has_no_cookie() {
    with_database(async |world| {
        begin_session(&world, SOLE_PERSON.person().email).await;
        let rows = world.db().rows("SELECT id FROM session WHERE cookie_hash IS NULL", vec![]).await.unwrap();
        let id: uuid::Uuid = rows.last().unwrap().try_get_by_index(0).unwrap();
        for secret in ["", "null", "x"] {
            assert!(!is_in(&world, &format!("__Host-tenantry={}.{secret}", id.simple())).await);
        }
    });
}

#[test]
fn what_fails_is_said_as_by_the_mutation_and_sets_no_cookie() {
    with_database(async |world| {
        let before = world.db_count("session").await;
        let mut answers = Vec::new();
        for email in [SOLE_PERSON.person().email, "nobody@example.org", "x", DISABLED_AT_ACME.person().email] {
            let password = if email == DISABLED_AT_ACME.person().email { PASSWORD } else { "nine blue kettles" };
            let answer = enter(&world, SAME, &json!({ "email": email, "password": password })).await;
            assert_eq!(codes(&answer), ["WRONG_CREDENTIALS"], "{email}");
            assert!(cookie_of(&answer).is_none());
            answers.push(answer.body);
        }
        assert!(answers.iter().all(|body| *body == answers[0]), "{answers:?}");
        for wrong in [json!({}), json!({ "email": "x" }), json!([]), json!({ "email": 7, "password": "x" })] {
            assert_eq!(enter(&world, SAME, &wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        assert_eq!(world.db_count("session").await, before);
    });
}

#[test]
fn failures_slow_down_further_ones_here_and_at_the_mutation() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        let wrong = json!({ "email": email, "password": "nine blue kettles" });
        let mut last = Vec::new();
        for _ in 0..30 {
            last = codes(&enter(&world, SAME, &wrong).await);
            if last == ["TOO_MANY_ATTEMPTS"] {
                break;
            }
        }
        assert_eq!(last, ["TOO_MANY_ATTEMPTS"]);
        assert_eq!(codes(&enter(&world, SAME, &credentials(SOLE_PERSON)).await), ["TOO_MANY_ATTEMPTS"]);
        assert_eq!(log_in(&world, email, PASSWORD).await.user_codes(), ["TOO_MANY_ATTEMPTS"]);
    });
}

#[test]
fn a_second_factor_is_asked_for_and_its_code_counts_once() {
    with_database(async |world| {
        let (secret, _) = turn_on(&world, SOLE_PERSON).await;
        let mut input = credentials(SOLE_PERSON);
        let answer = enter(&world, SAME, &input).await;
        assert_eq!(codes(&answer), ["CODE_REQUIRED"]);
        assert!(answer.body.contains("\"field\":[\"input\",\"code\"]"), "{}", answer.body);
        input["code"] = json!("000000");
        assert_eq!(codes(&enter(&world, SAME, &input).await), ["WRONG_CODE"]);
        world.wait(TimeDelta::minutes(2));
        input["code"] = json!(code(&world, &secret, 0));
        let answer = enter(&world, SAME, &input).await;
        assert!(codes(&answer).is_empty() && is_in(&world, &cookie_of(&answer).unwrap()).await);
        assert_eq!(codes(&enter(&world, SAME, &input).await), ["WRONG_CODE"]);
    });
}

/// All that a browser can say about where a request comes from.
const SITES: [&str; 5] = ["", "none", SAME, "same-site", "cross-site"];
/// What a page of another site can send without permission, and what it cannot.
const KINDS: [&str; 5] =
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"];

#[test]
fn only_json_from_a_page_of_this_origin_logs_in_or_out() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let body = credentials(SOLE_PERSON).to_string();
        for site in SITES {
            for kind in KINDS {
                let headers = [(SITE, site), (CONTENT_TYPE.as_str(), kind), (COOKIE.as_str(), cookie.as_str())];
                let is_own = site == SAME;
                for method in ["GET", "HEAD", "PUT", "PATCH"] {
                    let answer = world.send(request(method, "/console/session", &headers, &body)).await;
                    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {site} {kind}");
                }
                let before = world.db_count("session").await;
                if !(is_own && kind == "application/json") {
                    let answer = world.send(request("POST", "/console/session", &headers, &body)).await;
                    let expected = if is_own { StatusCode::UNSUPPORTED_MEDIA_TYPE } else { StatusCode::FORBIDDEN };
                    assert_eq!(answer.status, expected, "{site} {kind}: {}", answer.body);
                    assert!(cookie_of(&answer).is_none());
                }
                if !is_own {
                    let answer = world.send(request("DELETE", "/console/session", &headers, "")).await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{site}: {}", answer.body);
                    assert!(cookie_of(&answer).is_none());
                }
                assert_eq!(world.db_count("session").await, before);
                assert!(is_in(&world, &cookie).await, "{site} {kind}");
            }
        }
    });
}

#[test]
fn the_cookie_counts_for_pages_of_this_origin_only() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let organisation = Type::Organisation.id(FJORD.id).0;
        let mutation =
            json!({ "query": "mutation { updateProfile(input: {name: \"Taken over\"}) { userErrors { code } } }" });
        let get = "/graphql?query=%7B%20viewer%20%7B%20name%20%7D%20%7D";
        let change = "/graphql?query=mutation%20%7B%20logOut%20%7B%20ended%20%7D%20%7D";
        let downloads = [
            "/viewer/export.ndjson".to_owned(),
            format!("/organisations/{organisation}/audit.ndjson"),
            format!("/resellers/{}/tree.ndjson", Type::Reseller.id(FJORD.id).0),
            "/invoices/x/pdf".to_owned(),
            "/credit-notes/x/pdf".to_owned(),
            "/commission-statements/x/pdf".to_owned(),
            "/operator/accounting?from=2026-01-01&until=2026-01-31&format=sie".to_owned(),
            "/operator/accounting-batches/x".to_owned(),
            "/operator/ec-sales?from=2026-01-01&until=2026-01-31".to_owned(),
            "/operator/oss?from=2026-01-01&until=2026-01-31".to_owned(),
        ];
        let uploads = [
            (format!("/organisations/{organisation}/directory?kind=people&mode=PATCH"), "text/csv", false),
            ("/operator/bank-statements".to_owned(), "application/xml", true),
        ];
        let before = world.db_dump().await;
        for site in SITES {
            let is_own = site == SAME;
            for kind in KINDS {
                let headers = [(SITE, site), (CONTENT_TYPE.as_str(), kind), (COOKIE.as_str(), cookie.as_str())];
                let asked = world.send(request("POST", "/graphql", &headers, VIEWER)).await;
                if kind == "application/json" {
                    let is_refused = asked.body.contains("UNAUTHENTICATED");
                    assert_eq!(is_refused, !is_own, "{site} {kind}: {}", asked.body);
                } else {
                    assert_eq!(asked.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{site} {kind}");
                }
                if !(is_own && kind == "application/json") {
                    world.send(request("POST", "/graphql", &headers, &mutation.to_string())).await;
                }
                for method in ["GET", "HEAD"] {
                    let answer = world.send(request(method, change, &headers, "")).await;
                    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
                }
                for method in ["PUT", "PATCH", "DELETE"] {
                    let answer = world.send(request(method, "/graphql", &headers, VIEWER)).await;
                    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
                }
                let asked = world.send(request("GET", get, &headers, "")).await;
                assert_eq!(asked.body.contains("UNAUTHENTICATED"), !is_own, "{site} {kind}: {}", asked.body);
                assert!(asked.headers.get(SET_COOKIE).is_none());
            }
            let headers = [(SITE, site), (COOKIE.as_str(), cookie.as_str())];
            for address in &downloads {
                let answer = world.send(request("GET", address, &headers, "")).await;
                assert_eq!(answer.status == StatusCode::UNAUTHORIZED, !is_own, "{site} {address}: {}", answer.body);
            }
            for (address, kind, is_of_pages) in &uploads {
                let headers = [headers[0], headers[1], (CONTENT_TYPE.as_str(), kind)];
                let answer = world.send(request("POST", address, &headers, "")).await;
                let is_refused = answer.status == StatusCode::UNAUTHORIZED;
                assert_eq!(is_refused, !(is_own && *is_of_pages), "{site} {address}: {}", answer.body);
            }
            let scim = world.send(request("GET", &format!("/scim/v2/{organisation}/Users"), &headers, "")).await;
            assert_eq!(scim.status, StatusCode::UNAUTHORIZED, "{site}: {}", scim.body);
        }
        assert_eq!(before, world.db_dump().await);
        let answer = ask(&world, &cookie, &mutation.to_string()).await;
        assert!(answer.body.contains("\"userErrors\":[]") && before != world.db_dump().await, "{}", answer.body);
    });
}

#[test]
fn a_request_with_a_token_never_looks_at_the_cookie() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let (token, _) = begin_session(&world, OWNER_OF_FJORD.person().email).await;
        let ask = async |authorization: &str| {
            let headers = [
                (SITE, SAME),
                (COOKIE.as_str(), cookie.as_str()),
                (AUTHORIZATION.as_str(), authorization),
                (CONTENT_TYPE.as_str(), "application/json"),
            ];
            world.send(request("POST", "/graphql", &headers, VIEWER)).await
        };
        let answer = ask(&format!("Bearer {token}")).await;
        assert!(answer.body.contains(OWNER_OF_FJORD.name()), "{}", answer.body);
        for wrong in ["Bearer x", "Basic YTpi"] {
            assert_eq!(ask(wrong).await.status, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        let headers = [(SITE, SAME), (COOKIE.as_str(), cookie.as_str()), (AUTHORIZATION.as_str(), "Bearer x")];
        world.send(request("DELETE", "/console/session", &headers, "")).await;
        assert!(is_in(&world, &cookie).await);
    });
}

#[test]
fn logging_out_ends_the_session_and_removes_the_cookie() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let other = entered(&world, SOLE_PERSON).await;
        let headers = [(SITE, SAME), (COOKIE.as_str(), cookie.as_str())];
        for _ in 0..2 {
            let answer = world.send(request("DELETE", "/console/session", &headers, "")).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT);
            let expected = "__Host-tenantry=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";
            assert_eq!(answer.headers[SET_COOKIE], expected);
        }
        assert!(!is_in(&world, &cookie).await && is_in(&world, &other).await);
        let ended = "session WHERE ended_because = 'LOGGED_OUT' AND cookie_hash IS NOT NULL";
        assert_eq!(world.db_count(ended).await, 1);
    });
}

#[test]
fn logging_in_again_ends_the_session_before() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let headers = [(SITE, SAME), (COOKIE.as_str(), cookie.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
        let mut wrong = credentials(SOLE_PERSON);
        wrong["password"] = json!("nine blue kettles");
        world.send(request("POST", "/console/session", &headers, &wrong.to_string())).await;
        assert!(is_in(&world, &cookie).await, "a wrong password ends nothing");
        let body = credentials(SOLE_PERSON).to_string();
        let answer = world.send(request("POST", "/console/session", &headers, &body)).await;
        assert!(is_in(&world, &cookie_of(&answer).unwrap()).await && !is_in(&world, &cookie).await);
    });
}

#[test]
fn whatever_ends_a_session_ends_that_of_a_cookie() {
    with_database(async |world| {
        let id = SOLE_PERSON.person().id;
        // By the mutation, in the session itself.
        let cookie = entered(&world, SOLE_PERSON).await;
        ask(&world, &cookie, "{\"query\":\"mutation { logOut { ended } }\"}").await;
        assert!(!is_in(&world, &cookie).await);
        // From another session.
        let cookie = entered(&world, SOLE_PERSON).await;
        let (token, _) = begin_session(&world, SOLE_PERSON.person().email).await;
        let list = "{ viewer { sessions(first: 50) { edges { node { id isCurrent } } } } }";
        let sessions = world.send_as(Some(&token), list, json!({})).await;
        let edges = sessions.ok()["viewer"]["sessions"]["edges"].as_array().unwrap().clone();
        let others = edges.iter().filter(|edge| edge["node"]["isCurrent"] == false);
        for session in others {
            let input = json!({ "input": { "sessionId": session["node"]["id"] } });
            let end = "mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { revoked } }";
            world.send_as(Some(&token), end, input).await.ok();
        }
        assert!(!is_in(&world, &cookie).await);
        // With the account.
        let cookie = entered(&world, SOLE_PERSON).await;
        world.db_execute("UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1", [id.into()]).await;
        assert!(!is_in(&world, &cookie).await);
        world.db_execute("UPDATE \"user\" SET state = 'ACTIVE' WHERE id = $1", [id.into()]).await;
        assert!(is_in(&world, &cookie).await);
        // By itself.
        world.wait(TimeDelta::days(30));
        assert!(!is_in(&world, &cookie).await);
    });
}

#[test]
fn use_renews_the_session_and_the_cookie_once_a_day() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let renewed = async |world: &World| cookie_of(&ask(world, &cookie, VIEWER).await);
        world.wait(TimeDelta::hours(23));
        assert_eq!(renewed(&world).await, None);
        world.wait(TimeDelta::hours(1));
        assert_eq!(renewed(&world).await.as_ref(), Some(&cookie));
        assert_eq!(renewed(&world).await, None);
        for _ in 0..3 {
            world.wait(TimeDelta::days(29));
            assert_eq!(renewed(&world).await.as_ref(), Some(&cookie), "it goes on for as long as it is used");
        }
        world.wait(TimeDelta::days(30));
        assert_eq!(renewed(&world).await, None);
        assert!(!is_in(&world, &cookie).await);
    });
}

#[test]
fn finding_out_who_asks_takes_one_statement() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let before = world.db().statements();
        ask(&world, &cookie, "{\"query\":\"{ __typename }\"}").await;
        assert_eq!(world.db().statements() - before, 1);
    });
}

#[test]
fn the_last_use_is_written_now_and_then() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        let used = "{\"query\":\"{ viewer { sessions(first: 1) { edges { node { isCurrent lastUsedAt } } } } }\"}";
        let last = async |world: &World| {
            let answer: Value = serde_json::from_str(&ask(world, &cookie, used).await.body).unwrap();
            let node = &answer["data"]["viewer"]["sessions"]["edges"][0]["node"];
            assert_eq!(node["isCurrent"], true, "{answer}");
            node["lastUsedAt"].clone()
        };
        world.wait(TimeDelta::hours(1));
        assert_eq!(last(&world).await, now().to_rfc3339());
        world.app.session_uses.flush(world.db(), world.app.clock.now()).await.unwrap();
        assert_eq!(last(&world).await, (now() + TimeDelta::hours(1)).to_rfc3339());
    });
}

#[test]
fn a_page_without_a_valid_cookie_can_do_what_everybody_can() {
    with_database(async |world| {
        let cookie = entered(&world, SOLE_PERSON).await;
        world.db_execute("UPDATE session SET revoked_at = created_at WHERE cookie_hash IS NOT NULL", []).await;
        let answer = ask(&world, &cookie, "{\"query\":\"{ permissionCatalogue { permission } }\"}").await;
        assert!(answer.status == StatusCode::OK && !answer.body.contains("errors"), "{}", answer.body);
    });
}
