//! The four queries that are measured. Each stands in a file of its own, and two of them are also examples in the
//! playground.

use serde_json::{Value as Json, json};

use super::client::{Client, Load};
use super::process::Server;
use super::{find_own, log_in};

/// A query.
pub struct Query {
    /// The title in the tables.
    pub title: &'static str,
    /// The name of its file, and its path at the floors.
    pub name: &'static str,
    text: &'static str,
    /// The person who asks.
    email: &'static str,
    /// What its variable `$id` names.
    about: About,
}

#[derive(Clone, Copy)]
enum About {
    Viewer,
    Reseller,
    Organisation,
}

/// Own organisations with members, newest invoices and services.
pub const DASHBOARD: Query = Query {
    title: "Q1 dashboard",
    name: "dashboard",
    text: include_str!("dashboard.graphql"),
    email: "dashboard@scale.example",
    about: About::Viewer,
};
/// 100 clients with members, services and payer.
pub const PARTNER_TREE: Query = Query {
    title: "Q2 partner tree",
    name: "partner_tree",
    text: include_str!("partner_tree.graphql"),
    email: "bench-reseller@scale.example",
    about: About::Reseller,
};
/// 20 resellers with 20 clients each, and their newest invoices.
pub const DEEP_TREE: Query = Query {
    title: "Q3 deep tree",
    name: "deep_tree",
    text: include_str!("deep_tree.graphql"),
    email: "deep-reseller@scale.example",
    about: About::Reseller,
};
/// The name of one organisation.
pub const ORGANISATION_NAME: Query = Query {
    title: "Q4 one name",
    name: "organisation_name",
    text: include_str!("organisation_name.graphql"),
    email: "bench-reseller@scale.example",
    about: About::Organisation,
};
/// All of them.
pub const ALL: [Query; 4] = [DASHBOARD, PARTNER_TREE, DEEP_TREE, ORGANISATION_NAME];

impl Query {
    /// The query as a load, sent by its person.
    pub async fn load(&self, server: &Server) -> Load {
        let token = log_in(server, self.email).await;
        let variables = match self.about {
            About::Viewer => json!({}),
            About::Reseller => json!({ "id": find_own(server, &token).await.reseller }),
            About::Organisation => json!({ "id": find_own(server, &token).await.organisation }),
        };
        Load::graphql(&token, &json!({ "query": self.text, "variables": variables }))
    }

    /// The partner tree with this many clients, of the reseller that the person owns.
    pub async fn partner_tree(server: &Server, email: &str, first: u64) -> Load {
        let token = log_in(server, email).await;
        let variables = json!({ "id": find_own(server, &token).await.reseller, "first": first });
        Load::graphql(&token, &json!({ "query": PARTNER_TREE.text, "variables": variables }))
    }

    /// Checks that the server and a floor give the same data. The answer of the server has no errors.
    pub async fn compare(&self, server: &Server, load: &Load, floor: &Server, at_floor: &Load) {
        let query: Json = serde_json::from_str(&load.body).expect("JSON");
        let ours = server.ask(load.token.as_deref(), &query).await;
        let answer = Client::connect(floor.port).await.post(&at_floor.path, None, "").await;
        let theirs: Json = serde_json::from_str(&answer).expect("JSON");
        let root = ours["data"].as_object().and_then(|data| data.values().next()).expect("data");
        let is_same = ours["errors"].is_null() && plain(root) == plain(&theirs);
        assert!(is_same, "{} differs from {}\n{ours}\n{theirs}", self.name, at_floor.path);
    }
}

/// An answer in the form of the floors: lists without edges, and no ids.
fn plain(value: &Json) -> Json {
    match value {
        Json::Object(fields) => {
            if let Some(edges) = fields.get("edges").and_then(Json::as_array) {
                return edges.iter().map(|edge| plain(&edge["node"])).collect();
            }
            let others = fields.iter().filter(|(name, _)| *name != "id");
            Json::Object(others.map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        Json::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}
