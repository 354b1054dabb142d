//! A change of a subscription, and the charge of one of its intervals, as clients of the API see them.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::subscription_change as change;
use macros::{guarded, public_object};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::charge::{self, TooLarge};
use super::history;
use super::object::Subscription;
use super::period::Period;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::money::Money;
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// What a change of a subscription does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "change::Kind")]
pub enum SubscriptionChangeKind {
    /// The subscription begins.
    Start,
    /// A new term begins.
    Renew,
    /// The quantity goes up.
    Raise,
    /// The quantity goes down.
    Lower,
    /// Another product takes the place of the old one.
    Product,
    /// The price changes.
    Price,
    /// The subscription will end at the end of its commitment.
    Cancel,
    /// A cancellation is taken back.
    Keep,
    /// Units are given back within the return window.
    Return,
    /// The subscription ends.
    End,
}

/// The state of a change of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "change::State")]
pub enum SubscriptionChangeState {
    /// It takes effect on a later day.
    Scheduled,
    /// It has taken effect.
    Done,
    /// It was withdrawn before it took effect.
    Withdrawn,
}

/// A change of a subscription. The quantity and the price are those from its first day on.
pub struct SubscriptionChange {
    row: Arc<change::Model>,
    currency: String,
    organisation: Decision,
}

impl SubscriptionChange {
    /// A change of a subscription in this currency.
    pub fn new(row: &Arc<change::Model>, currency: &str, at: &Decision) -> Self {
        Self { row: Arc::clone(row), currency: currency.to_owned(), organisation: at.clone() }
    }

    /// The organisation of the subscription.
    pub const fn at(&self) -> &Decision {
        &self.organisation
    }

    /// The subscription that it belongs to.
    pub fn subscription(&self) -> Uuid {
        self.row.subscription_id
    }
}

impl Find for SubscriptionChange {
    const TYPE: Type = Type::SubscriptionChange;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up_change(request, key).await? else { return Ok(None) };
        let of = Subscription::find(request, row.key(|row| row.subscription_id)).await?;
        Ok(of.and_then(|of| row.visible(|row| Self::new(&row, &of.row().currency, of.at()))))
    }
}

impl Guarded for SubscriptionChange {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A change of a subscription. The quantity and the price are those from its first day on.
#[guarded(exists(SUBSCRIPTION_READ))]
impl SubscriptionChange {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::SubscriptionChange.id(self.row.id)
    }

    /// What it does.
    #[public]
    fn kind(&self) -> SubscriptionChangeKind {
        self.row.kind.into()
    }

    /// Its first day. For END and RETURN, the first day without what went away.
    #[public]
    fn effective_on(&self) -> Date {
        self.row.effective_on
    }

    /// The number of units from that day on; 0 when the subscription ends.
    #[public]
    fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// Price of one unit for one interval from that day on.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_minor, &self.currency)
    }

    /// Its state.
    #[public]
    fn state(&self) -> SubscriptionChangeState {
        self.row.state.into()
    }

    /// Whether the server made it by itself, such as a renewal.
    #[public]
    fn is_automatic(&self) -> bool {
        self.row.user_id.is_none() && self.row.api_key_id.is_none()
    }

    /// When it was recorded.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}

/// What is due for one interval of a subscription, and why. A day on which something was had is paid once, at the price
/// of that day.
#[public_object]
pub struct ChargeExplanation {
    /// First day of the interval.
    pub starts_on: Date,
    /// Last day of the interval.
    pub ends_on: Date,
    /// How many days the interval has.
    pub days: i32,
    /// The parts of the interval with one price and one quantity.
    pub segments: Vec<ChargeSegment>,
    /// What each change makes of it. The lines add up to what is due.
    pub lines: Vec<ChargeLine>,
    /// What is due: price, quantity and days of all segments, divided by the days of the interval and rounded once, half
    /// away from zero. Without VAT.
    pub due: Money,
    /// What was billed of it so far, without what was credited because of changes. Without VAT.
    pub billed: Money,
    /// What the next billing run invoices of it, or credits if it is negative. Without VAT.
    pub delta: Money,
}

/// A part of an interval with one price and one quantity.
#[public_object]
pub struct ChargeSegment {
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Date,
    /// How many days it has.
    pub days: i32,
    /// The number of units.
    pub quantity: i32,
    /// Price of one unit for the whole interval.
    pub unit_price: Money,
}

/// What one change adds to an interval, or takes away from it.
#[public_object]
pub struct ChargeLine {
    /// The change; for the first line, the one that was in force when the interval began.
    pub change: ID,
    /// How many days it counts in the interval.
    pub days: i32,
    /// The amount; negative for a credit. Without VAT.
    pub amount: Money,
}

impl ChargeExplanation {
    /// The charge of an interval of which so much was billed, in minor units.
    pub fn new(changes: &[change::Model], interval: Period, currency: &str, billed_minor: i64) -> Result<Self> {
        let steps = history::steps(changes);
        let money = |minor| Money::new(minor, currency);
        let segments = charge::segments(&steps, interval).into_iter().map(|one| ChargeSegment {
            starts_on: one.days.starts_on,
            ends_on: one.days.ends_on(),
            days: one.days.count(),
            quantity: one.quantity,
            unit_price: money(one.unit_minor),
        });
        let lines = charge::lines(&steps, interval).map_err(too_large)?.into_iter().map(|one| ChargeLine {
            change: Type::SubscriptionChange.id(one.change),
            days: one.days.count(),
            amount: money(one.net_minor),
        });
        let due = charge::due(&steps, interval).map_err(too_large)?;
        Ok(Self {
            starts_on: interval.starts_on,
            ends_on: interval.ends_on(),
            days: interval.count(),
            segments: segments.collect(),
            lines: lines.collect(),
            due: money(due),
            billed: money(billed_minor),
            delta: money(due.saturating_sub(billed_minor)),
        })
    }
}

/// The error for amounts that are too large.
pub fn too_large(error: TooLarge) -> Error {
    Error::Conflict(format!("The charge cannot be computed: {error}."))
}
