//! A database with seeded data, and one row of figures about a server that uses it.

use std::path::Path;
use std::time::{Duration, Instant};

use tenantry::base::config::Config;
use tenantry::base::db::Db;

use super::client::{Load, drive};
use super::process::{self, Server};
use super::processor::{self, Postgres};

/// Clients that send requests at the same time.
const CONNECTIONS: usize = 16;
/// How long the load runs before it is measured.
const WARM_UP: Duration = Duration::from_secs(1);

/// A database with seeded data.
pub struct Bench<'a> {
    /// Its address.
    pub url: &'a str,
    /// The folder for keys and mail.
    pub directory: &'a Path,
    /// How long each row is measured, in seconds.
    pub seconds: u64,
    postgres: Option<Postgres>,
}

/// Connects to the database with the settings that the server has by default.
pub async fn connect(url: &str) -> Db {
    let mut config = Config::defaults().expect("the defaults");
    config.database.url = url.to_owned();
    Db::connect(&config).await.expect("the database")
}

impl<'a> Bench<'a> {
    /// Fills the database, which must be empty. `seed` are options of `tenantry seed scale`.
    pub async fn fill(url: &'a str, directory: &'a Path, seconds: u64, seed: &[&str]) -> Self {
        let started = Instant::now();
        process::run(url, directory, &["migrate", "up"]);
        process::run(url, directory, &[&["seed", "scale"], seed].concat());
        println!("seeded in {:.1} s", started.elapsed().as_secs_f64());
        let db = connect(url).await;
        let postgres = Postgres::find(&db).await;
        db.close().await;
        Self { url, directory, seconds, postgres }
    }

    /// Starts the real server.
    pub async fn serve(&self) -> Server {
        Server::tenantry(self.url, self.directory, &[]).await.expect("a server")
    }

    /// Measures a load.
    pub async fn measure(&self, server: &Server, load: &Load) -> Row {
        drive(server.port, load, CONNECTIONS, WARM_UP).await;
        processor::forget_peak(server.id());
        let now = async || {
            let database = self.postgres.map(Postgres::millis);
            (processor::millis_of(server.id()), database, server.statements().await)
        };
        let before = now().await;
        let figures = drive(server.port, load, CONNECTIONS, Duration::from_secs(self.seconds)).await;
        let after = now().await;
        let (reads, writes) = (figures.reads.len() as f64, figures.writes.len() as f64);
        let requests = reads + writes;
        let micros = |before: f64, after: f64| (after - before) * 1000.0 / requests;
        Row {
            requests: requests / self.seconds as f64,
            writes: writes / requests,
            median: figures.percentile(0.5),
            slow: figures.percentile(0.99),
            server: micros(before.0, after.0),
            database: before.1.zip(after.1).map(|(before, after)| micros(before, after)),
            statements: (after.2 - before.2) / requests,
            peak: processor::peak_mebibytes(server.id()),
        }
    }

    /// Measures a load and prints its row.
    pub async fn row(&self, title: &str, server: &Server, load: &Load) -> Row {
        let row = self.measure(server, load).await;
        row.print(title);
        row
    }
}

/// The figures of one load.
pub struct Row {
    /// Requests a second.
    pub requests: f64,
    /// The share of requests that were writes.
    pub writes: f64,
    /// The median latency of reads, in milliseconds. Without reads, it is that of writes.
    pub median: f64,
    /// The latency of reads that one in a hundred exceeds. Without reads, it is that of writes.
    pub slow: f64,
    /// Processor time of the server for a request, in microseconds.
    pub server: f64,
    /// Processor time of the database for a request, in microseconds, if it is a process of its own.
    pub database: Option<f64>,
    /// Statements for a request.
    pub statements: f64,
    /// The peak memory of the server, in MiB.
    pub peak: u64,
}

impl Row {
    /// Prints the header of a table.
    pub fn heading(title: &str) {
        println!(
            "\n{title:<40} {:>8} {:>8} {:>8} {:>10} {:>12} {:>11} {:>9}",
            "req/s", "p50 ms", "p99 ms", "server µs", "database µs", "statements", "peak MiB"
        );
    }

    fn print(&self, title: &str) {
        let database = self.database.map_or_else(|| "-".to_owned(), |micros| format!("{micros:.0}"));
        println!(
            "{title:<40} {:>8.0} {:>8.2} {:>8.2} {:>10.0} {database:>12} {:>11.1} {:>9}",
            self.requests, self.median, self.slow, self.server, self.statements, self.peak
        );
    }

    /// Processor time of server and database for a request, in microseconds.
    pub fn processor(&self) -> f64 {
        self.server + self.database.unwrap_or_default()
    }
}
