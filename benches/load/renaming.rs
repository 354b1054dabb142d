//! The writes beside a query: they rename organisations that the query reads.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};

use super::client::Load;
use super::process::Server;

/// Part of the answer to a write that was accepted.
pub const ACCEPTED: &str = "\"userErrors\":[]";
/// At most this many organisations are renamed in turn.
const MOST: usize = 20;

/// Ids of organisations with their names.
type Organisations = Vec<(String, String)>;

/// The organisations in the answer to a query that the person who asks may rename.
pub async fn find_renamable(server: &Server, load: &Load) -> Organisations {
    let query: Json = serde_json::from_str(&load.body).expect("JSON");
    let (mut found, mut renamable) = (Vec::new(), Vec::new());
    collect(&server.ask(load.token.as_deref(), &query).await, &mut found);
    for (id, name) in found {
        if renamable.len() < MOST
            && server.ask(load.token.as_deref(), &rename(&id, &name)).await.to_string().contains(ACCEPTED)
        {
            renamable.push((id, name));
        }
    }
    assert!(!renamable.is_empty(), "the person may rename nothing");
    renamable
}

/// Renames organisations in turn.
pub struct Renaming {
    organisations: Organisations,
    /// One in this many requests is a write.
    every: usize,
    next: AtomicUsize,
}

impl Renaming {
    /// One in `every` requests renames one of the organisations.
    pub fn new(organisations: &Organisations, every: usize) -> Self {
        Self { organisations: organisations.clone(), every, next: AtomicUsize::new(1) }
    }

    /// The body of the write, if this turn is one. The new name begins with the old one, so that the order of a list
    /// stays.
    pub fn body(&self, turn: usize) -> Option<String> {
        if !turn.is_multiple_of(self.every) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (id, name) = &self.organisations[number % self.organisations.len()];
        Some(rename(id, &format!("{name} {number}")).to_string())
    }
}

fn rename(id: &str, name: &str) -> Json {
    json!({
        "query": "mutation($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) { userErrors { message } } }",
        "variables": { "input": { "organisationId": id, "name": name } },
    })
}

/// The ids and names of all organisations in an answer.
fn collect(answer: &Json, found: &mut Organisations) {
    if let (Some(id), Some(name)) = (answer["id"].as_str(), answer["name"].as_str()) {
        found.push((id.to_owned(), name.to_owned()));
    }
    match answer {
        Json::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
