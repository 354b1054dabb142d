//! Removes events that are older than their organisation's retention period. The chain continues from the last removed
//! event, so the rest can still be verified.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store;
use crate::base::clock::{Clock, every};
use crate::base::db::Db;
use crate::base::error::Result;

/// How often a server removes old events.
const EVERY: Duration = Duration::from_hours(1);

/// Removes old events from all logs, and returns how many. Several servers may do this at the same time.
pub async fn prune(db: &Db, now: DateTimeUtc) -> Result<u64> {
    let mut removed = 0;
    for (organisation, days) in store::with_retention(db).await? {
        // If one log fails, the others are still pruned.
        match prune_one(db, organisation, now - TimeDelta::days(days.into())).await {
            Ok(some) => removed += some,
            Err(error) => tracing::error!(%organisation, %error, "an audit log could not be pruned"),
        }
    }
    Ok(removed)
}

async fn prune_one(db: &Db, organisation: Uuid, before: DateTimeUtc) -> Result<u64> {
    let mut removed = 0;
    // Most logs have no old events, and finding that out needs no lock.
    while store::oldest(db, organisation).await?.is_some_and(|at| at < before) {
        removed += db.write(async |tx| Ok(store::remove(tx, organisation, before).await?)).await?;
    }
    Ok(removed)
}

/// Prunes all logs once an hour while the server runs.
pub async fn prune_now_and_then(db: Db, clock: Clock) {
    every(EVERY, async || match prune(&db, clock.now()).await {
        Ok(0) => {}
        Ok(events) => tracing::info!(events, "old audit events were removed"),
        Err(error) => tracing::error!(%error, "old audit events could not be removed"),
    })
    .await;
}
