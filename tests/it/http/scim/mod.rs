//! SCIM: conversations as identity providers have them.

mod access;
mod entra;
mod groups;
mod lists;
mod okta;
mod protocol;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::world::*;

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DIRECTORY: &str = "urn:tenantry:params:scim:schemas:extension:directory:2.0:User";

/// An identity provider with a key.
struct Provider<'a> {
    world: &'a World,
    bearer: Option<String>,
    path: String,
}

/// A key that the caller makes at a tenant.
async fn key_at(world: &World, caller: Caller, tenant: Tenant, own: &[&str], clients: &[&str]) -> String {
    world.db_verify(caller).await;
    let input = json!({
        "organisationId": id_of(tenant), "name": "Directory", "permissions": own, "clientPermissions": clients
    });
    let made = world.as_(caller).act("createApiKey", input, "secret").await;
    made["secret"].as_str().unwrap().to_owned()
}

impl<'a> Provider<'a> {
    /// A provider that synchronises the directory of Acme.
    async fn of_acme(world: &'a World) -> Self {
        let key = key_at(world, OWNER_OF_ACME, ACME, &["DIRECTORY_SYNC"], &[]).await;
        Self::new(world, Some(key), &id_of(ACME))
    }

    fn new(world: &'a World, bearer: Option<String>, organisation: &str) -> Self {
        Self { world, bearer, path: format!("/scim/v2/{organisation}") }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> HttpAnswer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.path));
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.world.send(request.body(body.into()).unwrap()).await;
        assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.body);
        if !answer.body.is_empty() {
            assert_eq!(answer.headers[CONTENT_TYPE], "application/scim+json", "{method} {path}");
        }
        answer
    }

    /// Sends a request with this status, and returns the body.
    async fn ask(&self, method: &str, path: &str, body: Option<Value>, status: u16) -> Value {
        let headers = [(CONTENT_TYPE.as_str(), "application/scim+json; charset=utf-8")];
        let text = body.as_ref().map(Value::to_string).unwrap_or_default();
        let answer = self.send(method, path, if body.is_some() { &headers } else { &[] }, text).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path} {body:?}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None, 200).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask("POST", path, Some(body), 201).await
    }

    /// A PATCH with these operations.
    async fn patch(&self, path: &str, operations: Value) -> Value {
        self.ask("PATCH", path, Some(json!({ "schemas": [PATCH], "Operations": operations })), 200).await
    }

    /// A PATCH that is refused with this status and kind.
    async fn refuse(&self, path: &str, operations: Value, status: u16, kind: &str) {
        let body = json!({ "schemas": [PATCH], "Operations": operations });
        is_error(&self.ask("PATCH", path, Some(body), status).await, status, Some(kind));
    }

    /// What a filter finds, by id.
    async fn found(&self, path: &str, filter: &str) -> Vec<String> {
        let page = self.get(&format!("{path}?filter={}", encoded(filter))).await;
        let ids: Vec<String> = page["Resources"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(page["totalResults"], ids.len(), "{page}");
        ids
    }

    async fn person(&self, user_name: &str) -> String {
        id(&self.post("/Users", json!({ "schemas": [USER], "userName": user_name })).await)
    }
}

fn id(resource: &Value) -> String {
    resource["id"].as_str().unwrap_or_else(|| panic!("{resource}")).to_owned()
}

fn is_error(body: &Value, status: u16, kind: Option<&str>) {
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{body}");
    assert_eq!(body["status"], status.to_string(), "{body}");
    assert_eq!(body.get("scimType").and_then(Value::as_str), kind, "{body}");
    assert!(body["detail"].is_string(), "{body}");
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The ids of the members of a group.
fn members(group: &Value) -> BTreeSet<String> {
    let members = group["members"].as_array().into_iter().flatten();
    members.map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

fn ids<const N: usize>(ids: [&String; N]) -> BTreeSet<String> {
    ids.into_iter().cloned().collect()
}
