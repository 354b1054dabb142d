//! Clients cost nothing in a query that does not ask for them: the same query of owners with many and with no clients.

use std::path::Path;

use super::client::Client;
use super::process::{Server, ServerKind};

const QUERY: &str = "{ viewer {
  name email
  memberships(first: 20) { edges { node { organisation { id name kind viewerPermissions } roles { name } } } }
  activeOrganisation { id name }
} }";

/// Measures the query for the owner of a reseller with many clients, and for a person with one organisation.
pub async fn measure(url: &str, directory: &Path, seconds: u64) {
    super::heading();
    let server = Server::start(ServerKind::Tenantry, url, directory).await;
    let body = serde_json::json!({ "query": QUERY }).to_string();
    let input = serde_json::json!({ "query": "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { message } } }",
        "variables": { "input": { "email": "one@scale.example", "password": "tenantry-scale", "name": "One" } } });
    Client::connect(server.port).await.post("/graphql", None, &input.to_string()).await;
    for (title, email) in [
        ("viewer, one organisation", "one@scale.example"),
        ("viewer, owner of the giant reseller", "giant-reseller@scale.example"),
    ] {
        let token = super::log_in(&server, email).await;
        super::row(title, &server, "/graphql", Some(&token), &body, seconds).await;
    }
    server.stop();
}
