//! When rows were last used: kept in memory and written from time to time, for all rows of a table in one statement.

mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::base::clock::{Clock, every};
use crate::base::db::Db;
use crate::base::error::Result;

/// The shortest time between two writes for one row.
const APART: TimeDelta = TimeDelta::minutes(5);
/// How often the uses that are due are written.
const PAUSE: Duration = Duration::from_mins(1);

/// The uses of the rows of a table by this process. Cheap to clone.
#[derive(Clone)]
pub struct Uses {
    table: &'static str,
    known: Arc<Mutex<HashMap<Uuid, Known>>>,
}

/// The uses of one row.
#[derive(Clone, Copy)]
struct Known {
    last: DateTimeUtc,
    /// The last use that this process wrote.
    written: Option<DateTimeUtc>,
}

impl Known {
    fn is_due(&self, now: DateTimeUtc) -> bool {
        self.written.is_none_or(|written| written < self.last && now - written >= APART)
    }
}

impl Uses {
    /// The uses of the rows of this table, which has the columns `id` and `last_used_at`.
    pub fn of(table: &'static str) -> Self {
        Self { table, known: Arc::default() }
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Uuid, Known>) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers in memory that the row was used.
    pub fn note(&self, id: Uuid, at: DateTimeUtc) {
        self.with(|uses| {
            let known = uses.entry(id).or_insert(Known { last: at, written: None });
            known.last = known.last.max(at);
        });
    }

    /// Writes what is due, and forgets rows that are no longer used.
    pub async fn flush(&self, db: &Db, now: DateTimeUtc) -> Result<()> {
        let due = self.with(|uses| {
            uses.retain(|_, uses| uses.written.is_none_or(|written| written < uses.last || now - uses.last < APART));
            let due = uses.iter().filter(|(_, uses)| uses.is_due(now));
            due.map(|(id, uses)| (*id, uses.last)).collect::<Vec<_>>()
        });
        self.write(db, due).await
    }

    /// Writes everything that is not yet written. Call it when the process ends.
    pub async fn finish(&self, db: &Db) -> Result<()> {
        let all = self.with(|uses| {
            let new = uses.iter().filter(|(_, uses)| uses.written.is_none_or(|written| written < uses.last));
            new.map(|(id, uses)| (*id, uses.last)).collect::<Vec<_>>()
        });
        self.write(db, all).await
    }

    async fn write(&self, db: &Db, due: Vec<(Uuid, DateTimeUtc)>) -> Result<()> {
        if due.is_empty() {
            return Ok(());
        }
        store::write(db, self.table, &due).await?;
        self.with(|uses| {
            for (id, at) in due {
                if let Some(known) = uses.get_mut(&id) {
                    known.written = Some(at);
                }
            }
        });
        Ok(())
    }

    /// Writes from time to time, for as long as it is polled. After a failure it tries again.
    pub async fn run(&self, db: &Db, clock: &Clock) {
        every(PAUSE, async || {
            if let Err(error) = self.flush(db, clock.now()).await {
                tracing::warn!(table = self.table, %error, "could not write when rows were last used; will try again");
            }
        })
        .await;
    }
}
