//! Traces and metrics for a collector, by the OpenTelemetry protocol over HTTP. Nothing of this runs unless
//! `telemetry.endpoint` is set.
//!
//! A trace has a span for the request, with the name of its operation, and below it spans for decisions and statements.
//! Texts of statements have placeholders in place of values, and nothing else of a request is sent.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{HeaderMap, Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use metrics_opentelemetry::{OpenTelemetryMetrics, OpenTelemetryRecorder};
use opentelemetry::metrics::MeterProvider;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span as _, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{Bytes, HeaderExtractor, HeaderInjector, HttpClient, HttpError};
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use crate::base::clock::Clock;
use crate::base::config;

/// How long the collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most that is read of its answer, in bytes.
const READ: usize = 64 << 10;
/// How often metrics are sent.
const EVERY: Duration = Duration::from_secs(30);
/// What the spans name as their origin.
const SCOPE: &str = "tenantry";

/// Makes spans. Empty while nothing is sent.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Sends what happens until it is ended.
pub struct Telemetry {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

impl Telemetry {
    /// Begins to send, if the settings say where to. Works once in a process, inside the async runtime.
    pub fn start(settings: &config::Telemetry) -> Result<Option<Self>, String> {
        if settings.endpoint.is_empty() {
            return Ok(None);
        }
        let failed = |error: &dyn std::fmt::Display| format!("telemetry.endpoint cannot be used: {error}.");
        let endpoint = Url::parse(&settings.endpoint).map_err(|error| failed(&error))?;
        let address = |path| format!("{}/{path}", endpoint.as_str().trim_end_matches('/'));
        let client = Collector::new();
        let resource = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
        let resource = if named { resource } else { resource.with_service_name(SCOPE) }.build();
        let spans = SpanExporter::builder().with_http().with_http_client(client.clone());
        let spans =
            spans.with_protocol(Protocol::HttpBinary).with_endpoint(address("v1/traces")).with_timeout(PATIENCE);
        let spans = spans.build().map_err(|error| failed(&error))?;
        let figures = MetricExporter::builder().with_http().with_http_client(client);
        let figures = figures.with_protocol(Protocol::HttpBinary).with_endpoint(address("v1/metrics"));
        let figures = figures.with_timeout(PATIENCE).build().map_err(|error| failed(&error))?;
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.sample)));
        let traces = SdkTracerProvider::builder()
            .with_batch_exporter(spans)
            .with_sampler(sampler)
            .with_resource(resource.clone())
            .build();
        let reader = PeriodicReader::builder(figures).with_interval(EVERY).build();
        let metrics = SdkMeterProvider::builder().with_reader(reader).with_resource(resource).build();
        if TRACER.set(traces.tracer(SCOPE)).is_err() {
            return Err("Telemetry was started twice.".to_owned());
        }
        Ok(Some(Self { traces, metrics }))
    }

    /// Turns the spans of the log into spans of traces.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> OpenTelemetryLayer<S, SdkTracer> {
        tracing_opentelemetry::layer().with_tracer(self.traces.tracer(SCOPE)).with_location(false).with_threads(false)
    }

    /// Takes the metrics of the process. The named histograms have these bounds, in seconds.
    pub fn recorder(&self, histograms: &[&'static str], bounds: &[f64]) -> OpenTelemetryRecorder {
        let mut recorder = OpenTelemetryRecorder::new(OpenTelemetryMetrics::new(self.metrics.meter(SCOPE)));
        recorder.set_histogram_bounds_mut(histograms.iter().copied(), bounds);
        recorder
    }

    /// Sends what is left.
    pub async fn end(self) {
        // It waits on threads of its own.
        let ended = tokio::task::spawn_blocking(move || (self.traces.shutdown(), self.metrics.shutdown())).await;
        if let Ok((Err(error), _) | (_, Err(error))) = ended {
            tracing::warn!(%error, "the last traces or metrics were not sent");
        }
    }
}

/// Whether traces are sent.
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// The span belongs to the trace that the headers name, if they do (W3C Trace Context). Returns the id of its trace.
pub fn adopt(span: &Span, headers: &HeaderMap) -> Option<String> {
    if !is_on() {
        return None;
    }
    let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers));
    // A disabled span has no parent.
    let _ = span.set_parent(parent);
    let context = span.context();
    let trace = context.span().span_context().trace_id();
    Some(trace.to_string())
}

/// Names the trace of this moment to whoever is asked.
pub fn pass_on(headers: &mut HeaderMap) {
    if is_on() {
        TraceContextPropagator::new().inject_context(&Span::current().context(), &mut HeaderInjector(headers));
    }
}

/// Adds a statement that has ended to the trace of this moment. The text has placeholders for values.
pub fn add_statement(system: &'static str, text: &str, took: Duration, failed: bool) {
    let Some(tracer) = TRACER.get() else { return };
    let context = Span::current().context();
    if !context.span().span_context().is_sampled() {
        return;
    }
    let end: SystemTime = Clock::System.now().into();
    let operation = text.split_whitespace().next().unwrap_or_default().to_owned();
    let span = tracer
        .span_builder(operation.clone())
        .with_kind(SpanKind::Client)
        .with_start_time(end.checked_sub(took).unwrap_or(end))
        .with_attributes([
            KeyValue::new("db.system.name", system),
            KeyValue::new("db.operation.name", operation),
            KeyValue::new("db.query.text", text.to_owned()),
        ]);
    let mut span = span.start_with_context(tracer, &context);
    if failed {
        span.set_status(Status::error("the statement failed"));
    }
    span.end_with_timestamp(end);
}

/// Sends to the collector, from threads that have no runtime.
#[derive(Clone, Debug)]
struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
}

impl Collector {
    fn new() -> Self {
        let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        Self { client: Client::builder(TokioExecutor::new()).build(connector), runtime: Handle::current() }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let asked = async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, READ).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        // The thread that asks has no timer.
        self.runtime.spawn(async move { tokio::time::timeout(PATIENCE, asked).await }).await??
    }
}
