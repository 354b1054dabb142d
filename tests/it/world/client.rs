//! Sending requests as a caller, through the whole router.

use std::sync::PoisonError;

use axum::body::Body;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tenantry::people::api_key::KEY_PREFIX;
use tower::ServiceExt;

use super::accounts::begin_session;
use super::people::Caller;
use super::{Answer, World};

/// An HTTP response.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl HttpAnswer {
    /// The lines of an export that is complete, without the line that says so.
    pub fn export_lines(&self) -> Vec<Value> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        assert_eq!(self.headers[CONTENT_TYPE], "application/x-ndjson");
        let mut lines: Vec<Value> = self.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let last = lines.pop().unwrap();
        assert_eq!(last, json!({ "complete": true, "lines": lines.len() }));
        lines
    }
}

impl World {
    /// Sends one HTTP request. Each runs in its own task, as in the server.
    pub async fn send(&self, request: Request<Body>) -> HttpAnswer {
        let router = self.router.clone();
        let sent = async move {
            let response = router.oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            (head, body.collect().await.unwrap().to_bytes())
        };
        let (head, body) = tokio::spawn(sent).await.unwrap();
        HttpAnswer { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Sends one HTTP request, and returns the response before its body has arrived.
    pub async fn begin(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends one GraphQL request with this credential.
    pub async fn send_as(&self, bearer: Option<&str>, query: &str, variables: Value) -> Answer {
        self.send_from(None, bearer, query, variables).await
    }

    /// The same from a network address.
    pub async fn send_from(
        &self,
        address: Option<&str>,
        bearer: Option<&str>,
        query: &str,
        variables: Value,
    ) -> Answer {
        let header = address.map(|address| (HeaderName::from_static("x-forwarded-for"), address));
        self.send_with(header, bearer, query, variables).await
    }

    async fn send_with(
        &self,
        header: Option<(HeaderName, &str)>,
        bearer: Option<&str>,
        query: &str,
        variables: Value,
    ) -> Answer {
        let before = self.db().statements();
        let mut request = Request::post("/graphql")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/graphql-response+json");
        if let Some(bearer) = bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
        }
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.send(request.body(Body::from(body)).unwrap()).await;
        assert!(!answer.status.is_server_error(), "{} for {query}\n{}", answer.status, answer.body);
        Answer::new(query, answer.body, self.db().statements() - before)
    }
}

/// Sends requests as a caller.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    world: &'a World,
    caller: Caller,
}

impl<'a> Client<'a> {
    pub const fn new(world: &'a World, caller: Caller) -> Self {
        Self { world, caller }
    }

    /// Sends one request.
    pub async fn run(&self, query: &str, variables: Value) -> Answer {
        let credential = self.credential().await;
        self.world.send_as(credential.as_deref(), query, variables).await
    }

    /// The same as a reader of this language.
    pub async fn run_in(&self, language: &str, query: &str, variables: Value) -> Answer {
        let credential = self.credential().await;
        self.world.send_with(Some((ACCEPT_LANGUAGE, language)), credential.as_deref(), query, variables).await
    }

    /// A GET of this path.
    pub async fn get(&self, path: &str) -> Request<Body> {
        let mut request = Request::get(path);
        if let Some(credential) = self.credential().await {
            request = request.header(AUTHORIZATION, format!("Bearer {credential}"));
        }
        request.body(Body::empty()).unwrap()
    }

    /// The key, or the access token of a session that is started on first use.
    pub async fn credential(&self) -> Option<String> {
        let person = match self.caller {
            Caller::Nobody => return None,
            Caller::Key(key) => return Some(format!("{KEY_PREFIX}{}", key.secret)),
            Caller::Person(person) => person,
        };
        let known = self.world.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&person.id).cloned();
        if known.is_some() {
            return known;
        }
        let (token, _) = begin_session(self.world, person.email).await;
        self.world.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(person.id, token.clone());
        Some(token)
    }
}
