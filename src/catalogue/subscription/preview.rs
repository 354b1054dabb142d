//! What a change of a subscription would do and cost.

use async_graphql::{ID, OneofObject};
use entity::subscription::Model;
use entity::subscription_change as change;
use macros::public_object;
use sea_orm::prelude::Date;

use super::acting::{Cause, rows_of};
use super::change::{SubscriptionChangeKind, too_large};
use super::object::BillingInterval;
use super::period::{months_of_interval, period_at};
use super::rules::{Standing, beyond_calendar};
use super::{charge, history, offer, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::money::Money;
use crate::catalogue::product::store as products;
use crate::graphql::request::Request;

/// The change to preview.
#[derive(OneofObject)]
pub enum PreviewedChange {
    /// Another number of units.
    Quantity(i32),
    /// Another product: its id.
    ProductId(ID),
    /// True: a cancellation.
    Cancel(bool),
    /// True: returning everything.
    Return(bool),
}

/// What a change would do.
#[public_object]
pub struct ChangePreview {
    /// What it does.
    pub kind: SubscriptionChangeKind,
    /// Its first day. For a cancellation and a return, the first day without the subscription.
    pub effective_on: Date,
    /// The number of units from that day on.
    pub quantity: i32,
    /// Price of one unit for one interval from that day on.
    pub unit_price: Money,
    /// What it adds to the charge of the current interval; negative for a credit. Without VAT.
    pub now: Money,
    /// What an interval costs from that day on. Without VAT.
    pub recurring: Money,
    /// The time between two invoices.
    pub interval: BillingInterval,
    /// The first day after the commitment.
    pub committed_until: Date,
}

/// What a change of a subscription would do today.
pub async fn preview(request: &Request, row: &Model, wanted: &PreviewedChange) -> Result<ChangePreview> {
    let changes = store::history(request, row.id).await?;
    let product = products::find(request, row.product_id).await?.ok_or(Error::NotFound)?;
    let standing = Standing { row, product: &product, changes: &changes, today: request.today() };
    let outcome = match wanted {
        PreviewedChange::Quantity(quantity) => standing.change_quantity(*quantity),
        PreviewedChange::ProductId(id) => {
            let (product, price) = offer::of_upgrade(request, row, Type::Product.parse(id)?).await?;
            standing.change_product(&product, &price)
        }
        PreviewedChange::Cancel(_) => standing.cancel(),
        PreviewedChange::Return(_) => standing.give_back(),
    }?;
    let Some(planned) = outcome.planned.first() else { return Err(Error::fault("a change without a plan")) };
    let mut after = Vec::clone(&changes);
    after.retain(|change| !outcome.withdrawn.contains(&change.id));
    after.extend(rows_of(request, Cause::default(), row, &changes, &outcome.planned));
    let interval = period_at(row.anchor_on, months_of_interval(row.interval), request.today());
    let interval = interval.ok_or_else(beyond_calendar)?;
    let charged = |changes: &[change::Model]| charge::due(&history::steps(changes), interval).map_err(too_large);
    let money = |minor| Money::new(minor, &row.currency);
    let recurring = charge::price(planned.unit_minor, planned.quantity);
    Ok(ChangePreview {
        kind: planned.kind.into(),
        effective_on: planned.effective_on,
        quantity: planned.quantity,
        unit_price: money(planned.unit_minor),
        now: money(charged(&after)?.saturating_sub(charged(&changes)?)),
        recurring: money(charge::minor(recurring).map_err(too_large)?),
        interval: row.interval.into(),
        committed_until: outcome.row.committed_until,
    })
}
