//! The program as a process of its own, which can be killed.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// Where a server works.
pub struct Place {
    pub url: String,
    pub folder: PathBuf,
}

impl Place {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
        command.env("DATABASE_URL", &self.url).env("TENANTRY_DATA_DIR", &self.folder).args(arguments);
        command.env("TENANTRY_PASSWORDS__MEMORY_KIB", "8").env("TENANTRY_PASSWORDS__ITERATIONS", "1");
        command.env("TENANTRY_ACCOUNTS__REQUESTS_PER_CLIENT", "1000000");
        command.env("TENANTRY_DATABASE__MAX_CONNECTIONS", "4").env("TENANTRY_LOG__FILTER", "info");
        // A setting of the build, which the server would not know.
        command.env_remove("TENANTRY_PLAYGROUND");
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{arguments:?}: {said}");
        said
    }
}

/// The server as a process of its own.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// On a free port, which its log says.
    pub fn start(place: &Place) -> Self {
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut server = Self { child, port: 0 };
        let mut log = BufReader::new(server.child.stderr.take().unwrap());
        let mut said = String::new();
        loop {
            let before = said.len();
            assert!(log.read_line(&mut said).unwrap() > 0, "the server ended: {said}");
            if let Some((_, address)) = said[before..].split_once("ready url=http://127.0.0.1:") {
                server.port = address.trim().parse().unwrap();
                // Nobody reads the rest, but the server must be able to write it.
                std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
                return server;
            }
        }
    }

    /// At once, with nothing finished.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
