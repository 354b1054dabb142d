//! Writes attempts to log in to the audit logs of the organisations that ask for it, and removes old attempts.

use std::time::Duration;

use chrono::TimeDelta;
use entity::log_in_attempt::Model;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ActiveEnum, DatabaseTransaction};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::store::{self, Outcome};
use crate::base::clock::{Clock, every};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;
use crate::oversight::audit::{self, Doer, Event};

/// How long an attempt is kept.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Attempts that one transaction writes to logs.
const SOME: u64 = 100;
/// How often a server looks for new attempts.
const EVERY: Duration = Duration::from_secs(5);

/// Writes all attempts that are not in the logs yet, and removes those that are too old. Several servers may do it at the
/// same time: each attempt is written once.
pub async fn log_attempts(db: &Db, random: &Random, now: DateTimeUtc) -> Result<()> {
    while db.write(async |tx| log_some(tx, random, now).await).await? {}
    while db.write(async |tx| Ok(store::remove_old(tx, now - KEPT).await?)).await? > 0 {}
    Ok(())
}

/// False if there is nothing left to write.
async fn log_some(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc) -> Result<bool> {
    let attempts = store::take_unlogged(tx, SOME).await?;
    for attempt in &attempts {
        for (organisation, name) in store::logging_organisations(tx, attempt.user_id, attempt.at).await? {
            audit::record_by_system(tx, random, now, event(attempt, organisation, &name)).await?;
        }
    }
    Ok(!attempts.is_empty())
}

fn event(row: &Model, organisation: Uuid, name: &str) -> Event {
    let after = json!({
        "outcome": row.outcome.to_value(),
        "at": row.at,
        "clientAddress": row.client_address,
        "userAgent": row.user_agent,
    });
    let event = Event::done("logIn", organisation, None).by(Doer::user(row.user_id, name)).changing(Json::Null, after);
    if row.outcome == Outcome::LoggedIn { event } else { event.refused() }
}

/// Writes every few seconds while the server runs.
pub async fn log_now_and_then(db: Db, random: Random, clock: Clock) {
    every(EVERY, async || {
        if let Err(error) = log_attempts(&db, &random, clock.now()).await {
            tracing::error!(%error, "log-ins could not be written to the audit logs");
        }
    })
    .await;
}
