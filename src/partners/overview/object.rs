//! The figures of one organisation.

use async_graphql::Context;
use macros::{guarded, public_object};

use super::rules::{Seats, Sums};
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::money::{BigInt, Money};
use crate::graphql::request::Request;

/// Figures of an organisation, for a dashboard. Each is counted only when it is asked for.
pub struct OrganisationOverview(Decision);

/// A total of invoices.
#[public_object]
pub struct InvoiceTotal {
    /// How many invoices.
    count: u64,
    /// What is left to pay, one amount for each currency.
    amounts: Vec<Money>,
}

impl InvoiceTotal {
    /// Makes the total of a count and the amounts left to pay.
    pub fn new((count, amounts): &(u64, Sums)) -> Result<Self> {
        Ok(Self { count: *count, amounts: amounts.money()? })
    }
}

/// A total of seats, as they were last counted.
#[public_object]
pub struct SeatTotal {
    /// How many people can have one.
    granted: BigInt,
    /// How many people have one.
    assigned: BigInt,
    /// Of those, how many logged in within 30 days.
    active_30: BigInt,
    /// Of those, how many never logged in.
    never: BigInt,
}

impl From<Seats> for SeatTotal {
    fn from(seats: Seats) -> Self {
        let Seats { granted, assigned, active_30, never } = seats;
        Self {
            granted: BigInt(granted),
            assigned: BigInt(assigned),
            active_30: BigInt(active_30),
            never: BigInt(never),
        }
    }
}

impl OrganisationOverview {
    /// The figures of an organisation.
    pub fn of(organisation: &Decision) -> Self {
        Self(organisation.clone())
    }
}

impl Guarded for OrganisationOverview {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// Figures of an organisation, for a dashboard. Each is counted only when it is asked for.
#[guarded]
impl OrganisationOverview {
    /// How many members the organisation has.
    #[requires(MEMBER_READ)]
    async fn member_count(&self, context: &Context<'_>) -> Result<Option<u64>> {
        store::members(Request::of(context)?, self.0.id()).await.map(Some)
    }

    /// How many subscriptions have not ended, including cancelled ones.
    #[requires(SUBSCRIPTION_READ)]
    async fn subscription_count(&self, context: &Context<'_>) -> Result<Option<u64>> {
        Ok(Some(store::subscribed(Request::of(context)?, self.0.id()).await?.count))
    }

    /// What the subscriptions cost in a month, one amount for each currency. Cancelled ones are left out, because they do
    /// not renew. Annual terms count a twelfth. Each sum is rounded once, half away from zero.
    #[requires(SUBSCRIPTION_READ)]
    async fn monthly_recurring(&self, context: &Context<'_>) -> Result<Option<Vec<Money>>> {
        store::subscribed(Request::of(context)?, self.0.id()).await?.monthly().map(Some)
    }

    /// The issued invoices for this organisation that are not fully paid, overdue or not.
    #[requires(INVOICE_READ)]
    async fn open_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceTotal>> {
        InvoiceTotal::new(&store::invoiced(Request::of(context)?, self.0.id()).await?.open).map(Some)
    }

    /// The open invoices that are past their due date.
    #[requires(INVOICE_READ)]
    async fn overdue_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceTotal>> {
        InvoiceTotal::new(&store::invoiced(Request::of(context)?, self.0.id()).await?.overdue).map(Some)
    }

    /// The seats of all features, as they were last counted: `Organisation.usage` has them by feature and day.
    #[requires(USAGE_READ)]
    async fn seats(&self, context: &Context<'_>) -> Result<Option<SeatTotal>> {
        Ok(Some(store::seats(Request::of(context)?, self.0.id()).await?.into()))
    }
}
