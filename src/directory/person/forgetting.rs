//! Forgetting deleted people after 30 days.

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use super::store;
use crate::base::clock::every;
use crate::base::error::Result;
use crate::graphql::request::Request;

const EVERY: Duration = Duration::from_hours(1);
/// For how long deleted people are kept.
pub const KEPT: TimeDelta = TimeDelta::days(30);
/// How many people one transaction removes.
const AT_ONCE: u64 = 500;

/// Removes the people who were deleted more than 30 days ago, with their places in groups. Returns how many.
pub async fn forget(request: &Request) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        let gone = store::deleted_before(request.db().reader(), request.now() - KEPT, AT_ONCE).await?;
        let ids: Vec<Uuid> = gone.iter().map(|row| row.id).collect();
        let removed = request.transaction(async |work| Ok(store::remove(work.tx, &ids).await?)).await?;
        forgotten += removed;
        if removed == 0 {
            return Ok(forgotten);
        }
    }
}

/// Forgets deleted people once an hour, as long as the server runs.
pub async fn forget_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match forget(&request()).await {
        Ok(0) => {}
        Ok(forgotten) => tracing::info!(forgotten, "deleted people of directories were forgotten"),
        Err(error) => tracing::error!(%error, "deleted people of directories were not forgotten"),
    })
    .await;
}
