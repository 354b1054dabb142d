//! Invoices with correct sums.

use chrono::{Days, Months};
use entity::{invoice, invoice_line, subscription};
use sea_orm::prelude::Date;
use uuid::Uuid;

use crate::catalogue::price::rules::months;

/// VAT in hundredths of a percent.
const VAT_BASIS_POINTS: i32 = 2_500;
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

/// A line for the interval that begins on the day of issue. Adds its amounts to the invoice.
pub fn add_line(
    invoice: &mut invoice::Model,
    id: Uuid,
    position: i32,
    subscription: &subscription::Model,
) -> invoice_line::Model {
    let net = i64::from(subscription.quantity) * subscription.unit_price_minor;
    let vat = net * i64::from(VAT_BASIS_POINTS) / 10_000;
    invoice.net_minor += net;
    invoice.vat_minor += vat;
    invoice.total_minor += net + vat;
    invoice_line::Model {
        id,
        organisation_id: invoice.organisation_id,
        invoice_id: invoice.id,
        position,
        description: subscription.product_name.clone(),
        quantity: subscription.quantity,
        unit_minor: subscription.unit_price_minor,
        net_minor: net,
        vat_basis_points: VAT_BASIS_POINTS,
        period_starts_on: Some(invoice.issued_on),
        period_ends_on: Some(invoice.issued_on + Months::new(months(subscription.interval)) - Days::new(1)),
    }
}
