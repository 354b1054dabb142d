//! Slow statements: they are logged with the operation that sent them, and now and then with how the database runs them.

mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::DatabaseConnection;
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
            match store::plan(db, &statement).await {
                Ok(plan) => tracing::warn!(statement, plan, "how the slow statement runs"),
                Err(error) => tracing::debug!(%error, statement, "a slow statement cannot be explained"),
            }
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
