//! Runs npm.

use std::path::Path;
use std::process::{Command, Stdio};

/// How packages are installed: exactly those of the lock file, without running any of their scripts.
pub const INSTALL: [&str; 6] =
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=60000"];

/// Runs npm in a folder. An error says in one line why it failed.
pub fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &Path)]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut npm = Command::new(program);
    npm.args(arguments).current_dir(folder).stdin(Stdio::null()).envs(environment.iter().copied());
    let ran = npm.output().map_err(|error| format!("npm does not run: {error}"))?;
    if ran.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    let reason = said.lines().find(|line| line.to_lowercase().contains("error")).unwrap_or("it gives no reason");
    Err(format!("npm {}: {}", arguments.first().unwrap_or(&""), reason.trim()))
}
