//! Forgets the outcomes of old calls. No answer depends on it: an outcome does not count any more after 30 days.

use std::time::Duration;

use sea_orm::prelude::DateTimeUtc;

use super::{rules, store};
use crate::base::clock::{Clock, every};
use crate::base::db::Db;
use crate::base::error::Result;

/// How often a server forgets.
const EVERY: Duration = Duration::from_hours(1);

/// Removes the outcomes that are too old, and returns how many. Several servers may do this at the same time.
pub async fn forget(db: &Db, now: DateTimeUtc) -> Result<u64> {
    db.write(async |tx| Ok(store::remove(tx, rules::kept_since(now)).await?)).await
}

/// Forgets once an hour while the server runs.
pub async fn forget_now_and_then(db: Db, clock: Clock) {
    every(EVERY, async || match forget(&db, clock.now()).await {
        Ok(0) => {}
        Ok(keys) => tracing::info!(keys, "old idempotency keys were removed"),
        Err(error) => tracing::error!(%error, "old idempotency keys could not be removed"),
    })
    .await;
}
