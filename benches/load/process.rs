//! The servers to measure, each as its own process.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::client::Client;

/// A running server.
pub struct Server {
    child: Child,
    /// The port that it listens on.
    pub port: u16,
}

/// Runs a command of the real program to its end.
pub fn run(url: &str, directory: &Path, arguments: &[&str]) {
    let status = command(url, directory).args(arguments).status().expect("the program");
    assert!(status.success(), "{arguments:?}");
}

fn command(url: &str, directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.env("DATABASE_URL", url).env("TENANTRY_DATA_DIR", directory).env("TENANTRY_LOG__FILTER", "warn");
    // The servers of one database accept each other's tokens only if they have the same address.
    command.env("TENANTRY_PUBLIC_URL", "http://bench.localhost");
    command.stdout(Stdio::null());
    command
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

impl Server {
    /// Starts the real server with these variables in its environment. None if it refuses them.
    pub async fn tenantry(url: &str, directory: &Path, settings: &[(&str, &str)]) -> Option<Self> {
        let port = free_port();
        let mut command = command(url, directory);
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).envs(settings.iter().copied());
        if !settings.is_empty() {
            // A refusal is expected and explained by the caller.
            command.stderr(Stdio::null());
        }
        Self::wait_for(command, port).await
    }

    /// Starts this program as the server of the floors.
    pub async fn floor(url: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.args(["floor", url, &port.to_string()]);
        Self::wait_for(command, port).await.expect("the floor")
    }

    /// Starts the process and waits until it answers. None if it ends before that.
    async fn wait_for(mut command: Command, port: u16) -> Option<Self> {
        let mut child = command.spawn().expect("a process");
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Some(Self { child, port });
            }
            if child.try_wait().expect("its state").is_some() {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not answer");
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The number of statements that it has sent.
    pub async fn statements(&self) -> f64 {
        let text = Client::connect(self.port).await.post("/metrics", None, "").await;
        let line = text.lines().find(|line| line.starts_with("tenantry_statements_total")).expect("the metric");
        line.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a number")
    }

    /// Sends a GraphQL request.
    pub async fn ask(&self, token: Option<&str>, body: &serde_json::Value) -> serde_json::Value {
        let answer = Client::connect(self.port).await.post("/graphql", token, &body.to_string()).await;
        serde_json::from_str(&answer).expect("JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
