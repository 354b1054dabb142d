//! The log: lines on standard error, as text or JSON.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::base::config::{Log, LogFormat};
use crate::base::telemetry::Telemetry;

/// Libraries that log more than is useful. Later directives override earlier ones, so `log.filter` can enable them
/// again.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Starts the log, and traces if they are sent. Panics are logged too.
pub fn start(log: &Log, telemetry: Option<&Telemetry>) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", log.filter)).map_err(|error| {
        let filter = &log.filter;
        format!("log.filter {filter:?} is not a filter: {error}. Examples: info, tenantry=debug,info")
    })?;
    let lines = fmt::layer().with_writer(stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let started = match telemetry {
        // A filter for everything costs the least.
        None => Registry::default().with(lines).with(filter).try_init(),
        Some(telemetry) => {
            let is_ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("tenantry"));
            let spans = telemetry.layer().with_filter(is_ours);
            Registry::default().with(lines.with_filter(filter)).with(spans).try_init()
        }
    };
    started.map_err(|error| format!("The log cannot be started: {error}."))?;
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        let cause = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(location, cause, "panic");
    }));
    Ok(())
}
