//! Slow statements: they are logged with the operation that sent them, and now and then with how the database runs them.
#![expect(clippy::disallowed_methods, reason = "asks the database how it runs a statement")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How often it is asked how the database runs one statement.
const EXPLAINED_EVERY: Duration = Duration::from_hours(1);
/// How many statements are told apart.
const KNOWN: usize = 200;
/// How many statements wait to be explained.
const WAITING: usize = 16;

/// Watches how long statements take. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Slow(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// From when on a statement is slow; `None` if none is logged.
    from: Option<Duration>,
    /// When statements were explained.
    explained: Mutex<HashMap<String, Instant>>,
    ask: Sender<String>,
    asked: tokio::sync::Mutex<Receiver<String>>,
}

impl Slow {
    /// Statements are slow from so many milliseconds on; none with 0.
    pub fn new(milliseconds: u64) -> Self {
        let (ask, asked) = channel(WAITING);
        let from = (milliseconds > 0).then(|| Duration::from_millis(milliseconds));
        Self(Arc::new(Inner { from, explained: Mutex::default(), ask, asked: asked.into() }))
    }

    /// Logs a statement if it was slow. Its text has placeholders for values.
    pub fn note(&self, text: &str, took: Duration) {
        if self.0.from.is_none_or(|from| took < from) {
            return;
        }
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(ms, statement = text, "slow statement");
        let mut explained = self.0.explained.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if explained.len() >= KNOWN {
            explained.retain(|_, at| now - *at < EXPLAINED_EVERY);
        }
        let is_due = explained.get(text).is_none_or(|at| now - *at >= EXPLAINED_EVERY);
        if is_due && explained.len() < KNOWN && self.0.ask.try_send(text.to_owned()).is_ok() {
            explained.insert(text.to_owned(), now);
        }
    }

    /// Logs how the database runs slow statements, as long as it is polled.
    pub async fn explain(&self, db: &DatabaseConnection) {
        let mut asked = self.0.asked.lock().await;
        while let Some(statement) = asked.recv().await {
            match plan(db, &statement).await {
                Ok(plan) => tracing::warn!(statement, plan, "how the slow statement runs"),
                Err(error) => tracing::debug!(%error, statement, "a slow statement cannot be explained"),
            }
        }
        std::future::pending().await
    }
}

/// How the database runs a statement, whatever its values are.
async fn plan(db: &DatabaseConnection, statement: &str) -> Result<String, DbErr> {
    let backend = db.get_database_backend();
    let (rows, column) = if backend == DbBackend::Postgres {
        // Only a prepared statement has a plan without values. All of this must run on one connection.
        let tx = db.begin().await?;
        tx.execute_unprepared(&format!("PREPARE tenantry_slow AS {statement}")).await?;
        let values = vec!["NULL"; placeholders(statement)].join(", ");
        let values = if values.is_empty() { values } else { format!("({values})") };
        let rows = tx.query_all_raw(Statement::from_string(backend, format!("EXPLAIN EXECUTE tenantry_slow{values}")));
        let rows = rows.await?;
        tx.execute_unprepared("DEALLOCATE tenantry_slow").await?;
        tx.rollback().await?;
        (rows, 0)
    } else {
        // Values that are not given are NULL.
        let sql = format!("EXPLAIN QUERY PLAN {statement}");
        (db.query_all_raw(Statement::from_string(backend, sql)).await?, 3)
    };
    let lines: Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get_by_index(column)).collect();
    Ok(lines?.iter().map(|line| line.trim()).collect::<Vec<_>>().join("; "))
}

/// The number of values that a statement of PostgreSQL takes: `$1`, `$2` and so on.
fn placeholders(statement: &str) -> usize {
    let numbers = statement.split('$').skip(1).map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()));
    numbers.filter_map(|mut rest| rest.next()?.parse().ok()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_statement_are_counted() {
        assert_eq!(placeholders("SELECT 1"), 0);
        assert_eq!(placeholders("SELECT $1, $2 FROM x WHERE y = $1 AND z = ANY($12)"), 12);
        assert_eq!(placeholders("SELECT '$' || $3::text"), 3);
    }

    #[tokio::test]
    async fn a_slow_statement_is_explained_once_in_a_while() {
        let slow = Slow::new(5);
        for took in [4, 5, 6] {
            slow.note("SELECT 1", Duration::from_millis(took));
        }
        slow.note("SELECT 2", Duration::from_millis(7));
        let mut asked = slow.0.asked.lock().await;
        assert_eq!([asked.recv().await.unwrap(), asked.recv().await.unwrap()], ["SELECT 1", "SELECT 2"]);
        assert!(asked.try_recv().is_err());
        let off = Slow::new(0);
        off.note("SELECT 1", Duration::from_hours(1));
        assert!(off.0.asked.lock().await.try_recv().is_err());
    }
}
