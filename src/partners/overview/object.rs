//! What an organisation has in all.

use async_graphql::{Context, Object, SimpleObject};
use macros::guarded;

use super::rules::Sums;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::money::Money;
use crate::graphql::directive;
use crate::graphql::request::Request;

/// What an organisation has in all: figures for a dashboard. Each is counted only when it is asked for.
pub struct OrganisationOverview(Decision);

/// Some invoices in all.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct InvoiceTotal {
    /// How many.
    count: u64,
    /// What is left to pay of them, by currency.
    amounts: Vec<Money>,
}

impl InvoiceTotal {
    /// So many with so much left to pay.
    pub fn new((count, amounts): &(u64, Sums)) -> Result<Self> {
        Ok(Self { count: *count, amounts: amounts.money()? })
    }
}

impl OrganisationOverview {
    /// Of an organisation that the viewer sees.
    pub fn of(seen: &Decision) -> Self {
        Self(seen.clone())
    }
}

impl Guarded for OrganisationOverview {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// What an organisation has in all: figures for a dashboard. Each is counted only when it is asked for.
#[guarded]
#[Object]
impl OrganisationOverview {
    /// How many members it has.
    #[requires(MEMBER_READ)]
    async fn member_count(&self, context: &Context<'_>) -> Result<Option<u64>> {
        store::members(Request::of(context)?, self.0.id()).await.map(Some)
    }

    /// How many subscriptions it has that are not over.
    #[requires(SUBSCRIPTION_READ)]
    async fn subscription_count(&self, context: &Context<'_>) -> Result<Option<u64>> {
        Ok(Some(store::subscribed(Request::of(context)?, self.0.id()).await?.count))
    }

    /// What its subscriptions cost in a month, by currency: those that renew, so cancelled ones are left out. An annual
    /// term counts a twelfth; the sum of each currency is rounded once, half to even.
    #[requires(SUBSCRIPTION_READ)]
    async fn monthly_recurring(&self, context: &Context<'_>) -> Result<Option<Vec<Money>>> {
        store::subscribed(Request::of(context)?, self.0.id()).await?.monthly().map(Some)
    }

    /// The invoices for it that are issued and not wholly paid, overdue or not.
    #[requires(INVOICE_READ)]
    async fn open_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceTotal>> {
        InvoiceTotal::new(&store::invoiced(Request::of(context)?, self.0.id()).await?.open).map(Some)
    }

    /// Of the open ones, those whose last day to pay is over.
    #[requires(INVOICE_READ)]
    async fn overdue_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceTotal>> {
        InvoiceTotal::new(&store::invoiced(Request::of(context)?, self.0.id()).await?.overdue).map(Some)
    }
}
