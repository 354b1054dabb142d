//! `health` asks a running server.

use crate::base::killed::server::Server;

use super::embedded;

#[test]
fn health_asks_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(folder.path());
    let server = Server::start(&program);
    for path in ["ready", "live"] {
        let url = format!("http://127.0.0.1:{}/health/{path}", server.port);
        let (succeeded, said) = program.run(&["health", "--url", &url]);
        assert!(succeeded && said.contains("is healthy."), "{said}");
    }
    let address = format!("127.0.0.1:{}", server.port);
    let output = program.command(&["health"]).env("TENANTRY_LISTEN", &address).output().unwrap();
    assert!(output.status.success());
    let (succeeded, said) = program.run(&["health", "--url", &format!("http://{address}/nothing")]);
    assert!(!succeeded && said.contains("answers 404"), "{said}");
    server.kill();
    let (succeeded, said) = program.run(&["health", "--url", &format!("http://{address}/health/ready")]);
    assert!(!succeeded && said.contains("cannot be asked"), "{said}");
}
