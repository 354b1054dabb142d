//! What an order would cost.

use std::sync::Arc;

use macros::public_object;
use sea_orm::prelude::Date;

use super::input::{OrderLineInput, asked};
use super::quote::{Buyer, Quote, Quoted};
use crate::access::Decision;
use crate::base::error::Result;
use crate::base::money::Money;
use crate::billing::vat::vat_of_today;
use crate::catalogue::product::{Product, Seen};
use crate::catalogue::subscription::{BillingInterval, SubscriptionTerm};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// What an order would cost, if it were placed today. All amounts are without VAT but the last two.
#[public_object]
pub struct OrderPreview {
    /// The organisation that it would be for. For the order of a new client, the organisation that creates the client.
    pub organisation: OrganisationCard,
    /// The lines.
    pub lines: Vec<OrderPreviewLine>,
    /// The first interval of each line, and what is paid once. Give it to `placeOrder`, or to
    /// `placeOrderForNewClient`, as `expectedTotal`.
    pub total: Money,
    /// What is to pay again and again, by the time between two invoices.
    pub recurring: Vec<RecurringAmount>,
    /// The VAT on the total, as on an invoice of today; null while billing details, the issuer or a rate are missing.
    pub vat: Option<Money>,
    /// The total with VAT; null if the VAT is not known.
    pub total_with_vat: Option<Money>,
}

/// A line of an order that was not placed.
#[public_object]
pub struct OrderPreviewLine {
    /// The product.
    pub product: Product,
    /// The number of units.
    pub quantity: i32,
    /// The commitment.
    pub term: SubscriptionTerm,
    /// The time between two invoices.
    pub interval: BillingInterval,
    /// Price of one unit for one interval.
    pub unit_price: Money,
    /// What it costs once.
    pub setup: Money,
    /// The charge of the first interval.
    pub first_charge: Money,
    /// Whether it begins only when its service is ready. The days below are then those of a service that is ready today.
    pub begins_with_service: bool,
    /// First day.
    pub starts_on: Date,
    /// Last day of the first interval.
    pub first_interval_ends_on: Date,
    /// How many days the first interval has.
    pub days: i32,
    /// The first day after the commitment.
    pub committed_until: Date,
    /// The first day on which a renewal may change the price; null if each renewal takes the price in force.
    pub price_locked_until: Option<Date>,
}

/// What is to pay for each interval.
#[public_object]
pub struct RecurringAmount {
    /// The interval.
    pub interval: BillingInterval,
    /// The amount. Without VAT.
    pub net: Money,
}

impl OrderPreview {
    /// What an order of these lines would cost an organisation today.
    pub async fn of(request: &Request, at: &Decision, lines: &[OrderLineInput]) -> Result<Self> {
        let quote = Buyer::of(request, at.id()).await?.quote(request, &asked(lines)?).await?;
        let amounts = quote
            .lines
            .iter()
            .map(|line| (line.product.tax_class, line.recurring_minor.saturating_add(line.setup_minor)));
        let vat_minor = vat_of_today(request, at.id(), amounts).await?;
        Self::new(request, &quote, at, vat_minor).await
    }

    /// What an order of these lines would cost a new client of an organisation today.
    pub async fn of_new_client(
        request: &Request,
        at: &Decision,
        lines: &[OrderLineInput],
        currency: String,
    ) -> Result<Self> {
        let quote = Buyer::new(request, currency).await?.quote(request, &asked(lines)?).await?;
        Self::new(request, &quote, at, None).await
    }

    async fn new(request: &Request, quote: &Quote, at: &Decision, vat_minor: Option<i64>) -> Result<Self> {
        let seller = match quote.lines.first() {
            Some(line) => request.access.look(line.product.organisation_id).await?,
            None => None,
        };
        let seen = Seen::by_reader(seller.as_ref().unwrap_or(at));
        let mut recurring: Vec<(BillingInterval, i64)> = Vec::new();
        for line in &quote.lines {
            let interval = line.interval.into();
            match recurring.iter_mut().find(|(known, _)| *known == interval) {
                // The total, which is larger, fits.
                Some((_, sum)) => *sum += line.recurring_minor,
                None => recurring.push((interval, line.recurring_minor)),
            }
        }
        let net = |minor| Money::new(minor, &quote.currency);
        Ok(Self {
            organisation: at.card().into(),
            lines: quote.lines.iter().map(|line| OrderPreviewLine::new(line, &quote.currency, seen)).collect(),
            total: quote.total(),
            vat: vat_minor.map(net),
            total_with_vat: vat_minor.and_then(|vat| quote.total_minor.checked_add(vat)).map(net),
            recurring: recurring
                .into_iter()
                .map(|(interval, minor)| RecurringAmount { interval, net: net(minor) })
                .collect(),
        })
    }
}

impl OrderPreviewLine {
    fn new(line: &Quoted, currency: &str, seen: Seen) -> Self {
        let money = |minor| Money::new(minor, currency);
        Self {
            product: Product::new(Arc::clone(&line.product), seen),
            quantity: line.quantity,
            term: line.term.into(),
            interval: line.interval.into(),
            unit_price: money(line.unit_minor),
            setup: money(line.setup_minor),
            first_charge: money(line.recurring_minor),
            begins_with_service: line.waits_for_activation(),
            starts_on: line.first.starts_on,
            first_interval_ends_on: line.first.ends_on(),
            days: line.first.count(),
            committed_until: line.committed_until,
            price_locked_until: line.price_locked_until,
        }
    }
}
