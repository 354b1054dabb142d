//! The cost of exporting the whole tree of a reseller with many clients: rows per second, and the server's peak memory.
//! The client reads the answer as fast as it comes, and discards it.

use std::time::Instant;

use super::bench::Bench;
use super::client::Client;
use super::processor::{millis_of, peak_mebibytes};

/// Measures the trees below the two resellers with many clients, each on its own server.
pub async fn measure(bench: &Bench<'_>) {
    println!(
        "\n{:<38} {:>9} {:>11} {:>9} {:>11} {:>9}",
        "export", "rows", "rows/s", "MiB/s", "CPU ms/1000", "peak MiB"
    );
    for (title, email, part) in [
        ("a tenth of the clients, its owner", "tenth-reseller@scale.example", ""),
        ("all clients, its owner", "giant-reseller@scale.example", ""),
        ("all clients, its support agent", "giant-support@scale.example", ""),
        ("where its owner reads invoices", "giant-reseller@scale.example", "?permission=INVOICE_READ"),
    ] {
        let server = bench.serve().await;
        let token = super::log_in(&server, email).await;
        let reseller = super::find_own(&server, &token).await.reseller;
        let (start, before) = (Instant::now(), millis_of(server.id()));
        let path = format!("/resellers/{reseller}/tree.ndjson{part}");
        let (rows, bytes) = Client::connect(server.port).await.count_lines(&path, &token).await;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{title:<38} {rows:>9} {:>11.0} {:>9.1} {:>11.1} {:>9}",
            rows as f64 / seconds,
            bytes as f64 / seconds / 1_048_576.0,
            (millis_of(server.id()) - before) / rows as f64 * 1_000.0,
            peak_mebibytes(server.id()),
        );
    }
}
