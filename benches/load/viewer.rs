//! Clients cost nothing in a query that does not ask for them: the same query of owners with many and with no clients.

use serde_json::json;

use super::bench::{Bench, Row};
use super::client::Load;

const QUERY: &str = "{ viewer {
  name email
  memberships(first: 20) { edges { node { organisation { id name kind viewerPermissions } roles { name } } } }
  activeOrganisation { id name }
} }";

/// Measures the query for the owner of a reseller with many clients, and for a person with one organisation.
pub async fn measure(bench: &Bench<'_>) {
    Row::heading("a person and the organisations of their own");
    let server = bench.serve().await;
    let sign_up = "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { message } } }";
    let input = json!({ "email": "one@scale.example", "password": "tenantry-scale", "name": "One" });
    server.ask(None, &json!({ "query": sign_up, "variables": { "input": input } })).await;
    for (title, email) in [
        ("viewer, one organisation", "one@scale.example"),
        ("viewer, owner of the giant reseller", "giant-reseller@scale.example"),
    ] {
        let token = super::log_in(&server, email).await;
        bench.row(title, &server, &Load::graphql(&token, &json!({ "query": QUERY }))).await;
    }
}
