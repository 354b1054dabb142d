//! Wraps every request: its id, its log line, its metrics, and an error answer after a panic.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use async_graphql::Name;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tracing::{Instrument, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::{HEADER, RequestId};
use crate::base::error::Error;
use crate::base::random::Random;
use crate::base::telemetry;

/// Characters of a path that are written to the log.
const PATH_LENGTH: usize = 200;

/// What a request did, for the log and the metrics. Handlers leave it in the response.
#[derive(Clone)]
pub struct Work {
    /// `query`, `mutation`, `batch`, `access` or `other`.
    pub kind: &'static str,
    /// The name of the operation in the client's document.
    pub operation: Option<Name>,
    /// Number of statements sent to the database.
    pub statements: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self { kind: "other", operation: None, statements: 0 }
    }
}

/// Runs a request. Query texts, variables and tokens are never logged.
pub async fn trace(State(random): State<Random>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId::of(request.headers(), &random);
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let path: String = request.uri().path().chars().take(PATH_LENGTH).collect();
    let span = tracing::info_span!(
        "request",
        id = id.as_str(),
        trace = field::Empty,
        operation = field::Empty,
        document = field::Empty,
        otel.kind = field::Empty
    );
    if telemetry::is_on() {
        // Before the span begins.
        span.record("otel.kind", "server");
    }
    if let Some(trace) = telemetry::adopt(&span, request.headers()) {
        span.record("trace", trace);
        span.set_attribute("http.request.method", method.to_string());
        span.set_attribute("url.path", path.clone());
    }
    let its = span.clone();
    async move {
        // The panic hook has already logged the panic.
        let ran = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let mut response = ran.unwrap_or_else(|_| Refusal::from(Error::Internal).answer(Media::Json, &id));
        // A handler may have sent back the identifier that the client gave, however it looks.
        if let Some(value) = id.header() {
            response.headers_mut().entry(HEADER).or_insert(value);
        }
        let work = response.extensions_mut().remove::<Work>().unwrap_or_default();
        let status = response.status().as_u16();
        let seconds = began.elapsed().as_secs_f64();
        let (statements, ms) = (work.statements, (seconds * 1e6).round() / 1e3);
        if is_watched(&path) {
            tracing::debug!(%method, path, status, ms, "answered");
        } else {
            tracing::info!(%method, path, status, ms, statements, "answered");
        }
        let kind = work.kind;
        if telemetry::is_on() {
            its.set_attribute("http.response.status_code", i64::from(status));
            its.set_attribute("graphql.operation.type", kind);
            if let Some(name) = &work.operation {
                its.set_attribute("graphql.operation.name", name.to_string());
            }
            if status >= 500 {
                its.set_status(opentelemetry::trace::Status::error("the server failed"));
            }
        }
        metrics::counter!("tenantry_requests_total", "kind" => kind, "status" => status.to_string()).increment(1);
        metrics::histogram!("tenantry_request_seconds", "kind" => kind).record(seconds);
        response
    }
    .instrument(span)
    .await
}

/// Whether machines request the path every few seconds.
fn is_watched(path: &str) -> bool {
    path.starts_with("/health/") || path == "/metrics"
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_answer_with_an_id_and_no_internals() {
        let router: Router = Router::new()
            .route("/", get(async || assert!(String::new().len() > 1, "secret")))
            .layer(from_fn_with_state(Random::seeded(1), trace));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let id = response.headers().get(HEADER).unwrap().to_str().unwrap().to_owned();
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let extensions = serde_json::json!({"code": "INTERNAL", "requestId": id});
        assert_eq!(shown["errors"][0]["extensions"], extensions);
        assert!(!shown.to_string().contains("secret"));
    }
}
