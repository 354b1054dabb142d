//! Events, the streams that send them, and webhooks.

mod changed;
mod events;
mod socket;
mod streams;
mod webhook;

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tenantry::access::Actor;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::world::*;

/// How long something may take that should come at once. The machine may be busy.
const SOON: Duration = Duration::from_secs(20);
/// How long to wait for what must not come.
const NEVER: Duration = Duration::from_millis(700);

/// What runs in the background while a server serves. It ends with the value.
pub struct Background(JoinHandle<()>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl World {
    /// Numbers events and tells them to streams, as the server does.
    pub fn live(&self) -> Background {
        let app = self.app.clone();
        Background(tokio::spawn(async move { Box::pin(app.hub.run(|| app.request(Actor::Anonymous))).await }))
    }
}

/// A stream of Server-Sent Events.
pub struct Stream {
    body: Body,
    read: String,
}

impl Stream {
    /// Subscribes, whatever the answer is.
    pub async fn open(world: &World, caller: Caller, query: &str, variables: Value) -> Self {
        let credential = world.as_(caller).credential().await;
        Self::open_by(world, credential.as_deref(), query, variables).await
    }

    /// The same with this credential.
    pub async fn open_by(world: &World, bearer: Option<&str>, query: &str, variables: Value) -> Self {
        let mut request =
            Request::post("/graphql").header(CONTENT_TYPE, "application/json").header(ACCEPT, "text/event-stream");
        if let Some(bearer) = bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response: Response = world.begin(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream; charset=utf-8");
        Self { body: response.into_body(), read: String::new() }
    }

    /// The next event: its name and its data. `None` at the end.
    async fn next_of_any(&mut self) -> Option<(String, String)> {
        loop {
            while let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                if let Some(name) = block.strip_prefix("event: ") {
                    let (name, data) = name.split_once("\ndata: ").unwrap();
                    return Some((name.to_owned(), data.to_owned()));
                }
                assert_eq!(block, ":");
            }
            let frame = self.body.frame().await?.unwrap().into_data().unwrap();
            self.read.push_str(std::str::from_utf8(&frame).unwrap());
        }
    }

    /// The next result, which must come soon.
    pub async fn next(&mut self) -> Value {
        let (name, data) = timeout(SOON, self.next_of_any()).await.unwrap().unwrap();
        assert_eq!(name, "next", "{data}");
        serde_json::from_str(&data).unwrap()
    }

    /// The only root field of the next result, which has no errors.
    pub async fn event(&mut self) -> Value {
        let result = self.next().await;
        assert_eq!(result.get("errors"), None, "{result}");
        result["data"].as_object().unwrap().values().next().unwrap().clone()
    }

    /// The code of the error with which the stream ends.
    pub async fn end(&mut self) -> String {
        let result = self.next().await;
        let (name, _) = timeout(SOON, self.next_of_any()).await.unwrap().unwrap();
        assert_eq!(name, "complete");
        assert_eq!(timeout(SOON, self.next_of_any()).await.unwrap(), None);
        result["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{result}")).to_owned()
    }

    /// Nothing comes.
    pub async fn silent(&mut self) {
        if let Ok(came) = timeout(NEVER, self.next_of_any()).await {
            panic!("{came:?}");
        }
    }
}

/// A subscription to the events of an organisation.
pub const EVENTS: &str = "subscription($id: ID!, $types: [EventType!], $after: ID) \
     { events(organisationId: $id, types: $types, after: $after) { id type organisation { name } object { __typename id } } }";
/// A subscription to the events of all clients.
pub const CLIENT_EVENTS: &str = "subscription($id: ID!, $types: [EventType!], $after: ID) \
     { clientEvents(resellerId: $id, types: $types, after: $after) { id type organisation { name } object { __typename id } } }";
/// A subscription to what concerns the viewer.
pub const VIEWER_EVENTS: &str = "subscription($types: [EventType!], $after: ID) \
     { viewerEvents(types: $types, after: $after) { id type organisation { name } object { __typename id } } }";

/// Renames a tenant.
pub async fn rename(world: &World, caller: Caller, tenant: Tenant, name: &str) {
    let input = json!({ "organisationId": id_of(tenant), "name": name });
    world.as_(caller).act("updateOrganisation", input, "organisation { id }").await;
}
