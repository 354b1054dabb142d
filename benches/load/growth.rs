//! What more clients in one answer cost, and what a larger database costs.

use sea_orm::ConnectionTrait;

use super::bench::{Bench, Row, connect};
use super::queries::{self, Query};

/// How many clients of the bench reseller are asked for. 100 is the largest page.
const PAGES: [u64; 3] = [10, 50, 100];
/// The larger database has this many times the organisations.
const TIMES: u64 = 10;
/// One more client in the partner tree may take this many microseconds of processor time.
const TARGET: f64 = 22.0;

/// Measures at the size of the database, and at a larger one.
pub async fn measure(bench: &Bench<'_>, organisations: u64) {
    let small = rows(bench, organisations).await;
    let large = organisations * TIMES;
    println!("\n{large} organisations");
    let url = beside(bench.url).await;
    let count = large.to_string();
    let larger = Bench::fill(&url, bench.directory, bench.seconds, &["--organisations", &count]).await;
    let large = rows(&larger, large).await;
    println!("\n{TIMES} times the organisations, server + database");
    for (query, (small, large)) in queries::ALL.iter().zip(small.iter().zip(&large)) {
        println!("{:<40} {:>8.2} times the processor time", query.title, large / small);
    }
    drop_beside(bench.url).await;
}

/// The processor time of each query. Also prints the partner tree with few and with many clients.
async fn rows(bench: &Bench<'_>, organisations: u64) -> Vec<f64> {
    let server = bench.serve().await;
    Row::heading("warm");
    let mut all = Vec::new();
    for query in queries::ALL {
        all.push(bench.row(query.title, &server, &query.load(&server).await).await.processor());
    }
    Row::heading("partner tree, warm");
    let mut of_pages = Vec::new();
    for first in PAGES {
        let load = Query::partner_tree(&server, "bench-reseller@scale.example", first).await;
        of_pages.push(bench.row(&format!("{first} of 100 clients"), &server, &load).await.processor());
    }
    // These clients have fewer members and services, and not all delegate everything.
    let load = Query::partner_tree(&server, "giant-reseller@scale.example", 100).await;
    bench.row(&format!("100 of {} clients, the largest page", organisations / 10), &server, &load).await;
    let more = (of_pages[2] - of_pages[0]) / (PAGES[2] - PAGES[0]) as f64;
    println!("one more client: {more:.1} µs of server and database, target {TARGET} µs");
    all
}

/// The address and the name of the larger database.
fn larger(url: &str) -> (String, String) {
    if url.starts_with("sqlite:") {
        return (format!("{url}_large"), String::new());
    }
    let mut address = url::Url::parse(url).expect("a url");
    let name = format!("{}_large", address.path().trim_start_matches('/'));
    address.set_path(&name);
    (address.to_string(), name)
}

/// Makes the larger database, and returns its address.
async fn beside(url: &str) -> String {
    let (address, name) = larger(url);
    drop_beside(url).await;
    if !name.is_empty() {
        execute(url, &format!("CREATE DATABASE \"{name}\"")).await;
    }
    address
}

/// Drops the larger database. The file of SQLite goes with its folder.
async fn drop_beside(url: &str) {
    let (_, name) = larger(url);
    if !name.is_empty() {
        execute(url, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await;
    }
}

async fn execute(url: &str, sql: &str) {
    let db = connect(url).await;
    db.writer().execute_unprepared(sql).await.expect("executed");
    db.close().await;
}
