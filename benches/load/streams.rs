//! Many streams of events on one server: what they cost while nothing happens, and how soon an event has reached them.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::bench::Bench;
use super::process::Server;
use super::renaming::ACCEPTED;
use super::{find_own, log_in, processor};

/// How many streams wait for the event that is measured.
const READERS: usize = 1_000;
/// How often an event is measured.
const ROUNDS: usize = 10;
/// More streams than the usual limits allow.
const SETTINGS: [(&str, &str); 2] =
    [("TENANTRY_LIVE__STREAMS", "100000"), ("TENANTRY_LIVE__STREAMS_PER_ACTOR", "100000")];

/// Opens this many streams, and prints what they cost. True if every reader got every event.
pub async fn measure(bench: &Bench<'_>, idle: usize) -> bool {
    let server = Server::tenantry(bench.url, bench.directory, &SETTINGS).await.expect("a server");
    let token = log_in(&server, "bench-reseller@scale.example").await;
    let own = find_own(&server, &token).await.organisation;
    let before = processor::resident_mebibytes(server.id());
    let mut streams = Vec::with_capacity(idle);
    let quiet = json!({ "query": "subscription { viewerEvents(types: [ACCESS_DECLINED]) { id } }" }).to_string();
    for _ in 0..idle {
        streams.push(open(server.port, &token, &quiet).await);
    }
    let after = processor::resident_mebibytes(server.id());
    let busy = processor::millis_of(server.id());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let busy = (processor::millis_of(server.id()) - busy) / 5_000.0 * 100.0;
    println!("\n{idle} streams without events: memory from {before} to {after} MiB, {busy:.1} % of a processor");

    let query = "subscription($id: ID!) { events(organisationId: $id, types: [ORGANISATION_CHANGED]) { id type } }";
    let body = json!({ "query": query, "variables": { "id": own } }).to_string();
    let (sender, mut received) = mpsc::unbounded_channel();
    for _ in 0..READERS {
        let (mut stream, sender) = (open(server.port, &token, &body).await, sender.clone());
        tokio::spawn(async move {
            let mut line = String::new();
            while stream.read_line(&mut line).await.is_ok_and(|bytes| bytes > 0) {
                if line.contains("ORGANISATION_CHANGED") {
                    let _ = sender.send(Instant::now());
                }
                line.clear();
            }
        });
    }
    let mut latencies = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let mutation = "mutation($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) \
                        { organisation { id } userErrors { message } } }";
        let input = json!({ "input": { "organisationId": own, "name": format!("Round {round}") } });
        let answer = server.ask(Some(&token), &json!({ "query": mutation, "variables": input })).await;
        assert!(answer.to_string().contains(ACCEPTED), "{answer}");
        let committed = Instant::now();
        let mut last = committed;
        for reader in 0..READERS {
            let Ok(Some(at)) = timeout(Duration::from_secs(10), received.recv()).await else {
                println!("round {round}: only {reader} of {READERS} readers got the event");
                return false;
            };
            last = last.max(at);
        }
        latencies.push((last - committed).as_secs_f64() * 1e3);
    }
    latencies.sort_by(f64::total_cmp);
    let (median, worst) = (latencies[ROUNDS / 2], latencies[ROUNDS - 1]);
    println!("an event reached {READERS} readers {median:.0} ms after its commit, {worst:.0} ms at worst");
    true
}

/// A stream that has begun.
async fn open(port: u16, token: &str, body: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut stream = BufReader::with_capacity(512, stream);
    let mut line = String::new();
    // The first event of a stream is a comment.
    while line.trim_end() != ":" {
        line.clear();
        let bytes = stream.read_line(&mut line).await.expect("an answer");
        assert!(bytes > 0, "the stream was refused");
    }
    stream
}
