//! The history of a subscription: what it was on a day is a fold over its changes.

use entity::subscription_change::{Kind, Model as Change, State};
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::period::Period;

/// What a subscription is from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The change that made it so.
    pub change: Uuid,
    /// The first day.
    pub from: Date,
    /// The product.
    pub product: Uuid,
    /// The number of units: 0 after the end.
    pub quantity: i32,
    /// Price of one unit for one interval, in minor units.
    pub unit_minor: i64,
    /// Whether a term begins with it, so that nothing before it counts.
    pub begins_term: bool,
}

/// The changes that count, in the order in which they take effect. Those that are scheduled count from their day on.
pub fn steps(changes: &[Change]) -> Vec<Step> {
    let mut counting: Vec<&Change> = changes.iter().filter(|change| change.state != State::Withdrawn).collect();
    counting.sort_by_key(|change| (change.effective_on, change.position));
    let mut steps: Vec<Step> = Vec::with_capacity(counting.len());
    for change in counting {
        let mut step = Step {
            change: change.id,
            from: change.effective_on,
            product: change.product_id,
            quantity: change.quantity,
            unit_minor: change.unit_minor,
            begins_term: matches!(change.kind, Kind::Start | Kind::Renew),
        };
        // What waits for the renewal is about the number of units or about the price. The renewal takes both.
        if let (State::Scheduled, Some(before)) = (change.state, steps.last()) {
            match change.kind {
                Kind::Lower => (step.product, step.unit_minor) = (before.product, before.unit_minor),
                Kind::Price => (step.product, step.quantity) = (before.product, before.quantity),
                _ => {}
            }
        }
        steps.push(step);
    }
    steps
}

/// What the subscription is on the day; `None` before it begins.
pub fn on_day(steps: &[Step], day: Date) -> Option<Step> {
    steps.iter().rev().find(|step| step.from <= day).copied()
}

/// The steps that matter in a period. The first is what the subscription is when the period begins, and each other one
/// begins within the period.
pub fn within(steps: &[Step], period: Period) -> &[Step] {
    let end = steps.partition_point(|step| step.from < period.until);
    let steps = &steps[..end];
    // With a new term, the old one no longer counts. Without one, the period begins with what was there before.
    let first_day = steps.partition_point(|step| step.from < period.starts_on);
    let on_first_day = steps.partition_point(|step| step.from <= period.starts_on);
    let new_term = steps[first_day..on_first_day].iter().rposition(|step| step.begins_term);
    let start = new_term.map_or_else(|| first_day.saturating_sub(1), |place| first_day + place);
    &steps[start..]
}
