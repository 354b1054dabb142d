//! The effect of many simultaneous log-ins on other requests: a small query alone, and beside the log-ins.

use std::time::{Duration, Instant};

use tenantry::base::config::Config;
use tenantry::people::user::Passwords;

use super::bench::Bench;
use super::client::{Client, Load, drive};
use super::processor::peak_mebibytes;

/// Number of clients that log in without a pause.
const CLIENTS: usize = 32;

/// Measures on a separate server, so that its memory is that of the log-ins.
pub async fn measure(bench: &Bench<'_>) {
    let length = Duration::from_secs(bench.seconds);
    let (bound, at_once) = bound(length).await;
    let server = bench.serve().await;
    let token = super::log_in(&server, "bench-support@scale.example").await;
    let small = Load::graphql(&token, &serde_json::json!({ "query": "{ viewer { name } }" }));
    let small = async |length| drive(server.port, &small, 1, length).await;
    small(Duration::from_secs(1)).await;
    let alone = small(length).await;
    let before = peak_mebibytes(server.id());
    let end = Instant::now() + length + Duration::from_secs(1);
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(log_in_until(server.port, end))).collect();
    // After this time, all of them wait for their turn.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let beside = small(length).await;
    let mut log_ins = 0;
    for client in clients {
        log_ins += client.await.expect("a client");
    }
    let growth = |share| (beside.percentile(share) / alone.percentile(share) - 1.0) * 100.0;
    println!("\n{CLIENTS} clients that log in, beside one that queries viewer {{ name }}");
    println!("{:<38} {:>11} {:>11}", "", "median ms", "99th % ms");
    for (title, figures) in [("viewer { name } alone", &alone), ("viewer { name } beside the log-ins", &beside)] {
        println!("{title:<38} {:>11.2} {:>11.2}", figures.percentile(0.5), figures.percentile(0.99));
    }
    println!("{:<38} {:>10.0}% {:>10.0}%", "grows by", growth(0.5), growth(0.99));
    let rate = f64::from(log_ins) / (length + Duration::from_secs(1)).as_secs_f64();
    println!("log-ins per second: {rate:.1}; {at_once} at once, Argon2 alone allows {bound:.1}");
    println!("peak memory: {} MiB; before the log-ins {before} MiB", peak_mebibytes(server.id()));
}

async fn log_in_until(port: u16, end: Instant) -> u32 {
    let body = super::log_in_body("dashboard@scale.example").to_string();
    let mut client = Client::connect(port).await;
    let mut log_ins = 0;
    while Instant::now() < end {
        let answer = client.post("/graphql", None, &body).await;
        assert!(answer.contains("\"accessToken\":\""), "{answer}");
        log_ins += 1;
    }
    log_ins
}

/// Hashes per second without a server, and how many are computed at the same time.
async fn bound(length: Duration) -> (f64, usize) {
    let config = Config::defaults().expect("the defaults");
    let passwords = Passwords::new(&config);
    let at_once = passwords.concurrent();
    let end = Instant::now() + length;
    let workers: Vec<_> = (0..at_once)
        .map(|_| {
            let passwords = passwords.clone();
            tokio::spawn(async move {
                let mut hashes = 0;
                while Instant::now() < end {
                    passwords.hash("tenantry-scale".to_owned()).await.expect("a hash");
                    hashes += 1;
                }
                hashes
            })
        })
        .collect();
    let mut hashes = 0;
    for worker in workers {
        hashes += worker.await.expect("a worker");
    }
    (f64::from(hashes) / length.as_secs_f64(), at_once)
}
