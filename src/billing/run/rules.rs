//! What an interval of a subscription still costs: the difference between what is due and what was invoiced. Pure
//! functions.

use entity::{product, subscription};
use sea_orm::prelude::Date;
use uuid::Uuid;

use crate::billing::invoice::{Item, Source};
use crate::catalogue::subscription::charge::{self, Line, TooLarge};
use crate::catalogue::subscription::history::{Step, within};
use crate::catalogue::subscription::period::{Period, months_of_interval, period_at};

/// The most intervals of a subscription that one run bills: fifty years of months.
const MOST_INTERVALS: usize = 600;

/// A line that bills something of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billed {
    /// The line.
    pub line: Uuid,
    /// Its invoice.
    pub invoice: Uuid,
    /// Whether the invoice is a draft.
    pub is_draft: bool,
    /// The first day of the interval; none for a setup.
    pub interval: Option<Date>,
    /// The change that caused it.
    pub change: Option<Uuid>,
    /// What counts as billed by it, in minor units: its amount without what was reopened.
    pub counts_minor: i64,
    /// What is left of it after credit notes, in minor units.
    pub left_minor: i64,
}

/// What an interval still costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// Nothing.
    Nothing,
    /// These lines are to be invoiced.
    Charge(Vec<Line>),
    /// One amount corrects what was invoiced.
    Correct(i64),
    /// These amounts are to be credited, each of a line.
    Credit(Vec<(Billed, i64)>),
}

/// The difference between the lines that are due and those that are billed. The newest billed line comes last.
pub fn delta(due: &[Line], billed: &[Billed]) -> Delta {
    let sum: i128 = due.iter().map(|line| i128::from(line.net_minor)).sum();
    let counted: i128 = billed.iter().map(|line| i128::from(line.counts_minor)).sum();
    let missing = sum - counted;
    if missing == 0 {
        return Delta::Nothing;
    }
    if missing > 0 {
        // A line that was reopened as a whole can be billed again, but its place is taken.
        let is_new = |line: &&Line| !billed.iter().any(|known| known.change == Some(line.change));
        let new: Vec<Line> = due.iter().filter(is_new).filter(|line| line.net_minor != 0).copied().collect();
        let of_new: i128 = new.iter().map(|line| i128::from(line.net_minor)).sum();
        return if of_new == missing {
            Delta::Charge(new)
        } else {
            Delta::Correct(i64::try_from(missing).unwrap_or(i64::MAX))
        };
    }
    let mut rest = -missing;
    let mut credits = Vec::new();
    for line in billed.iter().rev().filter(|line| line.left_minor > 0) {
        let amount = rest.min(i128::from(line.left_minor));
        if amount > 0 {
            credits.push((*line, i64::try_from(amount).unwrap_or(i64::MAX)));
            rest -= amount;
        }
    }
    Delta::Credit(credits)
}

/// The lines of an interval, with all that begin on its first day as one: only the last of them was ever in force.
fn merged(lines: Vec<Line>, period: Period) -> Result<Vec<Line>, TooLarge> {
    let (first, rest): (Vec<Line>, Vec<Line>) =
        lines.into_iter().partition(|line| line.days.starts_on == period.starts_on);
    let Some(last) = first.last() else { return Ok(rest) };
    let net = first.iter().map(|line| i128::from(line.net_minor)).sum();
    let whole = Line { net_minor: charge::minor(net)?, ..*last };
    Ok(std::iter::once(whole).chain(rest).collect())
}

/// What a subscription still costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// What is to be invoiced.
    pub items: Vec<Item>,
    /// What is to be credited, each of a line.
    pub credits: Vec<(Billed, i64)>,
    /// Everything before this day is billed then; `None` if nothing will be charged any more.
    pub since: Option<Date>,
}

/// A subscription as billing sees it.
pub struct Account<'a> {
    /// The subscription.
    pub row: &'a subscription::Model,
    /// What it is on each day.
    pub steps: &'a [Step],
    /// The products that it is or was.
    pub products: &'a dyn Fn(Uuid) -> Option<&'a product::Model>,
    /// What is billed of it, the oldest line first.
    pub billed: &'a [Billed],
}

impl Account<'_> {
    /// What all intervals that begin until the horizon still cost, from the first day that may not be billed. What was
    /// billed further ahead and is not due any more is credited as well.
    pub fn costs(&self, since: Date, horizon: Date) -> Result<Costs, TooLarge> {
        let mut costs = Costs::default();
        let months = months_of_interval(self.row.interval);
        let Some(first) = self.steps.first() else { return Ok(costs) };
        let mut interval = period_at(self.row.anchor_on, months, since.max(first.from));
        let last_billed = self.billed.iter().filter_map(|line| line.interval).max();
        for _ in 0..MOST_INTERVALS {
            let Some(period) = interval else { return Ok(costs) };
            let is_ahead = period.starts_on > horizon;
            if is_ahead {
                costs.since.get_or_insert(period.starts_on);
                if last_billed.is_none_or(|last| last < period.starts_on) {
                    return Ok(costs);
                }
            }
            let is_over = within(self.steps, period).iter().all(|step| step.quantity == 0);
            let billed: Vec<Billed> =
                self.billed.iter().filter(|line| line.interval == Some(period.starts_on)).copied().collect();
            if is_over && billed.is_empty() {
                return Ok(costs);
            }
            let of_it = self.of_interval(period, &billed)?;
            if !is_ahead {
                costs.items.extend(of_it.items);
            }
            costs.credits.extend(of_it.credits);
            interval = period_at(self.row.anchor_on, months, period.until);
        }
        costs.since = costs.since.or_else(|| interval.map(|period| period.starts_on));
        Ok(costs)
    }

    fn of_interval(&self, period: Period, billed: &[Billed]) -> Result<Costs, TooLarge> {
        let mut costs = Costs::default();
        let due = merged(charge::lines(self.steps, period)?, period)?;
        match delta(&due, billed) {
            Delta::Nothing => {}
            Delta::Charge(lines) => {
                for line in &lines {
                    costs.items.extend(self.item(line, period));
                }
            }
            Delta::Correct(minor) => {
                if let Some(last) = due.last() {
                    let whole = Line { change: last.change, days: period, net_minor: minor };
                    costs.items.extend(self.item(&whole, period).map(|item| Item {
                        source: Source::Interval {
                            subscription: self.row.id,
                            starts_on: period.starts_on,
                            change: None,
                        },
                        quantity: 1,
                        unit_minor: minor,
                        days: None,
                        ..item
                    }));
                }
            }
            Delta::Credit(credits) => costs.credits.extend(credits),
        }
        Ok(costs)
    }

    /// The item of an invoice for a line.
    fn item(&self, line: &Line, period: Period) -> Option<Item> {
        let steps = within(self.steps, period);
        let place = steps.iter().position(|step| step.change == line.change)?;
        let step = steps[place];
        let product = (self.products)(step.product)?;
        let is_first = line.days.starts_on == period.starts_on;
        let before = place.checked_sub(1).filter(|_| !is_first).map(|place| steps[place]);
        // A raise at the same price is so many units for so many days. Any other change is one amount.
        let added = match before {
            None => step.quantity,
            Some(before) if before.product == step.product && before.unit_minor == step.unit_minor => {
                step.quantity - before.quantity
            }
            Some(_) => 0,
        };
        let is_units = added > 0 && line.net_minor > 0;
        let (quantity, unit_minor) = match (is_units, line.net_minor < 0) {
            (true, _) => (added, step.unit_minor),
            (false, true) => (-1, line.net_minor.checked_abs()?),
            (false, false) => (1, line.net_minor),
        };
        let is_whole = line.days == period;
        Some(Item {
            description: product.name.clone(),
            quantity,
            unit_minor,
            net_minor: line.net_minor,
            days: (is_units && !is_whole).then(|| (line.days.count(), period.count())),
            period: Some((line.days.starts_on, line.days.ends_on())),
            source: Source::Interval {
                subscription: self.row.id,
                starts_on: period.starts_on,
                change: Some(line.change),
            },
            product: Some((product.id, product.code.clone())),
            revenue_key: product.revenue_key.clone(),
            tax_class: product.tax_class,
            unit_code: product.unit_code.clone(),
            is_commissionable: product.is_commissionable,
        })
    }
}

#[cfg(test)]
mod tests {
    use entity::subscription_change::{Kind, Model as Change, State};
    use proptest::prelude::*;
    use sea_orm::prelude::DateTimeUtc;

    use super::*;
    use crate::catalogue::subscription::history::steps;
    use crate::seed::rows;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn product() -> product::Model {
        rows::product(Uuid::from_u128(9), Uuid::nil(), "seats", "Seats", DateTimeUtc::UNIX_EPOCH)
    }

    fn row(starts_on: Date) -> subscription::Model {
        rows::subscription(Uuid::from_u128(8), Uuid::nil(), &product(), (10_000, "SEK"), starts_on)
    }

    fn change(position: i32, kind: Kind, on: Date, quantity: i32, unit_minor: i64) -> Change {
        Change {
            id: Uuid::from_u128(100 + u128::from(position.unsigned_abs())),
            organisation_id: Uuid::nil(),
            subscription_id: Uuid::from_u128(8),
            position,
            kind,
            effective_on: on,
            product_id: Uuid::from_u128(9),
            quantity,
            unit_minor,
            state: State::Done,
            order_id: None,
            user_id: None,
            api_key_id: None,
            created_at: DateTimeUtc::UNIX_EPOCH,
        }
    }

    /// Bills a history until a day, and adds the lines to those that are billed.
    fn bill(
        row: &subscription::Model,
        history: &[Change],
        billed: &mut Vec<Billed>,
        since: Date,
        until: Date,
    ) -> Costs {
        let (steps, product) = (steps(history), product());
        let products = |_| Some(&product);
        let account = Account { row, steps: &steps, products: &products, billed };
        let costs = account.costs(since, until).unwrap();
        for item in &costs.items {
            let Source::Interval { starts_on, change, .. } = item.source else { unreachable!() };
            billed.push(Billed {
                line: Uuid::from_u128(1_000 + billed.len() as u128),
                invoice: Uuid::nil(),
                is_draft: false,
                interval: Some(starts_on),
                change,
                counts_minor: item.net_minor,
                left_minor: item.net_minor,
            });
        }
        for (line, amount) in &costs.credits {
            let known = billed.iter_mut().find(|known| known.line == line.line).unwrap();
            assert!(*amount > 0 && *amount <= known.left_minor);
            known.left_minor -= amount;
            known.counts_minor -= amount;
        }
        costs
    }

    #[test]
    fn each_interval_is_billed_once() {
        let row = row(day("2026-01-31"));
        let history = [change(1, Kind::Start, day("2026-01-31"), 2, 10_000)];
        let mut billed = Vec::new();
        let first = bill(&row, &history, &mut billed, day("2026-01-31"), day("2026-03-30"));
        let nets: Vec<i64> = first.items.iter().map(|item| item.net_minor).collect();
        assert_eq!((nets, first.since), (vec![20_000, 20_000], Some(day("2026-03-31"))));
        assert_eq!(first.items[1].period, Some((day("2026-02-28"), day("2026-03-30"))));
        let again = bill(&row, &history, &mut billed, day("2026-01-31"), day("2026-03-30"));
        assert_eq!((again.items.len(), again.credits.len()), (0, 0));
    }

    #[test]
    fn raises_are_billed_by_units_and_days() {
        let row = row(day("2026-03-01"));
        let mut history = vec![change(1, Kind::Start, day("2026-03-01"), 10, 10_000)];
        let mut billed = Vec::new();
        bill(&row, &history, &mut billed, day("2026-03-01"), day("2026-03-05"));
        history.push(change(2, Kind::Raise, day("2026-03-10"), 15, 10_000));
        history.push(change(3, Kind::Raise, day("2026-03-20"), 18, 10_000));
        let raised = bill(&row, &history, &mut billed, day("2026-03-10"), day("2026-03-20"));
        let lines: Vec<_> =
            raised.items.iter().map(|item| (item.quantity, item.unit_minor, item.days, item.net_minor)).collect();
        assert_eq!(lines, [(5, 10_000, Some((22, 31)), 35_484), (3, 10_000, Some((12, 31)), 11_613)]);
    }

    #[test]
    fn what_is_given_back_is_credited_from_the_newest_line() {
        let mut row = row(day("2026-11-01"));
        row.interval = subscription::Interval::Year;
        let mut history = vec![change(1, Kind::Start, day("2026-11-01"), 2, 12_000)];
        let mut billed = Vec::new();
        bill(&row, &history, &mut billed, day("2026-11-01"), day("2026-11-01"));
        history.push(change(2, Kind::Return, day("2026-11-05"), 0, 12_000));
        let returned = bill(&row, &history, &mut billed, day("2026-11-05"), day("2026-11-05"));
        assert_eq!(returned.credits.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), [23_737]);
        // Nothing is left: the next run forgets the subscription.
        assert_eq!(bill(&row, &history, &mut billed, day("2027-11-01"), day("2028-01-01")).since, None);
    }

    #[test]
    fn a_change_on_the_first_day_is_all_that_is_billed() {
        let mut row = row(day("2026-11-01"));
        row.interval = subscription::Interval::Year;
        let history = [
            change(1, Kind::Start, day("2026-11-01"), 1, 47_040),
            change(2, Kind::Product, day("2026-11-01"), 1, 28_800),
        ];
        let (mut late, mut early) = (Vec::new(), Vec::new());
        let both = bill(&row, &history, &mut late, day("2026-11-01"), day("2026-11-01"));
        assert_eq!(both.items.iter().map(|item| (item.quantity, item.net_minor)).collect::<Vec<_>>(), [(1, 28_800)]);
        // Billed before the change came, the difference is credited.
        bill(&row, &history[..1], &mut early, day("2026-11-01"), day("2026-11-01"));
        let credited = bill(&row, &history, &mut early, day("2026-11-01"), day("2026-11-01"));
        assert_eq!(credited.credits.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), [18_240]);
    }

    #[test]
    fn a_withdrawn_change_that_was_billed_is_corrected() {
        let row = row(day("2026-03-01"));
        let mut history = vec![
            change(1, Kind::Start, day("2026-03-01"), 10, 10_000),
            change(2, Kind::Lower, day("2026-04-01"), 4, 10_000),
        ];
        let mut billed = Vec::new();
        bill(&row, &history, &mut billed, day("2026-03-01"), day("2026-04-01"));
        history[1].state = State::Withdrawn;
        let corrected = bill(&row, &history, &mut billed, day("2026-04-01"), day("2026-04-01"));
        let lines: Vec<_> = corrected.items.iter().map(|item| (item.quantity, item.net_minor)).collect();
        // Nothing of April is billed for the start, so all of it is due but what the lowering left.
        assert_eq!(lines.iter().map(|(_, net)| net).sum::<i64>(), 60_000);
    }

    proptest! {
        #[test]
        fn any_order_of_changes_and_runs_bills_the_same(
            acts in prop::collection::vec((0_i64..120, 0_i32..20, 1_i64..50_000, any::<bool>()), 1..12),
        ) {
            let start = day("2026-01-31");
            let row = row(start);
            let mut history = vec![change(1, Kind::Start, start, 5, 9_999)];
            let (mut billed, mut since, mut at) = (Vec::new(), start, start);
            for (position, (later, quantity, unit, is_run)) in (2..).zip(acts) {
                at = at.max(start + chrono::TimeDelta::days(later));
                if is_run {
                    since = bill(&row, &history, &mut billed, since, at).since.unwrap_or(at);
                } else {
                    history.push(change(position, Kind::Raise, at, quantity.max(1), unit));
                    since = since.min(at);
                }
            }
            let end = day("2026-07-01");
            bill(&row, &history, &mut billed, since, end);
            // In the end, the sum of an interval is what is due for it, whenever the runs came.
            let steps = steps(&history);
            let mut interval = period_at(start, 1, start).unwrap();
            while interval.starts_on <= end {
                let left: i64 = billed.iter().filter(|line| line.interval == Some(interval.starts_on)).map(|line| line.left_minor).sum();
                prop_assert_eq!(left, charge::due(&steps, interval).unwrap());
                interval = period_at(start, 1, interval.until).unwrap();
            }
        }
    }
}
