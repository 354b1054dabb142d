//! Decisions for other programs: conversations as enforcement points have them.

mod batch;
mod decided;
mod nodes;
mod objects;
mod reasons;
mod refused;
mod search;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::*;

/// A program that asks before it lets anybody do anything.
struct Enforcer<'a> {
    world: &'a World,
    bearer: Option<String>,
}

impl<'a> Enforcer<'a> {
    /// A program with a key of the operator.
    async fn new(world: &'a World) -> Self {
        Self::with_key(world, OWNER_OF_OPERATOR, OPERATOR, &["ACCESS_EVALUATE"], &[]).await
    }

    /// A program with a key that the caller makes.
    async fn with_key(world: &'a World, caller: Caller, at: Tenant, own: &[&str], clients: &[&str]) -> Self {
        world.db_verify(caller).await;
        let input = json!({
            "organisationId": id_of(at), "name": "Gate", "permissions": own, "clientPermissions": clients,
        });
        let made = world.as_(caller).act("createApiKey", input, "secret").await;
        Self { world, bearer: made["secret"].as_str().map(str::to_owned) }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> HttpAnswer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.world.send(request.body(body.into()).unwrap()).await;
        assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.body);
        answer
    }

    async fn post(&self, path: &str, body: &Value) -> HttpAnswer {
        let json = [(CONTENT_TYPE.as_str(), "application/json")];
        self.send("POST", &format!("/access/v1/{path}"), &json, body.to_string()).await
    }

    /// The answer to a request that is not refused.
    async fn ask(&self, path: &str, body: Value) -> Value {
        let answer = self.post(path, &body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.body);
        assert_eq!(answer.headers[CONTENT_TYPE], "application/json");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// One decision, without anything else in the answer.
    async fn decides(&self, subject: &Value, action: &str, resource: &Value) -> bool {
        let answer = self.ask("evaluation", question(subject, action, resource)).await;
        let decision = answer["decision"].as_bool().unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(answer, json!({ "decision": decision }));
        decision
    }

    /// Many decisions, without anything else in the answers.
    async fn decides_all(&self, questions: &[Value]) -> Vec<bool> {
        let mut decisions = Vec::new();
        for some in questions.chunks(1000) {
            let answer = self.ask("evaluations", json!({ "evaluations": some })).await;
            let answers = answer["evaluations"].as_array().unwrap();
            assert_eq!(answers.len(), some.len());
            decisions.extend(answers.iter().map(|one| one["decision"].as_bool().unwrap()));
            assert!(answers.iter().all(|one| one.as_object().unwrap().len() == 1), "{answer}");
        }
        decisions
    }

    /// The text of the refusal of a request.
    async fn refusal(&self, path: &str, body: Value, status: u16) -> String {
        let answer = self.post(path, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}: {}", answer.body);
        assert_eq!(answer.headers[CONTENT_TYPE], "text/plain; charset=utf-8");
        assert!(answer.body.ends_with('.'), "{}", answer.body);
        answer.body
    }
}

fn question(subject: &Value, action: &str, resource: &Value) -> Value {
    json!({ "subject": subject, "action": { "name": action }, "resource": resource })
}

/// A person or key as a subject.
fn subject(caller: Caller) -> Value {
    match caller {
        Caller::Person(person) => json!({ "type": "user", "id": Type::User.id(person.id).0 }),
        Caller::Key(key) => json!({ "type": "api_key", "id": Type::ApiKey.id(key.id).0 }),
        Caller::Nobody => json!({ "type": "user", "id": Type::User.id(key(NORDIC, 999_999)).0 }),
    }
}

/// A person as a subject, by the address.
fn by_address(caller: Caller) -> Value {
    json!({ "type": "user", "id": caller.person().email })
}

/// A tenant as a resource.
fn at(tenant: Tenant) -> Value {
    json!({ "type": "organisation", "id": id_of(tenant) })
}

/// An object as a resource, by its public id.
fn object(id: &str) -> Value {
    let (kind, _) = id.rsplit_once('_').unwrap();
    json!({ "type": kind, "id": id })
}
