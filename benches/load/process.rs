//! The server as its own process, with the figures that the operating system has about it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The server to measure.
pub enum ServerKind {
    /// The real server.
    Tenantry,
    /// One handwritten statement per request.
    Floor,
}

/// A running server.
pub struct Server {
    child: Child,
    /// The port that it listens on.
    pub port: u16,
    measures: bool,
}

/// Runs the program to its end.
pub fn run(url: &str, directory: &Path, arguments: &[&str]) {
    let status = command(url, directory).args(arguments).status().expect("the program");
    assert!(status.success(), "{arguments:?}");
}

fn command(url: &str, directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.env("DATABASE_URL", url).env("TENANTRY_DATA_DIR", directory).env("TENANTRY_LOG__FILTER", "warn");
    command.stdout(Stdio::null());
    command
}

impl Server {
    /// Starts it and waits until it answers.
    pub async fn start(kind: ServerKind, url: &str, directory: &Path) -> Self {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let measures = matches!(kind, ServerKind::Tenantry);
        let child = if measures {
            command(url, directory).args(["serve", "--listen", &format!("127.0.0.1:{port}")]).spawn()
        } else {
            let itself = std::env::current_exe().expect("a path");
            Command::new(itself).args(["floor", url, &port.to_string()]).spawn()
        };
        let server = Self { child: child.expect("a process"), port, measures };
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not answer");
    }

    /// Ends the process.
    pub fn stop(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The processor time that it used, in milliseconds.
    pub fn cpu_millis(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        // Fields 14 and 15 of proc(5), in ticks of a hundredth of a second.
        (ticks(11) + ticks(12)) * 10.0
    }

    /// Its peak memory, in MiB.
    pub fn peak_mebibytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
    }

    /// The number of statements that it sent; unknown for the floor.
    pub async fn statements(&self) -> Option<f64> {
        if !self.measures {
            return None;
        }
        let text = super::client::Client::connect(self.port).await.post("/metrics", None, "").await;
        let line = text.lines().find(|line| line.starts_with("tenantry_statement_seconds_count"))?;
        line.rsplit(' ').next()?.parse().ok()
    }
}
