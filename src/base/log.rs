//! The log: lines on standard error, as text or JSON.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

use crate::base::config::{Log, LogFormat};

/// Libraries that log more than is useful. Later directives override earlier ones, so `log.filter` can enable them
/// again.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Starts the log. Panics are logged too.
pub fn start(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", log.filter)).map_err(|error| {
        let filter = &log.filter;
        format!("log.filter {filter:?} is not a filter: {error}. Examples: info, tenantry=debug,info")
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let started = match log.format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
    };
    started.map_err(|error| format!("The log cannot be started: {error}."))?;
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        let cause = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(location, cause, "panic");
    }));
    Ok(())
}
