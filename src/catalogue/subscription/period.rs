//! Intervals and terms: months that are counted from the anchor of a subscription.

use chrono::{Datelike, Months};
use entity::subscription::{Interval, Term};
use sea_orm::prelude::Date;

use crate::base::calendar::has_day;
use crate::catalogue::price::rules;

/// Days from the first to the day before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub starts_on: Date,
    /// The first day after it.
    pub until: Date,
}

impl Period {
    /// How many days it has.
    pub fn days(self) -> i64 {
        (self.until - self.starts_on).num_days()
    }

    /// The same as an Int of the API, which every period of the calendar fits into.
    pub fn count(self) -> i32 {
        i32::try_from(self.days()).unwrap_or(i32::MAX)
    }

    /// Its last day.
    pub fn ends_on(self) -> Date {
        self.until.pred_opt().unwrap_or(self.until)
    }

    /// Whether the day is one of it.
    pub fn has(self, day: Date) -> bool {
        self.starts_on <= day && day < self.until
    }
}

/// How many months an interval has.
pub const fn months_of_interval(interval: Interval) -> i32 {
    rules::months(interval).cast_signed()
}

/// How many months a term has.
pub const fn months_of_term(term: Term) -> i32 {
    rules::months_of_term(term).cast_signed()
}

/// The day this many months after the anchor. A day that the month lacks becomes its last one. `None` after the year 9999.
///
/// Always count from the anchor: from the 31st of January, the second step would otherwise lead to the 28th of March.
pub fn months_after(anchor: Date, months: i32) -> Option<Date> {
    let count = Months::new(months.unsigned_abs());
    let day = if months < 0 { anchor.checked_sub_months(count) } else { anchor.checked_add_months(count) };
    day.filter(|day| has_day(*day))
}

/// The period with this number, each having so many months. The one that begins at the anchor is 0; those before are
/// negative.
pub fn period(anchor: Date, months: i32, number: i32) -> Option<Period> {
    let start = months_after(anchor, months.checked_mul(number)?)?;
    Some(Period { starts_on: start, until: months_after(anchor, months.checked_mul(number.checked_add(1)?)?)? })
}

/// The period that contains the day.
pub fn period_at(anchor: Date, months: i32, day: Date) -> Option<Period> {
    let month = |day: Date| day.year() * 12 + day.month0().cast_signed();
    let guess = (month(day) - month(anchor)).div_euclid(months);
    // Within a month, the day decides: the guess is right or one too large.
    [guess, guess - 1].into_iter().find_map(|number| period(anchor, months, number).filter(|period| period.has(day)))
}

/// The end of the commitment that contains the day: the first day of the term after it.
pub fn committed_until(anchor: Date, term: Term, day: Date) -> Option<Date> {
    period_at(anchor, months_of_term(term), day).map(|period| period.until)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn an_anchor_late_in_a_month_does_not_drift() {
        let starts = |anchor: &str, months: i32, numbers: &[i32]| -> Vec<String> {
            numbers.iter().map(|number| period(day(anchor), months, *number).unwrap().starts_on.to_string()).collect()
        };
        let monthly = starts("2026-01-31", 1, &[1, 2, 3, 4]);
        assert_eq!(monthly, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
        let yearly = starts("2024-02-29", 12, &[1, 2, 3, 4]);
        assert_eq!(yearly, ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
    }

    #[test]
    fn an_interval_has_the_days_of_its_calendar() {
        let second = period(day("2024-01-30"), 1, 1).unwrap();
        assert_eq!((second.starts_on, second.until, second.days()), (day("2024-02-29"), day("2024-03-30"), 30));
        let before = period_at(day("2026-03-01"), 1, day("2026-02-10")).unwrap();
        assert_eq!((before.starts_on, before.until), (day("2026-02-01"), day("2026-03-01")));
    }

    #[test]
    fn the_calendar_ends_with_the_year_9999() {
        assert_eq!(period(day("9999-12-01"), 1, 0), None);
        assert_eq!(committed_until(day("9990-01-01"), Term::Triennial, day("9999-06-01")), None);
        assert_eq!(committed_until(day("2026-01-31"), Term::Annual, day("2027-01-30")), Some(day("2027-01-31")));
        assert_eq!(committed_until(day("2026-01-31"), Term::Annual, day("2027-01-31")), Some(day("2028-01-31")));
    }

    proptest! {
        #[test]
        fn periods_tile_the_calendar(anchor in 0_i64..200_000, offset in -20_000_i64..20_000, months in prop::sample::select(vec![1, 12, 36])) {
            let origin = day("1900-01-01");
            let anchor = origin + chrono::TimeDelta::days(anchor);
            let day = anchor + chrono::TimeDelta::days(offset);
            let found = period_at(anchor, months, day).unwrap();
            prop_assert!(found.has(day));
            // The neighbours begin and end where this one ends and begins.
            let next = period_at(anchor, months, found.until).unwrap();
            prop_assert_eq!(next.starts_on, found.until);
            let last = period_at(anchor, months, found.starts_on.pred_opt().unwrap()).unwrap();
            prop_assert_eq!(last.until, found.starts_on);
        }
    }
}
