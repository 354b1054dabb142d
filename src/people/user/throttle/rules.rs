//! How long to wait after how many failures. Pure functions.

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Log-ins to one account from any client. It slows down only unknown clients, and never for long: otherwise anybody
    /// could lock the owner out.
    Account,
    /// Log-ins from one client to any account; many people may share an IP address.
    Client,
    /// Log-ins to one account from one client.
    Pair,
    /// Confirmations of identity in a session.
    Identity,
}

/// The effect of a count on the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressure {
    /// It may be made.
    None,
    /// One attempt may be made, and then none for this time. Of several at once, one gets its turn.
    Turn(TimeDelta),
    /// No attempt may be made for this time.
    Wait(TimeDelta),
}

impl Counter {
    /// Four numbers. How many failures cause no wait. How many seconds to wait after the next one, doubled with each
    /// further one. The most seconds to wait. After how many hours all failures are forgotten.
    const fn numbers(self) -> (i32, i64, i64, i64) {
        match self {
            Self::Account => (20, 1, 60, 24),
            Self::Client => (100, 1, 15, 1),
            Self::Pair | Self::Identity => (5, 15, 900, 24),
        }
    }

    /// Whether it ignores clients from which the user has logged in before.
    pub const fn spares_known_clients(self) -> bool {
        matches!(self, Self::Account)
    }

    /// Whether a success shows that the earlier failures were the owner's.
    pub const fn ends_with_success(self) -> bool {
        matches!(self, Self::Pair | Self::Identity)
    }

    /// Failures before this time no longer count.
    pub fn forgotten(self, now: DateTimeUtc) -> DateTimeUtc {
        now - TimeDelta::hours(self.numbers().3)
    }

    fn wait(self, failures: i32) -> TimeDelta {
        let (free, first, longest, _) = self.numbers();
        let Ok(over) = u32::try_from(failures - free) else { return TimeDelta::zero() };
        let seconds = first.checked_shl(over.min(16)).unwrap_or(longest);
        TimeDelta::seconds(seconds.min(longest))
    }

    /// The effect of this many failures, the last of them at `last_at`.
    pub fn pressure(self, failures: i32, last_at: DateTimeUtc, now: DateTimeUtc) -> Pressure {
        let wait = self.wait(failures);
        if wait.is_zero() || last_at <= self.forgotten(now) {
            return Pressure::None;
        }
        let rest = last_at + wait - now;
        if rest > TimeDelta::zero() { Pressure::Wait(rest) } else { Pressure::Turn(wait) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(counter: Counter, failures: i32) -> i64 {
        counter.wait(failures).num_seconds()
    }

    #[test]
    fn a_pair_waits_for_longer_each_time_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (4..14).map(|failures| seconds(Counter::Pair, failures)).collect();
        assert_eq!(waits, [0, 15, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(seconds(Counter::Pair, i32::MAX), 900);
    }

    #[test]
    fn nobody_locks_an_account_or_an_office_for_longer_than_a_minute() {
        assert_eq!(seconds(Counter::Account, 19), 0);
        for failures in 20..10_000 {
            assert!((1..=60).contains(&seconds(Counter::Account, failures)));
        }
        assert_eq!((seconds(Counter::Client, 99), seconds(Counter::Client, 9_999)), (0, 15));
    }

    #[test]
    fn after_the_wait_there_is_one_turn_and_after_a_day_all_is_forgotten() {
        let now = DateTimeUtc::UNIX_EPOCH + TimeDelta::days(9);
        let after = |time: TimeDelta| Counter::Pair.pressure(6, now - time, now);
        assert_eq!(after(TimeDelta::zero()), Pressure::Wait(TimeDelta::seconds(30)));
        assert_eq!(after(TimeDelta::seconds(29)), Pressure::Wait(TimeDelta::seconds(1)));
        assert_eq!(after(TimeDelta::seconds(30)), Pressure::Turn(TimeDelta::seconds(30)));
        assert_eq!(after(TimeDelta::days(1)), Pressure::None);
    }
}
