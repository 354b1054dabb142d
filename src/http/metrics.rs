//! The metrics of the process, for Prometheus.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use metrics_util::layers::FanoutBuilder;

use crate::base::db::Db;
use crate::base::telemetry::Telemetry;

/// Bounds of the histograms, in seconds.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// How often measurements are aggregated, so that they do not pile up when nobody reads them.
const UPKEEP: Duration = Duration::from_secs(5);

/// The recorder of the process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    began: Instant,
}

impl Metrics {
    /// Starts recording, for whoever reads `/metrics` and for a collector. Returns what `/metrics` shows, if it is there.
    /// Works once in a process, inside the async runtime.
    pub fn start(is_shown: bool, telemetry: Option<&Telemetry>) -> Result<Option<Self>, String> {
        if !is_shown && telemetry.is_none() {
            return Ok(None);
        }
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).map_err(|error| error.to_string())?;
        let shown = builder.build_recorder();
        let handle = shown.handle();
        let mut recorders = FanoutBuilder::default().add_recorder(shown);
        if let Some(telemetry) = telemetry {
            let histograms = ["tenantry_request_seconds", "tenantry_statement_seconds"];
            recorders = recorders.add_recorder(telemetry.recorder(&histograms, &BUCKETS));
        }
        metrics::set_global_recorder(recorders.build()).map_err(|error| error.to_string())?;
        metrics::describe_counter!("tenantry_requests_total", "Requests, by kind of operation and status.");
        metrics::describe_histogram!("tenantry_request_seconds", "How long requests took, by kind of operation.");
        metrics::describe_counter!("tenantry_requests_shed_total", "Requests refused because of overload.");
        metrics::describe_gauge!("tenantry_admission_limit", "Requests that may be in work at the same time.");
        metrics::describe_gauge!("tenantry_admission_in_work", "Requests in work, the large ones counted as several.");
        metrics::describe_gauge!("tenantry_admission_waiting", "Requests that wait for their turn.");
        metrics::describe_gauge!("tenantry_runtime_delay_seconds", "By how much the process is late.");
        metrics::describe_histogram!("tenantry_statement_seconds", "How long statements took.");
        metrics::describe_counter!("tenantry_statements_total", "Statements sent to the database.");
        metrics::describe_gauge!("tenantry_mail_waiting", "Mails waiting to be sent, counted once a minute.");
        metrics::describe_counter!("tenantry_mail_sent_total", "Mails that were sent.");
        metrics::describe_counter!("tenantry_mail_delayed_total", "Failed attempts that will be repeated.");
        metrics::describe_counter!("tenantry_mail_failed_total", "Mails that were given up.");
        metrics::describe_counter!("tenantry_cache_hits_total", "What was answered from memory.");
        metrics::describe_counter!("tenantry_cache_misses_total", "What had to be read from the database.");
        metrics::describe_counter!("tenantry_cache_evictions_total", "Entries that made room for others.");
        metrics::describe_counter!("tenantry_cache_invalidations_total", "Keys that the log of changes has named.");
        metrics::describe_counter!("tenantry_cache_resets_total", "How often everything was forgotten.");
        metrics::describe_gauge!("tenantry_cache_bytes", "Bytes that entries take, in steps of a kibibyte.");
        metrics::describe_gauge!("tenantry_cache_look_age_seconds", "Time since the log of changes was read.");
        metrics::describe_gauge!("tenantry_uptime_seconds", "How long the process has been running.");
        let upkeep = handle.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                upkeep.run_upkeep();
            }
        });
        Ok(is_shown.then(|| Self { handle, began: Instant::now() }))
    }

    /// Keeps up to date what is not counted where it happens, for a collector.
    pub async fn publish_now_and_then(db: &Db) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            publish(db);
        }
    }

    /// The metrics in Prometheus's text format.
    pub fn render(&self, db: &Db) -> String {
        publish(db);
        metrics::gauge!("tenantry_uptime_seconds").set(self.began.elapsed().as_secs_f64());
        self.handle.render()
    }
}

/// Sets the figures that the database and the memory count themselves.
fn publish(db: &Db) {
    metrics::counter!("tenantry_statements_total").absolute(db.statements());
    let memory = db.memory();
    let counters = memory.counters();
    for (name, count) in [
        ("tenantry_cache_hits_total", &counters.hits),
        ("tenantry_cache_misses_total", &counters.misses),
        ("tenantry_cache_evictions_total", &counters.evictions),
        ("tenantry_cache_invalidations_total", &counters.invalidations),
        ("tenantry_cache_resets_total", &counters.resets),
    ] {
        metrics::counter!(name).absolute(count.load(Ordering::Relaxed));
    }
    let as_number = |count: u64| f64::from(u32::try_from(count / 1024).unwrap_or(u32::MAX)) * 1024.0;
    metrics::gauge!("tenantry_cache_bytes").set(as_number(memory.bytes()));
    if let Some(age) = memory.age() {
        metrics::gauge!("tenantry_cache_look_age_seconds").set(age.as_secs_f64());
    }
}
