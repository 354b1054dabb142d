//! The server as a process that can be killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::world::Program;

/// The server as a process of its own.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// On a free port, which its log says.
    pub fn start(program: &Program) -> Self {
        Self::start_with(program, &[])
    }

    /// The same with these variables of the environment.
    pub fn start_with(program: &Program, variables: &[(&str, &str)]) -> Self {
        let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child =
            command.envs(variables.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut server = Self { child, port: 0 };
        let mut log = BufReader::new(server.child.stderr.take().unwrap());
        let mut said = String::new();
        loop {
            let before = said.len();
            assert!(log.read_line(&mut said).unwrap() > 0, "the server ended: {said}");
            if let Some((_, address)) = said[before..].split_once("ready url=http://127.0.0.1:") {
                server.port = address.split_whitespace().next().unwrap().parse().unwrap();
                // Nobody reads the rest, but the server must be able to write it.
                std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
                return server;
            }
        }
    }

    /// As an operator ends it.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
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
