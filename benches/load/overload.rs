//! Ten times more than the server can answer: what those get who are served, and how soon it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use super::bench::Bench;
use super::client::{Client, Load, drive};
use super::process::Server;
use super::queries::{DASHBOARD, PARTNER_TREE};

/// Clients that measure what the server can do.
const AT_ONCE: usize = 4;
/// Connections of the sender who sends too much.
const CONNECTIONS: usize = 1_000;
/// How much more than the server can answer.
const TIMES: f64 = 10.0;
/// Requests a second of somebody else.
const MODEST: f64 = 10.0;

/// The answers to one sender.
#[derive(Default)]
struct Seen {
    /// Latencies of those that were served, in milliseconds.
    served: Vec<f64>,
    refused: usize,
    /// Requests that were due while their connection still waited for an answer.
    late: usize,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.served.extend(other.served);
        self.refused += other.refused;
        self.late += other.late;
    }

    fn percentile(&mut self, share: f64) -> f64 {
        self.served.sort_by(f64::total_cmp);
        let last = self.served.len().saturating_sub(1);
        self.served.get((last as f64 * share) as usize).copied().unwrap_or(f64::NAN)
    }

    fn print(&mut self, who: &str, seconds: u64) {
        let (median, slow) = (self.percentile(0.5), self.percentile(0.99));
        println!(
            "{who:<28} {:>8.0} {:>8.0} {median:>8.1} {slow:>8.1} {:>8}",
            self.served.len() as f64 / seconds as f64,
            self.refused as f64 / seconds as f64,
            self.late
        );
    }
}

/// Prints what happens before, during and after. True if everybody was answered somehow and the other sender was served.
pub async fn measure(bench: &Bench<'_>) -> bool {
    let server = bench.serve().await;
    let (much, little) = (PARTNER_TREE.load(&server).await, DASHBOARD.load(&server).await);
    let seconds = bench.seconds;
    drive(server.port, &much, AT_ONCE, Duration::from_secs(2)).await;
    let before = drive(server.port, &much, AT_ONCE, Duration::from_secs(5)).await;
    let capacity = before.reads.len() as f64 / 5.0;
    let own = drive(server.port, &little, 1, Duration::from_secs(1)).await;
    println!(
        "\n{AT_ONCE} clients: {capacity:.0} requests/s, p50 {:.1} ms, p99 {:.1} ms",
        before.percentile(0.5),
        before.percentile(0.99)
    );
    println!(
        "{:<28} {:>8} {:>8} {:>8} {:>8} {:>8}",
        format!("{TIMES} times as many, {seconds} s"),
        "served/s",
        "503/s",
        "p50 ms",
        "p99 ms",
        "late"
    );
    let end = Instant::now() + Duration::from_secs(seconds);
    let greedy = tokio::spawn(send(server.port, much.clone(), capacity * TIMES, CONNECTIONS, end));
    let modest = tokio::spawn(send(server.port, little.clone(), MODEST, 2, end));
    let (mut greedy, mut modest) = (greedy.await.expect("a sender"), modest.await.expect("a sender"));
    let over = Instant::now();
    greedy.print("the partner tree", seconds);
    modest.print("somebody else's dashboard", seconds);
    println!("(the dashboard without load: p99 {:.1} ms)", own.percentile(0.99));
    let recovered = recovery(&server, &much, before.percentile(0.99), over).await;
    println!("as fast as before again after {recovered:.2} s");
    let share = modest.served.len() as f64 / (MODEST * seconds as f64);
    println!("somebody else was served {:.1} % of the time", share * 100.0);
    share > 0.9 && recovered < 1.0
}

/// Seconds until ten answers in a row are as fast as they were.
async fn recovery(server: &Server, load: &Load, slow: f64, over: Instant) -> f64 {
    let mut client = Client::connect(server.port).await;
    let mut fast = 0;
    let mut since = over;
    while fast < 10 && over.elapsed() < Duration::from_secs(30) {
        let begun = Instant::now();
        let (status, _) = client.send(&load.path, load.token.as_deref(), &load.body).await;
        if status == 200 && begun.elapsed().as_secs_f64() * 1000.0 <= slow {
            fast += 1;
        } else {
            fast = 0;
            since = Instant::now();
        }
    }
    (since - over).as_secs_f64()
}

/// Sends at a rate, whether or not answers come. A connection that still waits leaves its turn out.
async fn send(port: u16, load: Load, rate: f64, connections: usize, end: Instant) -> Seen {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let workers = (0..connections).map(|_| {
        let (load, next) = (load.clone(), Arc::clone(&next));
        tokio::spawn(async move {
            let mut client = Client::connect(port).await;
            let mut seen = Seen::default();
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let due = began + Duration::from_secs_f64(turn as f64 / rate);
                if due >= end {
                    return seen;
                }
                if due + Duration::from_millis(100) < Instant::now() {
                    // Nobody was free to send it.
                    seen.late += 1;
                    continue;
                }
                sleep_until(due.into()).await;
                let start = Instant::now();
                match client.send(&load.path, load.token.as_deref(), &load.body).await {
                    (200, _) => seen.served.push(start.elapsed().as_secs_f64() * 1000.0),
                    (503, _) => seen.refused += 1,
                    (status, answer) => panic!("{status} {answer}"),
                }
            }
        })
    });
    let mut all = Seen::default();
    for worker in workers.collect::<Vec<_>>() {
        all.add(worker.await.expect("a worker"));
    }
    all
}
