//! The program as a process of its own.

use std::path::PathBuf;
use std::process::{Command, Output};

/// How the program is started: with this database and this data folder.
pub struct Program {
    /// The database; empty for the embedded one.
    pub url: String,
    pub folder: PathBuf,
}

impl Program {
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
        command.env("DATABASE_URL", &self.url).env("TENANTRY_DATA_DIR", &self.folder).args(arguments);
        command.env("TENANTRY_PASSWORDS__MEMORY_KIB", "8").env("TENANTRY_PASSWORDS__ITERATIONS", "1");
        command.env("TENANTRY_ACCOUNTS__REQUESTS_PER_CLIENT", "1000000");
        command.env("TENANTRY_LIVE__WEBHOOK_NETWORKS", "127.0.0.0/8");
        command.env("TENANTRY_DATABASE__MAX_CONNECTIONS", "4").env("TENANTRY_LOG__FILTER", "info");
        command
    }

    /// Runs the program to its end: whether it succeeded, and both of its outputs.
    pub fn run(&self, arguments: &[&str]) -> (bool, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
    }
}
