//! What the server does about partnerships by itself, once a minute: it reminds people of those that end soon, ends the
//! memberships that hung on one that is over, and finds somebody else where the keeper of an owner's place is gone.
//!
//! No decision waits for it: who comes through a partnership that is over is refused at once. Several servers may do it at
//! the same time.

use std::time::Duration;

use sea_orm::prelude::DateTimeUtc;

use super::given;
use super::reminder::remind;
use super::store;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;
use crate::organisation;
use crate::partners::custody;

const EVERY: Duration = Duration::from_mins(1);

/// What one round has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Partnerships whose people were reminded of the end.
    pub reminded: usize,
    /// Memberships that ended with their partnerships.
    pub ended: usize,
    /// Places of owners that somebody else keeps now.
    pub passed_on: usize,
}

/// One round.
pub async fn keep_up(db: &Db, random: &Random, now: DateTimeUtc) -> Result<Upkeep> {
    let reminded = remind(db, random, now).await?;
    let mut ended = 0;
    for id in given::store::over(db, now).await? {
        ended += db
            .write(async |tx| {
                let Some(row) = store::load(tx, id).await? else { return Ok(0) };
                crate::access::lock(tx, row.client_id).await?;
                // Renewed in the meantime, it goes on.
                match store::load(tx, id).await?.filter(|row| row.ends_at.is_some_and(|end| end <= now)) {
                    Some(row) => given::take_back_by_system(tx, random, now, &row).await,
                    None => Ok(0),
                }
            })
            .await?;
    }
    let passed_on = custody::pass_on_lost(db, random, now).await?;
    Ok(Upkeep { reminded, ended, passed_on })
}

/// Rounds, for as long as the server runs.
pub async fn keep_up_now_and_then(db: Db, random: Random, clock: Clock) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        match keep_up(&db, &random, clock.now()).await {
            Ok(done) if done == Upkeep::default() => {}
            Ok(done) => tracing::info!(done.reminded, done.ended, done.passed_on, "partnerships were seen to"),
            Err(error) => tracing::error!(%error, "partnerships could not be seen to"),
        }
    }
}
