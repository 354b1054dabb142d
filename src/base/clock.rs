//! The only place that reads the clock. All other code gets the time as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::SubsecRound;
use sea_orm::prelude::DateTimeUtc;

/// The source of time: the system clock, or a clock that a test sets.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system clock.
    #[default]
    System,
    /// Milliseconds since 1970, moved by hand.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still.
    pub fn fixed(at: DateTimeUtc) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.timestamp_millis())))
    }

    /// The current time, in the precision that both databases store (microseconds).
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now(&self) -> DateTimeUtc {
        match self {
            Self::System => chrono::Utc::now().trunc_subsecs(6),
            Self::Fixed(millis) => {
                DateTimeUtc::from_timestamp_millis(millis.load(Ordering::SeqCst)).unwrap_or_default()
            }
        }
    }

    /// Moves a fixed clock forward. Has no effect on the system clock.
    pub fn advance(&self, by: chrono::TimeDelta) {
        if let Self::Fixed(millis) = self {
            millis.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }
}

/// Does the work at once, and then again after each period, as long as the server runs.
pub async fn every(period: Duration, mut work: impl AsyncFnMut()) {
    let mut ticks = tokio::time::interval(period);
    loop {
        ticks.tick().await;
        work().await;
    }
}
