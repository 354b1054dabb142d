//! What the server does about partnerships by itself, once a minute. It sends reminders of partnerships that end soon,
//! and ends the memberships of expired ones. It passes on custody from holders who can no longer have it.
//!
//! No decision depends on it: an expired partnership gives no access from its end on. Several servers may run it at the
//! same time.

use std::time::Duration;

use sea_orm::prelude::DateTimeUtc;

use super::pass_on_lost;
use crate::base::clock::{Clock, every};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;
use crate::partners::partnership::{memberships, remind, store};

const EVERY: Duration = Duration::from_mins(1);

/// The outcome of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Partnerships whose people were reminded of its end.
    pub reminded: usize,
    /// Memberships that ended with expired partnerships.
    pub ended: usize,
    /// Custodies that passed to another owner of the reseller.
    pub passed_on: usize,
}

/// Runs one round.
pub async fn keep_up(db: &Db, random: &Random, now: DateTimeUtc) -> Result<Upkeep> {
    let reminded = remind(db, random, now).await?;
    let mut ended = 0;
    for id in store::list_expired_with_members(db, now).await? {
        ended += db
            .write(async |tx| {
                let Some(row) = store::find_row(tx, id).await? else { return Ok(0) };
                crate::access::lock(tx, row.client_id).await?;
                // It may have been renewed in the meantime.
                match store::find_row(tx, id).await?.filter(|row| row.ends_at.is_some_and(|end| end <= now)) {
                    Some(row) => memberships::end_all_by_system(tx, random, now, &row).await,
                    None => Ok(0),
                }
            })
            .await?;
    }
    let passed_on = pass_on_lost(db, random, now).await?;
    Ok(Upkeep { reminded, ended, passed_on })
}

/// Runs a round every minute, as long as the server runs.
pub async fn keep_up_now_and_then(db: Db, random: Random, clock: Clock) {
    every(EVERY, async || match keep_up(&db, &random, clock.now()).await {
        Ok(done) if done == Upkeep::default() => {}
        Ok(done) => tracing::info!(done.reminded, done.ended, done.passed_on, "partnership upkeep finished"),
        Err(error) => tracing::error!(%error, "partnership upkeep failed"),
    })
    .await;
}
