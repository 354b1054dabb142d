//! Invoices with correct sums.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::Days;
use entity::subscription::State;
use entity::{invoice, invoice_line, subscription, unbilled_subscription};
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::rows::invoice_line;
use crate::catalogue::subscription::period::{Period, months_of_interval, period_at};

/// Days from the issue to the last day to pay.
const DAYS_TO_PAY: u64 = 30;

/// The last day to pay an invoice that is issued on this day.
pub fn due_on(issued_on: Date) -> Date {
    issued_on + Days::new(DAYS_TO_PAY)
}

/// The number of an invoice. Each issuer counts from 1.
pub fn number(count: u64) -> String {
    format!("{count:06}")
}

/// A commitment as long as an interval.
pub const fn term(interval: subscription::Interval) -> subscription::Term {
    match interval {
        subscription::Interval::Month => subscription::Term::Monthly,
        subscription::Interval::Year => subscription::Term::Annual,
    }
}

/// A line for the interval that contains the day of issue. Adds its amounts to the invoice.
pub fn add_line(
    invoice: &mut invoice::Model,
    issued_on: Date,
    id: Uuid,
    position: i32,
    subscription: &subscription::Model,
) -> invoice_line::Model {
    let price = (subscription.quantity, subscription.unit_price_minor);
    let line =
        invoice_line(id, (invoice.organisation_id, invoice.id), position, subscription.product_name.clone(), price);
    let vat = line.net_minor * i64::from(line.vat_basis_points) / 10_000;
    invoice.net_minor += line.net_minor;
    invoice.vat_minor += vat;
    invoice.total_minor += line.net_minor + vat;
    let interval = period_at(subscription.anchor_on, months_of_interval(subscription.interval), issued_on);
    invoice_line::Model {
        period_starts_on: interval.map(|interval| interval.starts_on),
        period_ends_on: interval.map(Period::ends_on),
        product_id: Some(subscription.product_id),
        product_code: subscription.product_code.clone(),
        ..line
    }
}

/// Says of each line which interval of which subscription it bills, unless an earlier one does. Returns from when on each
/// running subscription is not billed.
pub fn settle(
    subscriptions: &[subscription::Model],
    invoices: &[invoice::Model],
    lines: &mut [invoice_line::Model],
    today: Date,
) -> Vec<unbilled_subscription::Model> {
    let void: HashSet<Uuid> =
        invoices.iter().filter(|row| row.state == invoice::State::Void).map(|row| row.id).collect();
    let of_it = |row: &subscription::Model| (row.organisation_id, row.product_id);
    let ids: HashMap<_, _> = subscriptions.iter().map(|row| (of_it(row), row)).collect();
    let mut billed: HashMap<Uuid, BTreeSet<Date>> = HashMap::new();
    for line in lines.iter_mut().filter(|line| !void.contains(&line.invoice_id)) {
        let row = line.product_id.and_then(|product| ids.get(&(line.organisation_id, product)));
        if let (Some(row), Some(first)) = (row, line.period_starts_on)
            && first >= row.anchor_on
            && billed.entry(row.id).or_default().insert(first)
        {
            line.subscription_id = Some(row.id);
            line.interval_starts_on = Some(first);
            // The first change of a subscription has the id of the subscription.
            line.change_id = Some(row.id);
        }
    }
    let running = subscriptions.iter().filter(|row| matches!(row.state, State::Active | State::Pending));
    let unbilled = running.filter_map(|row| {
        let months = months_of_interval(row.interval);
        let current = period_at(row.anchor_on, months, today.max(row.anchor_on))?;
        let is_billed = billed.get(&row.id).is_some_and(|days| days.contains(&current.starts_on));
        let since = if is_billed { current.until } else { current.starts_on };
        Some(unbilled_subscription::Model { subscription_id: row.id, organisation_id: row.organisation_id, since })
    });
    unbilled.collect()
}
