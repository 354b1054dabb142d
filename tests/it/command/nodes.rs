//! Several servers of one installation, each a process that listens on an address of its own.

use super::{organise, token, with_operator};
use crate::base::killed::server::Server;
use crate::world::{Program, with_empty_database};

#[test]
fn nodes_on_different_addresses_accept_each_others_tokens() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let password = with_operator(&program);
        let nodes = [Server::start(&program), Server::start(&program)];
        assert_ne!(nodes[0].port, nodes[1].port);
        for (signs, accepts) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])] {
            let token = token(signs.port, &password).await;
            assert!(organise(accepts.port, &token, "Fjord").await);
        }
    });
}
