//! Removing what is older than an organisation wants to keep. The chain goes on from the last event that was removed,
//! so the rest can be verified as before.

pub mod store;

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::error::Result;

/// How often a server looks for events that are too old.
const EVERY: Duration = Duration::from_hours(1);

/// Removes what is too old of all logs, and says how many events that were. Several may do it at the same time.
pub async fn prune(db: &Db, now: DateTimeUtc) -> Result<u64> {
    let mut removed = 0;
    for (organisation, days) in store::with_retention(db).await? {
        // One log that fails does not keep the others.
        match prune_one(db, organisation, now - TimeDelta::days(days.into())).await {
            Ok(some) => removed += some,
            Err(error) => tracing::error!(%organisation, %error, "an audit log could not be pruned"),
        }
    }
    Ok(removed)
}

async fn prune_one(db: &Db, organisation: Uuid, before: DateTimeUtc) -> Result<u64> {
    let mut removed = 0;
    // Most logs have nothing that is so old, which is seen without a lock.
    while store::oldest(db, organisation).await?.is_some_and(|at| at < before) {
        removed += db.write(async |tx| Ok(store::remove(tx, organisation, before).await?)).await?;
    }
    Ok(removed)
}

/// Does so once an hour, for as long as the server runs.
pub async fn prune_now_and_then(db: Db, clock: Clock) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        match prune(&db, clock.now()).await {
            Ok(0) => {}
            Ok(events) => tracing::info!(events, "audit events were removed after their time"),
            Err(error) => tracing::error!(%error, "audit events could not be removed"),
        }
    }
}
