//! Traces and metrics, as a collector gets them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::base::killed::mutate;
use crate::base::killed::server::Server;
use crate::world::{Program, with_empty_database};

/// What came, by path.
type Came = Arc<Mutex<Vec<(String, Bytes)>>>;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "a0f067aa0ba902b7";

/// A collector, and what it gets.
async fn collector() -> (String, Came) {
    let came = Came::default();
    let take = async |State(came): State<Came>, uri: Uri, body: Bytes| {
        came.lock().unwrap().push((uri.path().to_owned(), body));
    };
    let router = Router::new().route("/v1/traces", post(take)).route("/v1/metrics", post(take));
    let router = router.with_state(Arc::clone(&came));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, came)
}

fn text(span: &Span, name: &str) -> String {
    let found = span.attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_collector_gets_what_a_request_did_and_nothing_that_was_in_it() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        assert!(program.run(&["migrate", "up"]).0);
        let (succeeded, said) = program.run(&["operator", "create", "--email", "ada@example.com"]);
        assert!(succeeded, "{said}");
        let password = said.lines().find_map(|line| line.strip_prefix("  ")).unwrap().trim().to_owned();
        let (endpoint, came) = collector().await;
        let server = Server::start_with(&program, &[("TENANTRY_TELEMETRY__ENDPOINT", &endpoint)]);
        let input = json!({ "email": "ada@example.com", "password": password });
        let tokens = mutate(server.port, None, "logIn", "tokens { accessToken }", &input).await.unwrap();
        let token = tokens["tokens"]["accessToken"].as_str().unwrap().to_owned();
        let query = "query Mine($first: Int!) { viewer { memberships(first: $first) { edges { node { organisation { name } } } } } }";
        let body = json!({ "query": query, "variables": { "first": 7654 % 100 } }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {token}\r\nTraceparent: 00-{TRACE}-{PARENT}-01\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("\"memberships\""), "{answer}");
        tokio::task::spawn_blocking(move || server.stop()).await.unwrap();

        let came = came.lock().unwrap().clone();
        let mut spans: Vec<Span> = Vec::new();
        let mut metrics = Vec::new();
        for (path, body) in &came {
            for secret in [token.as_str(), password.as_str(), "ada@example.com"] {
                assert!(!body.windows(secret.len()).any(|part| part == secret.as_bytes()), "{path} has {secret}");
            }
            if path == "/v1/traces" {
                let sent = ExportTraceServiceRequest::decode(body.clone()).unwrap();
                let scopes = sent.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
                spans.extend(scopes.flat_map(|scope| scope.spans));
            } else {
                let sent = ExportMetricsServiceRequest::decode(body.clone()).unwrap();
                let scopes = sent.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
                metrics.extend(scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name));
            }
        }
        let hex = |bytes: &[u8]| {
            let bytes = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
            format!("{bytes:x}")
        };
        let ours: Vec<&Span> = spans.iter().filter(|span| hex(&span.trace_id) == TRACE).collect();
        let of_request: Vec<&&Span> = ours.iter().filter(|span| hex(&span.parent_span_id) == PARENT).collect();
        assert_eq!(of_request.len(), 1, "{spans:?}");
        let root = of_request[0];
        assert_eq!((root.name.as_str(), root.kind), ("request", SpanKind::Server as i32));
        for (name, value) in [
            ("graphql.operation.name", "Mine"),
            ("graphql.operation.type", "query"),
            ("http.request.method", "POST"),
            ("url.path", "/graphql"),
            ("http.response.status_code", "200"),
        ] {
            assert_eq!(text(root, name), value, "{name}");
        }
        let is_below = |span: &&&Span| span.parent_span_id == root.span_id;
        let below: Vec<&&Span> = ours.iter().filter(is_below).collect();
        let statements: Vec<&&&Span> = below.iter().filter(|span| span.name == "SELECT").collect();
        assert!(!statements.is_empty(), "{ours:?}");
        for statement in statements {
            assert!(["sqlite", "postgresql"].contains(&text(statement, "db.system.name").as_str()));
            assert!(text(statement, "db.query.text").contains('$') || text(statement, "db.query.text").contains('?'));
        }
        assert!(ours.iter().any(|span| span.name == "decide"), "{ours:?}");
        // Somebody else's trace is another one.
        assert!(
            spans.iter().any(|span| text(span, "graphql.operation.type") == "mutation" && hex(&span.trace_id) != TRACE)
        );
        for name in ["tenantry_requests_total", "tenantry_statement_seconds"] {
            assert!(metrics.iter().any(|metric| metric == name), "{name} is missing in {metrics:?}");
        }
    });
}

#[test]
fn a_server_whose_collector_is_gone_answers_as_ever() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        assert!(program.run(&["migrate", "up"]).0);
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let server = Server::start_with(&program, &[("TENANTRY_TELEMETRY__ENDPOINT", &format!("http://{closed}"))]);
        let input = json!({ "email": "bo@example.com", "password": "correct horse battery", "name": "Bo" });
        assert!(mutate(server.port, None, "signUp", "__typename", &input).await.is_some());
        tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    });
}
