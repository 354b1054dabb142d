//! The years that everybody can write: RFC 3339, both databases and clients agree on 1 to 9999.

use chrono::Datelike;
use sea_orm::prelude::{Date, DateTimeUtc};

/// Whether the day is in such a year.
pub fn has_day(day: Date) -> bool {
    (1..=9999).contains(&day.year())
}

/// Whether the instant is in such a year, in UTC.
pub fn has_instant(at: DateTimeUtc) -> bool {
    has_day(at.date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_instant_are_in_the_calendar_and_their_neighbours_are_not() {
        let instant = |text: &str| has_instant(text.parse().unwrap());
        for good in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-02-28T23:59:60Z"] {
            assert!(instant(good), "{good}");
        }
        // The offset moves these two over the edge.
        for bad in
            ["9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01", "+10000-01-01T00:00:00Z", "0000-12-31T00:00:00Z"]
        {
            assert!(!instant(bad), "{bad}");
        }
        assert!(!has_day(Date::MAX) && !has_day(Date::MIN));
    }
}
