//! The log: lines on the standard error output, as text or JSON.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

use crate::base::config::{Log, LogFormat};

/// Libraries that tell more than one wants to know. What stands later in a filter wins, so one can ask for it by name.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Begins to write the log. A panic is a line of it as well.
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
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let cause = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, cause, "panic");
    }));
    Ok(())
}
