//! The four queries against both floors: warm, without the cache, and with writes beside.

use super::bench::{Bench, Row};
use super::client::Load;
use super::process::Server;
use super::queries::{self, Query};
use super::ratios;
use super::renaming::{Renaming, find_renamable};

/// Switches the cache off.
const NO_CACHE: [(&str, &str); 1] = [("TENANTRY_CACHE__MEGABYTES", "0")];

/// The rows of one query.
pub struct Rows {
    /// One statement that builds the whole answer as JSON.
    pub one_statement: Row,
    /// One statement for each list, and JSON put together by hand.
    pub flat_statements: Row,
    /// The real server.
    pub warm: Row,
    /// The real server without its cache, if it has one.
    pub cold: Option<Row>,
    /// The real server while one in ten requests is a write.
    pub beside_writes: Row,
    /// The write alone.
    pub write: Row,
}

/// Measures all queries and prints their rows, then their ratios to the floors.
pub async fn measure(bench: &Bench<'_>) {
    let servers = Servers {
        floor: Server::floor(bench.url).await,
        warm: bench.serve().await,
        cold: Server::tenantry(bench.url, bench.directory, &NO_CACHE).await,
    };
    if servers.cold.is_none() {
        println!("no cold rows: this server has no setting cache.megabytes");
    }
    let mut all = Vec::new();
    for query in queries::ALL {
        all.push(servers.rows(bench, &query).await);
    }
    ratios::print(&all);
}

struct Servers {
    floor: Server,
    warm: Server,
    cold: Option<Server>,
}

impl Servers {
    async fn rows(&self, bench: &Bench<'_>, query: &Query) -> Rows {
        Row::heading(query.title);
        let load = query.load(&self.warm).await;
        let floor = async |title: &str, kind: &str| {
            let at_floor = Load::get(format!("/{kind}/{}", query.name));
            query.compare(&self.warm, &load, &self.floor, &at_floor).await;
            bench.row(title, &self.floor, &at_floor).await
        };
        let one_statement = floor("floor: one statement", "one").await;
        let flat_statements = floor("floor: flat statements", "flat").await;
        let warm = bench.row("Tenantry, warm", &self.warm, &load).await;
        let cold = match &self.cold {
            Some(cold) => Some(bench.row("Tenantry, cold", cold, &load).await),
            None => None,
        };
        let renamable = find_renamable(&self.warm, &load).await;
        let writing = async |title: &str, every: usize| {
            bench.row(title, &self.warm, &load.with(Renaming::new(&renamable, every))).await
        };
        let beside_writes = writing("Tenantry, 10 % writes", 10).await;
        let write = writing("Tenantry, only those writes", 1).await;
        Rows { one_statement, flat_statements, warm, cold, beside_writes, write }
    }
}
