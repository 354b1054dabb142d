//! Takes rights away on one server, and asks another server of the same database at once. No answer may be old.

use std::ops::AddAssign;

use serde_json::{Value as Json, json};

use super::bench::Bench;
use super::client::Client;
use super::log_in;
use super::process::Server;
use super::renaming::ACCEPTED;

/// Clients of the bench reseller at which rights are taken away at the same time.
const WORKERS: usize = 4;
/// A long run outlasts the usual tokens and confirmations.
const SETTINGS: [(&str, &str); 2] =
    [("TENANTRY_TOKENS__ACCESS_MINUTES", "600"), ("TENANTRY_ACCOUNTS__CONFIRMATION_MINUTES", "600")];

/// How often something was changed, and how often the answer after it was old.
#[derive(Default)]
struct Outcome {
    taken: usize,
    still_granted: usize,
    given: usize,
    still_refused: usize,
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.taken += other.taken;
        self.still_granted += other.still_granted;
        self.given += other.given;
        self.still_refused += other.still_refused;
    }
}

/// Takes rights away this many times. True if no answer was old.
pub async fn measure(bench: &Bench<'_>, times: usize) -> bool {
    let start = async || Server::tenantry(bench.url, bench.directory, &SETTINGS).await.expect("a server");
    let (here, there) = (start().await, start().await);
    let reseller = log_in(&here, "bench-reseller@scale.example").await;
    let places = find_places(&here, &reseller).await;
    let mut workers = Vec::new();
    for (number, place) in places.into_iter().enumerate() {
        let worker = Worker {
            owner: log_in(&here, &place.owner).await,
            member: log_in(&here, &place.members[0].1).await,
            reseller: reseller.clone(),
            here: Client::connect(here.port).await,
            there: Client::connect(there.port).await,
            place,
            outcome: Outcome::default(),
        };
        let turns = (times + WORKERS - 1 - number) / WORKERS;
        workers.push(tokio::spawn(worker.run(turns)));
    }
    let mut all = Outcome::default();
    for worker in workers {
        let (outcome, place) = worker.await.expect("a worker");
        all += outcome;
        all += remove_members(&here, &there, &place).await;
    }
    let Outcome { taken, still_granted, given, still_refused } = all;
    println!("\nchanged on one server, asked at another at once");
    println!("rights taken away: {taken}; still granted: {still_granted}");
    println!("rights given back: {given}; still refused: {still_refused}");
    still_granted + still_refused == 0
}

/// A client of the reseller.
struct Place {
    client: String,
    partnership: String,
    /// The address of its owner.
    owner: String,
    /// The memberships of the others, with their addresses.
    members: Vec<(String, String)>,
}

async fn find_places(server: &Server, reseller: &str) -> Vec<Place> {
    let query = "query($first: Int!) { viewer { memberships(first: 1) { edges { node { organisation { reseller {
          clients(first: $first) { edges { partnership { id }
            node { id members(first: 10) { edges { node { id email roles { name } } } } } } } } } } } } } }";
    let answer = server.ask(Some(reseller), &json!({ "query": query, "variables": { "first": WORKERS } })).await;
    let reseller = &answer["data"]["viewer"]["memberships"]["edges"][0]["node"]["organisation"]["reseller"];
    let text = |value: &Json| value.as_str().expect("text").to_owned();
    let edges = |list: &Json| list["edges"].as_array().expect("a list").clone();
    let place = |edge: &Json| {
        let members = edges(&edge["node"]["members"]);
        let (owners, others): (Vec<_>, Vec<_>) =
            members.iter().map(|edge| &edge["node"]).partition(|member| member["roles"][0]["name"] == "OWNER");
        Place {
            client: text(&edge["node"]["id"]),
            partnership: text(&edge["partnership"]["id"]),
            owner: text(&owners[0]["email"]),
            members: others.iter().map(|member| (text(&member["id"]), text(&member["email"]))).collect(),
        }
    };
    edges(&reseller["clients"]).iter().map(place).collect()
}

/// Changes one client again and again.
struct Worker {
    place: Place,
    /// Tokens of the owner and a member of the client, and of the reseller's owner.
    owner: String,
    member: String,
    reseller: String,
    /// Where rights are changed.
    here: Client,
    /// Where they are asked for.
    there: Client,
    outcome: Outcome,
}

impl Worker {
    async fn run(mut self, turns: usize) -> (Outcome, Place) {
        for turn in 0..turns {
            if turn % 2 == 0 {
                self.change_delegation().await;
            } else {
                self.change_roles().await;
            }
        }
        (self.outcome, self.place)
    }

    /// What the client delegates to the reseller.
    async fn change_delegation(&mut self) {
        let input = |delegation: Json| json!({ "partnershipId": self.place.partnership, "delegation": delegation });
        let all = input(json!({ "preset": "FULL" }));
        let little = input(json!({ "permissions": ["ORGANISATION_READ"] }));
        let asking = self.reseller.clone();
        self.give_and_take("updatePartnership", "UpdatePartnershipInput", [all, little], &asking).await;
    }

    /// The roles of a member.
    async fn change_roles(&mut self) {
        let input = |role: &str| json!({ "membershipId": self.place.members[0].0, "roles": [{ "builtIn": role }] });
        let inputs = [input("BILLING"), input("MEMBER")];
        let asking = self.member.clone();
        self.give_and_take("updateMember", "UpdateMemberInput", inputs, &asking).await;
    }

    async fn give_and_take(&mut self, mutation: &str, of: &str, [give, take]: [Json; 2], asking: &str) {
        let client = self.place.client.clone();
        change(&mut self.here, &self.owner, (mutation, of), &give).await;
        self.outcome.given += 1;
        self.outcome.still_refused += usize::from(!may_read(&mut self.there, asking, &client).await);
        change(&mut self.here, &self.owner, (mutation, of), &take).await;
        self.outcome.taken += 1;
        self.outcome.still_granted += usize::from(may_read(&mut self.there, asking, &client).await);
    }
}

/// Removes all members of a client but its owner, each for good.
async fn remove_members(here: &Server, there: &Server, place: &Place) -> Outcome {
    let owner = log_in(here, &place.owner).await;
    let (mut at, mut outcome) = (Client::connect(here.port).await, Outcome::default());
    let mut asked = Client::connect(there.port).await;
    for (membership, email) in &place.members {
        let member = log_in(there, email).await;
        let roles = json!({ "membershipId": membership, "roles": [{ "builtIn": "BILLING" }] });
        change(&mut at, &owner, ("updateMember", "UpdateMemberInput"), &roles).await;
        outcome.given += 1;
        outcome.still_refused += usize::from(!may_read(&mut asked, &member, &place.client).await);
        change(&mut at, &owner, ("removeMember", "RemoveMemberInput"), &json!({ "membershipId": membership })).await;
        outcome.taken += 1;
        outcome.still_granted += usize::from(may_read(&mut asked, &member, &place.client).await);
    }
    outcome
}

async fn change(at: &mut Client, token: &str, (mutation, of): (&str, &str), input: &Json) {
    let query = format!("mutation($input: {of}!) {{ {mutation}(input: $input) {{ userErrors {{ message }} }} }}");
    let body = json!({ "query": query, "variables": { "input": input } });
    let answer = at.post("/graphql", Some(token), &body.to_string()).await;
    assert!(answer.contains(ACCEPTED), "{mutation}: {answer}");
}

/// Whether the person may read the invoices of the client.
async fn may_read(at: &mut Client, token: &str, client: &str) -> bool {
    let query = "query($id: ID!) { organisation(id: $id) { viewerCan(permission: INVOICE_READ) } }";
    let body = json!({ "query": query, "variables": { "id": client } });
    let answer = at.post("/graphql", Some(token), &body.to_string()).await;
    answer.contains("\"viewerCan\":true")
}
