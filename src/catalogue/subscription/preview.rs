//! What a change of a subscription would do and cost.

use std::sync::Arc;

use async_graphql::{Context, ID, OneofObject};
use entity::subscription::Model;
use entity::subscription_change as change;
use macros::guarded;
use sea_orm::prelude::Date;

use super::acting::{Cause, rows_of};
use super::change::{SubscriptionChangeKind, too_large};
use super::object::BillingInterval;
use super::period::{months_of_interval, period_at};
use super::rules::{Planned, Standing, beyond_calendar};
use super::{charge, history, offer, store};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::money::Money;
use crate::catalogue::product::store as products;
use crate::graphql::request::Request;
use crate::licence::pool::ShortLicencePool;

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
pub struct ChangePreview {
    planned: Planned,
    now_minor: i64,
    recurring_minor: i64,
    /// The subscription as it is.
    row: Arc<Model>,
    committed_until: Date,
    /// Its changes, as they would be.
    after: Vec<change::Model>,
    organisation: Decision,
}

impl ChangePreview {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.row.currency)
    }
}

impl Guarded for ChangePreview {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// What a change would do.
#[guarded]
impl ChangePreview {
    /// What it does.
    #[public]
    fn kind(&self) -> SubscriptionChangeKind {
        self.planned.kind.into()
    }

    /// Its first day. For a cancellation and a return, the first day without the subscription.
    #[public]
    fn effective_on(&self) -> Date {
        self.planned.effective_on
    }

    /// The number of units from that day on.
    #[public]
    fn quantity(&self) -> i32 {
        self.planned.quantity
    }

    /// Price of one unit for one interval from that day on.
    #[public]
    fn unit_price(&self) -> Money {
        self.money(self.planned.unit_minor)
    }

    /// What it adds to the charge of the current interval; negative for a credit. Without VAT.
    #[public]
    fn now(&self) -> Money {
        self.money(self.now_minor)
    }

    /// What an interval costs from that day on. Without VAT.
    #[public]
    fn recurring(&self) -> Money {
        self.money(self.recurring_minor)
    }

    /// The time between two invoices.
    #[public]
    fn interval(&self) -> BillingInterval {
        self.row.interval.into()
    }

    /// The first day after the commitment.
    #[public]
    fn committed_until(&self) -> Date {
        self.committed_until
    }

    /// The pools from which more is used today than would be granted on the day of the change, by the name of the feature:
    /// those in which it leaves less. Such a change is possible; nothing more can be taken from the pools until enough was
    /// given back.
    #[requires(LICENCE_READ)]
    async fn short_pools(&self, context: &Context<'_>) -> Result<Option<Vec<ShortLicencePool>>> {
        let day = self.planned.effective_on;
        ShortLicencePool::list(Request::of(context)?, &self.row, &self.after, day).await.map(Some)
    }
}

/// What a change of a subscription would do today.
pub async fn preview(
    request: &Request,
    row: &Arc<Model>,
    at: &Decision,
    wanted: &PreviewedChange,
) -> Result<ChangePreview> {
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
    let recurring = charge::price(planned.unit_minor, planned.quantity);
    Ok(ChangePreview {
        planned: *planned,
        now_minor: charged(&after)?.saturating_sub(charged(&changes)?),
        recurring_minor: charge::minor(recurring).map_err(too_large)?,
        row: Arc::clone(row),
        committed_until: outcome.row.committed_until,
        after,
        organisation: at.clone(),
    })
}
