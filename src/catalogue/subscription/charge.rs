//! What is due for an interval: exact to the day, rounded once.
//!
//! A day on which something was had is paid once, at the price of that day. The exact sum of price, quantity and days over
//! all segments is divided by the days of the interval, and rounded once. Each change gets the difference that it makes to
//! the rounded sum, so the lines add up to what is due.

use uuid::Uuid;

use super::history::{Step, within};
use super::period::Period;
use crate::base::money::round_div;

/// A part of an interval with one price and one quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The change that made it so.
    pub change: Uuid,
    /// Its days.
    pub days: Period,
    /// The product.
    pub product: Uuid,
    /// The number of units: 0 after the end.
    pub quantity: i32,
    /// Price of one unit for the whole interval, in minor units.
    pub unit_minor: i64,
}

/// What one change adds to an interval, or takes away from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The change; for the first line, the one that was in force when the interval began.
    pub change: Uuid,
    /// The days that it is about: from its first day to the end of the interval.
    pub days: Period,
    /// The amount, in minor units; negative for a credit.
    pub net_minor: i64,
}

/// An amount does not fit into 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount is larger than 64 bits hold")]
pub struct TooLarge;

/// The segments of an interval.
pub fn segments(steps: &[Step], interval: Period) -> Vec<Segment> {
    let steps = within(steps, interval);
    let ends = steps.iter().skip(1).map(|step| step.from).chain([interval.until]);
    let segments = steps.iter().zip(ends).map(|(step, until)| Segment {
        change: step.change,
        days: Period { starts_on: step.from.max(interval.starts_on), until },
        product: step.product,
        quantity: step.quantity,
        unit_minor: step.unit_minor,
    });
    segments.filter(|segment| segment.days.days() > 0).collect()
}

/// What is due for an interval, in minor units.
pub fn due(steps: &[Step], interval: Period) -> Result<i64, TooLarge> {
    let exact: i128 = segments(steps, interval)
        .iter()
        .map(|one| price(one.unit_minor, one.quantity) * i128::from(one.days.days()))
        .sum();
    minor(round_div(exact, i128::from(interval.days())))
}

/// What each change makes of it. The sum of the lines is what is due.
pub fn lines(steps: &[Step], interval: Period) -> Result<Vec<Line>, TooLarge> {
    let length = i128::from(interval.days());
    let (mut before, mut exact, mut rounded) = (0, 0, 0);
    let mut lines = Vec::new();
    for step in within(steps, interval) {
        let days = Period { starts_on: step.from.max(interval.starts_on), until: interval.until };
        let now = price(step.unit_minor, step.quantity);
        exact += (now - before) * i128::from(days.days());
        before = now;
        let sum = round_div(exact, length);
        lines.push(Line { change: step.change, days, net_minor: minor(sum - rounded)? });
        rounded = sum;
    }
    Ok(lines)
}

/// The price of so many units for a whole interval.
pub fn price(unit_minor: i64, quantity: i32) -> i128 {
    i128::from(unit_minor) * i128::from(quantity)
}

/// An amount as it is stored.
pub fn minor(amount: i128) -> Result<i64, TooLarge> {
    i64::try_from(amount).map_err(|_| TooLarge)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use entity::subscription_change::{Kind, Model as Change, State};
    use proptest::prelude::*;
    use sea_orm::prelude::Date;
    use uuid::Uuid;

    use super::super::history::{on_day, steps, steps as steps_of};
    use super::super::period::{period, period_at};
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn change(position: i32, kind: Kind, on: Date, quantity: i32, unit_minor: i64) -> Change {
        Change {
            id: Uuid::from_u128(u128::from(position.unsigned_abs())),
            organisation_id: Uuid::nil(),
            subscription_id: Uuid::nil(),
            position,
            kind,
            effective_on: on,
            product_id: Uuid::nil(),
            quantity,
            unit_minor,
            state: State::Done,
            order_id: None,
            user_id: None,
            api_key_id: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    /// The lines and the sum of the interval that begins on the first day.
    fn charged(months: i32, history: &[(&str, Kind, i32, i64)]) -> (Vec<i64>, i64) {
        let changes: Vec<Change> = (1..)
            .zip(history)
            .map(|(position, (on, kind, quantity, unit))| change(position, *kind, day(on), *quantity, *unit))
            .collect();
        let interval = period(day(history[0].0), months, 0).unwrap();
        let steps = steps(&changes);
        let lines: Vec<i64> = lines(&steps, interval).unwrap().iter().map(|line| line.net_minor).collect();
        (lines, due(&steps, interval).unwrap())
    }

    #[test]
    fn raises_within_a_month_are_paid_from_their_day_on() {
        let raised = [
            ("2026-03-01", Kind::Start, 10, 10_000),
            ("2026-03-10", Kind::Raise, 15, 10_000),
            ("2026-03-20", Kind::Raise, 18, 10_000),
        ];
        assert_eq!(charged(1, &raised), (vec![100_000, 35_484, 11_613], 147_097));
    }

    #[test]
    fn five_raises_on_one_day_add_up_to_one_of_five() {
        let mut history = vec![("2026-03-01", Kind::Start, 1, 999)];
        history.extend((2..=6).map(|quantity| ("2026-03-22", Kind::Raise, quantity, 999)));
        let (lines, sum) = charged(1, &history);
        assert_eq!(lines, [999, 322, 323, 322, 322, 322]);
        assert_eq!(sum - 999, 1_611);
    }

    #[test]
    fn a_leap_year_has_one_day_more_to_divide_by() {
        let of = |year: &str| {
            let (start, raise) = (format!("{year}-02-15"), format!("{year}-06-01"));
            charged(12, &[(&start, Kind::Start, 12, 120_000), (&raise, Kind::Raise, 15, 120_000)])
        };
        assert_eq!(of("2026"), (vec![1_440_000, 255_452], 1_695_452));
        assert_eq!(of("2024"), (vec![1_440_000, 254_754], 1_694_754));
    }

    #[test]
    fn a_raise_on_the_last_day_costs_that_day_and_then_the_whole_interval() {
        let history = [("2026-03-01", Kind::Start, 1, 10_000), ("2026-03-31", Kind::Raise, 2, 10_000)];
        assert_eq!(charged(1, &history).0, [10_000, 323]);
        let changes = [
            change(1, Kind::Start, day("2026-03-01"), 1, 10_000),
            change(2, Kind::Raise, day("2026-04-01"), 2, 10_000),
        ];
        let steps = steps(&changes);
        let [march, april] = [0, 1].map(|number| period(day("2026-03-01"), 1, number).unwrap());
        assert_eq!((due(&steps, march), due(&steps, april)), (Ok(10_000), Ok(20_000)));
    }

    #[test]
    fn another_product_is_paid_for_the_days_that_are_left() {
        let history = [("2026-03-01", Kind::Start, 1, 2_600), ("2026-03-30", Kind::Product, 1, 8_000)];
        assert_eq!(charged(1, &history).0, [2_600, 348]);
    }

    #[test]
    fn what_is_given_back_is_credited_except_for_the_days_that_it_was_had() {
        // Two licences for a year are given back on the 4th of November; that day still counts.
        let history = [("2026-11-01", Kind::Start, 2, 12_000), ("2026-11-05", Kind::Return, 0, 12_000)];
        assert_eq!(charged(12, &history), (vec![24_000, -23_737], 263));
        let history = [("2026-11-01", Kind::Start, 1, 47_040), ("2026-11-01", Kind::Product, 1, 28_800)];
        assert_eq!(charged(12, &history), (vec![47_040, -18_240], 28_800));
    }

    #[test]
    fn a_new_term_begins_with_what_it_renews() {
        let start = day("2026-03-01");
        let changes = [
            change(1, Kind::Start, start, 10, 1_000),
            change(2, Kind::Lower, day("2026-04-01"), 5, 1_000),
            change(3, Kind::Renew, day("2026-04-01"), 5, 1_100),
        ];
        let steps = steps(&changes);
        let april = period(start, 1, 1).unwrap();
        let lines = lines(&steps, april).unwrap();
        assert_eq!(lines.iter().map(|line| line.net_minor).collect::<Vec<_>>(), [5_500]);
        // A withdrawn change never counted.
        let mut withdrawn = changes.to_vec();
        withdrawn[1].state = State::Withdrawn;
        withdrawn.pop();
        assert_eq!(due(&steps_of(&withdrawn), april), Ok(10_000));
    }

    #[test]
    fn amounts_beyond_64_bits_are_an_error() {
        let changes = [change(1, Kind::Start, day("2026-03-01"), i32::MAX, i64::MAX)];
        let march = period(day("2026-03-01"), 1, 0).unwrap();
        assert_eq!(due(&steps(&changes), march), Err(TooLarge));
        assert_eq!(lines(&steps(&changes), march), Err(TooLarge));
    }

    #[test]
    fn a_thousand_changes_are_charged_within_a_millisecond() {
        let start = day("2026-01-01");
        let changes: Vec<Change> = (1..=1_000)
            .map(|position| {
                let on = start + chrono::TimeDelta::days(i64::from(position) / 3);
                change(position, if position == 1 { Kind::Start } else { Kind::Raise }, on, position, 1_234)
            })
            .collect();
        let year = period(start, 12, 0).unwrap();
        let quickest = (0..20).map(|_| {
            let begun = Instant::now();
            let (due, lines) = (due(&steps(&changes), year).unwrap(), lines(&steps(&changes), year).unwrap());
            assert_eq!(lines.iter().map(|line| line.net_minor).sum::<i64>(), due);
            begun.elapsed()
        });
        let quickest = quickest.min().unwrap();
        // A development build takes a few times longer than the server.
        assert!(quickest.as_millis() < 5, "{quickest:?}");
    }

    fn any_history() -> impl Strategy<Value = (Date, Vec<Change>)> {
        let step = (0_i64..500, 0_i32..50, 0_i64..1_000_000);
        (0_i64..4_000, prop::collection::vec(step, 1..30)).prop_map(|(first, rest)| {
            let start = day("2020-01-01") + chrono::TimeDelta::days(first);
            let mut changes = vec![change(1, Kind::Start, start, 7, 1_234)];
            for (position, (later, quantity, unit)) in (2..).zip(rest) {
                let on = start + chrono::TimeDelta::days(later);
                changes.push(change(position, Kind::Raise, on, quantity, unit));
            }
            (start, changes)
        })
    }

    proptest! {
        #[test]
        fn lines_add_up_and_segments_tile((start, changes) in any_history(), months in prop::sample::select(vec![1, 12]), offset in 0_i64..800) {
            let steps = steps(&changes);
            let interval = period_at(start, months, start + chrono::TimeDelta::days(offset)).unwrap();
            let due = due(&steps, interval).unwrap();
            let lines = lines(&steps, interval).unwrap();
            prop_assert_eq!(lines.iter().map(|line| line.net_minor).sum::<i64>(), due);
            let segments = segments(&steps, interval);
            prop_assert_eq!(segments.iter().map(|one| one.days.days()).sum::<i64>(), interval.days());
            // Day by day, the exact sum is the same, and rounding moves it by half a unit at most.
            let mut exact = 0;
            let mut at = interval.starts_on;
            while at < interval.until {
                let step = on_day(&steps, at).unwrap();
                exact += price(step.unit_minor, step.quantity);
                at = at.succ_opt().unwrap();
            }
            let length = i128::from(interval.days());
            prop_assert!((i128::from(due) * length - exact).abs() * 2 <= length);
        }
    }
}
