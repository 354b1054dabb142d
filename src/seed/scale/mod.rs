//! As many organisations as are asked for, in the shape of a market: a few resellers with very many clients, many with
//! few. The same seed gives the same rows.
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

use super::rows::Rows;
use super::store;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::people::user::Passwords;
use maker::Maker;
use shape::Shape;

/// Everybody's password. It opens samples only.
const PASSWORD: &str = "tenantry-scale";

/// What was written.
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

/// Fills an empty database. With a number of clients, the giant has so many on top, another reseller a
/// tenth of them, and both a tree below. Tells after each batch how many organisations there are.
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
    for rows in market::batches(shape, Maker::new(seed, all, password_hash)) {
        db.write(async |transaction| Ok(rows.write(transaction).await?)).await?;
        summary += &rows;
        progress(summary.organisations);
    }
    // The planner learns what there is; PostgreSQL also which pages need no second look.
    let statement = match db.backend() {
        DbBackend::Postgres => "VACUUM (ANALYZE)",
        _ => "ANALYZE",
    };
    db.writer().execute_unprepared(statement).await?;
    Ok(summary)
}
