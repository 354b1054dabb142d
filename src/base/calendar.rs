//! Days. The business day is the day in the zone of the installation. The years that everybody can write are 1 to 9999:
//! on these RFC 3339, both databases and clients agree.

use chrono::Datelike;
use chrono_tz::Tz;
use sea_orm::prelude::{Date, DateTimeUtc};

/// The business day of an instant: the day that a calendar on the wall shows in the zone.
pub fn business_day(at: DateTimeUtc, zone: Tz) -> Date {
    at.with_timezone(&zone).date_naive()
}

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
    use chrono_tz::Europe::Stockholm;
    use chrono_tz::{America, Pacific};

    use super::*;

    #[test]
    fn the_first_half_hour_of_a_month_is_not_the_month_before() {
        for (instant, zone, day) in [
            ("2026-03-31T22:29:59Z", Stockholm, "2026-04-01"),
            ("2026-03-31T21:59:59.999999Z", Stockholm, "2026-03-31"),
            ("2026-02-28T23:30:00Z", Stockholm, "2026-03-01"),
            ("2025-12-31T23:00:00Z", Stockholm, "2026-01-01"),
            ("2024-02-28T23:00:00Z", Stockholm, "2024-02-29"),
            ("2026-04-01T03:30:00Z", America::New_York, "2026-03-31"),
            ("2026-03-31T10:00:00Z", Pacific::Kiritimati, "2026-04-01"),
            ("2026-03-31T23:59:59Z", Tz::UTC, "2026-03-31"),
        ] {
            assert_eq!(business_day(instant.parse().unwrap(), zone).to_string(), day, "{instant} in {zone}");
        }
    }

    #[test]
    fn days_with_a_change_of_the_clock_have_23_and_25_hours() {
        let day = |instant: &str| business_day(instant.parse().unwrap(), Stockholm).to_string();
        // 29 March 2026 begins at 23:00 UTC and ends at 22:00 UTC.
        assert_eq!(day("2026-03-28T22:59:59Z"), "2026-03-28");
        assert_eq!(day("2026-03-28T23:00:00Z"), "2026-03-29");
        assert_eq!(day("2026-03-29T21:59:59Z"), "2026-03-29");
        assert_eq!(day("2026-03-29T22:00:00Z"), "2026-03-30");
        // 25 October 2026 begins at 22:00 UTC and ends at 23:00 UTC. The hour from 2:00 to 3:00 comes twice.
        assert_eq!(day("2026-10-24T21:59:59Z"), "2026-10-24");
        assert_eq!(day("2026-10-24T22:00:00Z"), "2026-10-25");
        assert_eq!(day("2026-10-25T00:30:00Z"), "2026-10-25");
        assert_eq!(day("2026-10-25T01:30:00Z"), "2026-10-25");
        assert_eq!(day("2026-10-25T22:59:59Z"), "2026-10-25");
        assert_eq!(day("2026-10-25T23:00:00Z"), "2026-10-26");
    }

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
