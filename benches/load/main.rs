//! A load test over HTTP, against the real server and against the floor. The floor is a bare handler that sends one
//! handwritten statement, which builds the JSON in the database.
//!
//! `cargo bench --bench load` measures on embedded SQLite. Options follow after `--`:
//! - `--postgres postgres://user@host/name` also measures on PostgreSQL, in this database, which must be empty;
//! - `--organisations N` sets the size (10,000), and `--seconds S` the time for each measurement (5);
//! - `--only queries`, `log-ins`, `table`, `export` or `viewer` runs only this part. `export` and `viewer` run only if
//!   they are named, with a reseller of `--clients N` clients (100,000).
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "the program prints its results, and may stop at any error"
)]

mod client;
mod export;
mod floor;
mod log_ins;
mod process;
mod queries;
mod table;
mod viewer;

use std::time::Duration;

use client::{Client, Figures, drive};
use process::{Server, ServerKind};

/// The options of the command line.
struct Options {
    organisations: u64,
    seconds: u64,
    postgres: Option<String>,
    only: Option<String>,
    clients: u64,
}

impl Options {
    /// Whether a part runs that needs the reseller with very many clients.
    fn is_giant(&self) -> bool {
        matches!(self.only.as_deref(), Some("export" | "viewer"))
    }

    fn has(&self, part: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == part)
    }
}

fn options() -> Options {
    let mut options = Options { organisations: 10_000, seconds: 5, postgres: None, only: None, clients: 100_000 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--organisations" => options.organisations = value().parse().expect("a number"),
            "--clients" => options.clients = value().parse().expect("a number"),
            "--seconds" => options.seconds = value().parse().expect("a number"),
            "--postgres" => options.postgres = Some(value()),
            "--only" => options.only = Some(value()),
            _ => {}
        }
    }
    options
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("floor") {
        let (url, port) = (arguments.next().expect("url"), arguments.next().expect("port"));
        runtime.block_on(floor::serve(&url, port.parse().expect("a port")));
        return;
    }
    let options = options();
    runtime.block_on(async {
        let directory = tempfile::tempdir().expect("a folder");
        let sqlite = format!("sqlite://{}", directory.path().join("bench.db").display());
        measure("SQLite", &sqlite, &options, directory.path()).await;
        if let Some(url) = &options.postgres {
            measure("PostgreSQL", url, &options, directory.path()).await;
        }
    });
}

async fn measure(name: &str, url: &str, options: &Options, directory: &std::path::Path) {
    println!("\n{name}, {} organisations", options.organisations);
    let started = std::time::Instant::now();
    process::run(url, directory, &["migrate", "up"]);
    let count = options.organisations.to_string();
    let mut seed = vec!["seed", "scale", "--organisations", &count, "--seed", "1"];
    let clients = options.clients.to_string();
    if options.is_giant() {
        println!("and {clients} clients of one reseller, with the trees below them");
        seed.extend(["--clients", &clients]);
    }
    process::run(url, directory, &seed);
    println!("seeded in {:.1} s", started.elapsed().as_secs_f64());
    if options.has("queries") {
        queries(url, options, directory).await;
    }
    if options.is_giant() && options.has("export") {
        export::measure(url, directory).await;
    }
    if options.is_giant() && options.has("viewer") {
        viewer::measure(url, directory, options.seconds).await;
    }
    if options.has("log-ins") {
        log_ins::measure(url, directory, options.seconds).await;
    }
    if options.has("table") {
        table::measure(url, directory, options.seconds).await;
    }
}

/// Prints the header of the table.
fn heading() {
    println!(
        "{:<38} {:>9} {:>11} {:>11} {:>11} {:>10} {:>9} {:>9}",
        "", "req/s", "median ms", "99th % ms", "alone ms", "statements", "CPU ms", "peak MiB"
    );
}

async fn queries(url: &str, options: &Options, directory: &std::path::Path) {
    heading();
    let server = Server::start(ServerKind::Tenantry, url, directory).await;
    let support = log_in(&server, "bench-support@scale.example").await;
    let dashboard = log_in(&server, "dashboard@scale.example").await;
    let reseller = find_reseller(&server, &support).await;
    let tree = queries::partner_tree(&reseller);
    let smallest = serde_json::json!({ "query": "{ viewer { name } }" }).to_string();
    for (title, token, body) in [
        ("viewer { name }", &support, &smallest),
        ("partner tree, 100 clients", &support, &tree),
        ("dashboard, 50 organisations", &dashboard, &queries::dashboard()),
    ] {
        row(title, &server, "/graphql", Some(token), body, options.seconds).await;
    }
    server.stop();
    let floor = Server::start(ServerKind::Floor, url, directory).await;
    for (title, path) in [("floor: partner tree", "/partner-tree"), ("floor: dashboard", "/dashboard")] {
        row(title, &floor, path, None, "", options.seconds).await;
    }
    floor.stop();
}

async fn row(title: &str, server: &Server, path: &str, token: Option<&str>, body: &str, seconds: u64) {
    let length = Duration::from_secs(seconds);
    drive(server.port, path, token, body, 2, Duration::from_secs(1)).await;
    let alone = drive(server.port, path, token, body, 1, length).await;
    let before = (server.cpu_millis(), server.statements().await);
    let many = drive(server.port, path, token, body, 8, length).await;
    let after = (server.cpu_millis(), server.statements().await);
    let requests = many.latencies.len() as f64;
    let statements = match (before.1, after.1) {
        (Some(start), Some(end)) => format!("{:.1}", (end - start) / requests),
        _ => "1".to_owned(),
    };
    println!(
        "{title:<38} {:>9.0} {:>11.2} {:>11.2} {:>11.2} {statements:>10} {:>9.2} {:>9}",
        requests / length.as_secs_f64(),
        Figures::percentile(&many, 0.5),
        Figures::percentile(&many, 0.99),
        Figures::percentile(&alone, 0.5),
        (after.0 - before.0) / requests,
        server.peak_mebibytes(),
    );
}

fn log_in_body(email: &str) -> String {
    let body = serde_json::json!({
        "query": "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } userErrors { message } } }",
        "variables": { "input": { "email": email, "password": "tenantry-scale" } },
    });
    body.to_string()
}

async fn log_in(server: &Server, email: &str) -> String {
    let answer = Client::connect(server.port).await.post("/graphql", None, &log_in_body(email)).await;
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    answer["data"]["logIn"]["tokens"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn find_reseller(server: &Server, token: &str) -> String {
    let body = serde_json::json!({
        "query": "{ viewer { memberships(first: 1) { edges { node { organisation { reseller { id } } } } } } }",
    });
    let answer = Client::connect(server.port).await.post("/graphql", Some(token), &body.to_string()).await;
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let id = &answer["data"]["viewer"]["memberships"]["edges"][0]["node"]["organisation"]["reseller"]["id"];
    id.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}
