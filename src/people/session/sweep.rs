//! Removes sessions that ended long ago, and with them the record of where people logged in.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;

use super::store;
use crate::base::clock::{Clock, every};
use crate::base::db::Db;
use crate::base::error::Result;

/// How long an ended session is kept. Until then it shows that a log-in comes from a known IP address.
const KEPT: TimeDelta = TimeDelta::days(90);
/// How often a server looks for old sessions.
const EVERY: Duration = Duration::from_hours(1);

/// Removes sessions that ended long ago, and says how many. Several servers may do it at the same time.
pub async fn sweep(db: &Db, now: DateTimeUtc) -> Result<u64> {
    let mut removed = 0;
    loop {
        let some = db.write(async |tx| Ok(store::remove_ended(tx, now - KEPT).await?)).await?;
        removed += some;
        if some == 0 {
            return Ok(removed);
        }
    }
}

/// Sweeps once an hour while the server runs.
pub async fn sweep_now_and_then(db: Db, clock: Clock) {
    every(EVERY, async || match sweep(&db, clock.now()).await {
        Ok(0) => {}
        Ok(sessions) => tracing::info!(sessions, "sessions that ended long ago were removed"),
        Err(error) => tracing::error!(%error, "ended sessions could not be removed"),
    })
    .await;
}
