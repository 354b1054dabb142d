//! Any number of organisations, in the shape of a market: a few resellers have very many clients, and many have few.
//! The same seed gives the same rows.
//!
//! `shape.rs` says how many there are of what, `market.rs` makes them in that order, and `maker.rs` makes the rows of
//! one. They are written in batches, each in one transaction.

mod dice;
mod maker;
mod market;
mod names;
mod shape;
#[cfg(test)]
mod tests;
mod trade;

use std::ops::AddAssign;

use sea_orm::{ConnectionTrait, DbBackend};

use super::invoicing::settle;
use super::rows::Rows;
use super::store;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::people::user::Passwords;
use maker::Maker;
use shape::Shape;

/// The password of everybody in the data.
const PASSWORD: &str = "tenantry-scale";

/// The number of rows that were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the tables")]
pub struct ScaleSummary {
    pub organisations: u64,
    pub users: u64,
    pub memberships: u64,
    pub partnerships: u64,
    pub services: u64,
    pub subscriptions: u64,
    pub invoices: u64,
    pub invoice_lines: u64,
}

impl AddAssign<&Rows> for ScaleSummary {
    fn add_assign(&mut self, rows: &Rows) {
        self.organisations += rows.organisations.len() as u64;
        self.users += rows.users.len() as u64;
        self.memberships += rows.memberships.len() as u64;
        self.partnerships += rows.partnerships.len() as u64;
        self.services += rows.services.len() as u64;
        self.subscriptions += rows.subscriptions.len() as u64;
        self.invoices += rows.invoices.len() as u64;
        self.invoice_lines += rows.invoice_lines.len() as u64;
    }
}

/// Fills an empty database. With `clients`, the giant gets this many additional clients, another reseller a tenth as
/// many, and both have a tree. `progress` gets the number of organisations after each batch.
pub async fn scale(
    db: &Db,
    passwords: &Passwords,
    organisations: u64,
    clients: Option<u64>,
    seed: u64,
    mut progress: impl FnMut(u64),
) -> Result<ScaleSummary> {
    let shape = Shape::of(organisations, clients)?;
    let all = organisations + clients.map_or(0, |clients| clients + clients / 4);
    store::require_empty(db.writer()).await?;
    let password_hash = passwords.hash(PASSWORD.to_owned()).await?;
    let mut summary = ScaleSummary::default();
    for mut rows in market::batches(shape, Maker::new(seed, all, password_hash)) {
        let today = dice::month(12);
        rows.unbilled = settle(&rows.subscriptions, &rows.invoices, &mut rows.invoice_lines, today);
        db.write(async |transaction| Ok(rows.write(transaction).await?)).await?;
        summary += &rows;
        progress(summary.organisations);
    }
    // Updates the statistics of the planner and, on PostgreSQL, the visibility map.
    let statement = match db.backend() {
        DbBackend::Postgres => "VACUUM (ANALYZE)",
        _ => "ANALYZE",
    };
    db.writer().execute_unprepared(statement).await?;
    Ok(summary)
}
