//! Several servers of one installation, each a process that listens on an address of its own.

use serde_json::json;

use crate::base::killed::mutate;
use crate::base::killed::server::Server;
use crate::world::{Program, with_empty_database};

#[test]
fn nodes_on_different_addresses_accept_each_others_tokens() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        assert!(program.run(&["migrate", "up"]).0);
        let (succeeded, said) = program.run(&["operator", "create", "--email", "ada@example.com"]);
        assert!(succeeded, "{said}");
        let password = said.lines().find_map(|line| line.strip_prefix("  ")).unwrap().trim().to_owned();
        let nodes = [Server::start(&program), Server::start(&program)];
        assert_ne!(nodes[0].port, nodes[1].port);
        for (signs, accepts) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])] {
            let input = json!({ "email": "ada@example.com", "password": password });
            let tokens = mutate(signs.port, None, "logIn", "tokens { accessToken }", &input).await.unwrap();
            let token = tokens["tokens"]["accessToken"].as_str().unwrap();
            let input = json!({ "name": "Fjord", "kind": "COMPANY" });
            let made = mutate(accepts.port, Some(token), "createOrganisation", "organisation { name }", &input).await;
            assert_eq!(made.unwrap()["organisation"]["name"], "Fjord");
        }
    });
}
