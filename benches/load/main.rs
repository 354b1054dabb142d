//! A load test over HTTP: the real server against two floors, on the four queries that matter most.
//!
//! The floors are bare handlers without log-in and permissions, which give the same data. One sends a single hand-written
//! statement, and the database builds the JSON. The other sends one statement for each list, and puts the JSON together
//! by hand.
//!
//! `cargo bench --bench load` measures on embedded SQLite. Options follow after `--`:
//! - `--postgres postgres://user@host/name` also measures on PostgreSQL, in this database, which must be empty;
//! - `--organisations N` sets the size (10,000), and `--seconds S` the time for each measurement (5);
//! - `--only PART` runs only this part. Without it, `queries`, `log-ins` and `table` run.
//!
//! The other parts run only if they are named:
//! - `growth` measures more clients in one answer, and ten times the organisations. On PostgreSQL this makes another
//!   database, and drops it at the end;
//! - `revoke` takes rights away on one server and asks another at once, `--times N` times (10,000). It fails if an answer
//!   is old;
//! - `renewals` renews `--subscriptions N` (100,000) that are due;
//! - `overload` sends ten times more than the server can answer, for the seconds of `--seconds`;
//! - `streams` keeps `--streams N` (10,000) streams of events open, and measures how soon an event reaches a thousand others;
//! - `billing` bills three subscriptions of each organisation, twice;
//! - `commission` closes a month over `--lines N` lines (100,000);
//! - `documents` lays out the documents of some hundred invoices;
//! - `export` and `viewer` measure a reseller with `--clients N` clients (100,000).
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "the program prints its results, and may stop at any error"
)]

mod bench;
mod billing;
mod client;
mod commission;
mod compare;
mod documents;
mod export;
mod floor;
mod growth;
mod log_ins;
mod overload;
mod process;
mod processor;
mod queries;
mod ratios;
mod renaming;
mod renewals;
mod revoke;
mod streams;
mod table;
mod viewer;

use std::path::Path;
use std::process::ExitCode;

use bench::Bench;
use process::Server;
use serde_json::{Value as Json, json};

/// The floors allocate like the real server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The options of the command line.
struct Options {
    organisations: u64,
    seconds: u64,
    postgres: Option<String>,
    only: Option<String>,
    clients: u64,
    times: usize,
    subscriptions: usize,
    streams: usize,
    lines: usize,
}

impl Options {
    fn read() -> Self {
        let mut options = Self {
            organisations: 10_000,
            seconds: 5,
            postgres: None,
            only: None,
            clients: 100_000,
            times: 10_000,
            subscriptions: 100_000,
            streams: 10_000,
            lines: 100_000,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
            match argument.as_str() {
                "--organisations" => options.organisations = value().parse().expect("a number"),
                "--clients" => options.clients = value().parse().expect("a number"),
                "--subscriptions" => options.subscriptions = value().parse().expect("a number"),
                "--streams" => options.streams = value().parse().expect("a number"),
                "--lines" => options.lines = value().parse().expect("a number"),
                "--seconds" => options.seconds = value().parse().expect("a number"),
                "--times" => options.times = value().parse().expect("a number"),
                "--postgres" => options.postgres = Some(value()),
                "--only" => options.only = Some(value()),
                _ => {}
            }
        }
        options
    }

    /// Whether a part was named.
    fn names(&self, part: &str) -> bool {
        self.only.as_deref() == Some(part)
    }

    /// Whether a part was named, or all usual parts run.
    fn has(&self, part: &str) -> bool {
        self.only.is_none() || self.names(part)
    }
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("floor") {
        let (url, port) = (arguments.next().expect("url"), arguments.next().expect("port"));
        runtime.block_on(floor::serve(&url, port.parse().expect("a port")));
        return ExitCode::SUCCESS;
    }
    let options = Options::read();
    let is_right = runtime.block_on(async {
        let directory = tempfile::tempdir().expect("a folder");
        let sqlite = format!("sqlite://{}", directory.path().join("bench.db").display());
        let mut is_right = Box::pin(measure("SQLite", &sqlite, &options, directory.path())).await;
        if let Some(url) = &options.postgres {
            is_right &= Box::pin(measure("PostgreSQL", url, &options, directory.path())).await;
        }
        is_right
    });
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the parts on one database. False if the server gave a wrong answer.
async fn measure(name: &str, url: &str, options: &Options, directory: &Path) -> bool {
    println!("\n{name}, {} organisations", options.organisations);
    let (count, clients) = (options.organisations.to_string(), options.clients.to_string());
    let mut seed = vec!["--organisations", &count];
    if options.names("export") || options.names("viewer") {
        println!("and {clients} clients of one reseller, with the trees below them");
        seed.extend(["--clients", &clients]);
    }
    let bench = Bench::fill(url, directory, options.seconds, &seed).await;
    if options.has("queries") {
        compare::measure(&bench).await;
    }
    if options.names("growth") {
        growth::measure(&bench, options.organisations).await;
    }
    if options.names("export") {
        export::measure(&bench).await;
    }
    if options.names("viewer") {
        viewer::measure(&bench).await;
    }
    if options.has("log-ins") {
        log_ins::measure(&bench).await;
    }
    if options.has("table") {
        table::measure(&bench).await;
    }
    if options.names("renewals") {
        Box::pin(renewals::measure(&bench, options.subscriptions)).await;
    }
    if options.names("overload") {
        return overload::measure(&bench).await;
    }
    if options.names("streams") {
        return streams::measure(&bench, options.streams).await;
    }
    if options.names("billing") {
        Box::pin(billing::measure(&bench)).await;
    }
    if options.names("commission") {
        commission::measure(&bench, options.lines).await;
    }
    if options.names("documents") {
        Box::pin(documents::measure(&bench)).await;
    }
    !options.names("revoke") || revoke::measure(&bench, options.times).await
}

fn log_in_body(email: &str) -> Json {
    json!({
        "query": "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } userErrors { message } } }",
        "variables": { "input": { "email": email, "password": "tenantry-scale" } },
    })
}

/// Logs in and returns the access token.
async fn log_in(server: &Server, email: &str) -> String {
    let answer = server.ask(None, &log_in_body(email)).await;
    answer["data"]["logIn"]["tokens"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// The ids of an organisation.
struct Own {
    organisation: String,
    /// Empty if it is no reseller.
    reseller: String,
}

/// The first organisation of which the person is a member.
async fn find_own(server: &Server, token: &str) -> Own {
    let query = "{ viewer { memberships(first: 1) { edges { node { organisation { id reseller { id } } } } } } }";
    let answer = server.ask(Some(token), &json!({ "query": query })).await;
    let organisation = &answer["data"]["viewer"]["memberships"]["edges"][0]["node"]["organisation"];
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    Own { organisation: text(&organisation["id"]), reseller: text(&organisation["reseller"]["id"]) }
}
