//! Totals over the clients of a reseller.

use async_graphql::Context;
use macros::{guarded, public_object};

use super::object::SeatTotal;
use super::rules::{Invoiced, Over, Sums};
use super::store;
use crate::access::Decision;
use crate::base::error::Result;
use crate::base::money::Money;
use crate::graphql::request::Request;
use crate::partners::partnership::PartnershipState;

/// Totals over the clients of a reseller. Each total covers the clients that let the viewer see it.
pub struct ResellerSummary(Decision);

/// How many clients have a partnership in this state.
#[public_object]
#[derive(Clone, Copy, Debug)]
pub struct ClientsInState {
    /// The state of the partnership.
    pub state: PartnershipState,
    /// How many partnerships. A client with an ended and a new partnership counts twice.
    pub count: u64,
}

/// What the clients of a reseller pay in a month.
#[public_object]
pub struct RecurringSummary {
    /// One amount for each currency. Annual terms count a twelfth. Each sum is rounded once, half away from zero.
    amounts: Vec<Money>,
    /// How many clients are included: those that delegate SUBSCRIPTION_READ to the viewer.
    clients: u64,
    /// How many clients there are with an active partnership.
    of_clients: u64,
}

/// What the clients of a reseller have not paid.
#[public_object]
pub struct InvoiceSummary {
    /// How many invoices.
    count: u64,
    /// What is left to pay, one amount for each currency.
    amounts: Vec<Money>,
    /// How many clients are included: those that delegate INVOICE_READ to the viewer.
    clients: u64,
    /// How many clients there are with an active partnership.
    of_clients: u64,
}

/// The seats of the clients of a reseller.
#[public_object]
pub struct SeatSummary {
    /// The seats of all features.
    total: SeatTotal,
    /// How many clients are included: those that delegate USAGE_READ to the viewer.
    clients: u64,
    /// How many clients there are with an active partnership.
    of_clients: u64,
}

impl Over<Invoiced> {
    fn summary(&self, (count, amounts): &(u64, Sums)) -> Result<InvoiceSummary> {
        let amounts = amounts.money()?;
        Ok(InvoiceSummary { count: *count, amounts, clients: self.clients, of_clients: self.of_clients })
    }
}

impl ResellerSummary {
    /// The totals of a reseller whose clients the viewer may see.
    pub fn of(reseller: &Decision) -> Self {
        Self(reseller.clone())
    }
}

/// Totals over the clients of a reseller. Each total covers the clients that let the viewer see it. Each total is
/// computed only when it is asked for, in time linear in the number of clients.
#[guarded]
impl ResellerSummary {
    /// How many clients there are, by the state of the partnership. States without clients are left out.
    #[public]
    async fn clients_by_state(&self, context: &Context<'_>) -> Result<Option<Vec<ClientsInState>>> {
        let counted = store::clients(Request::of(context)?, self.0.id()).await?;
        Ok(Some(counted.into_iter().map(|(state, count)| ClientsInState { state, count }).collect()))
    }

    /// What the subscriptions of the clients cost in a month.
    #[public]
    async fn monthly_recurring(&self, context: &Context<'_>) -> Result<Option<RecurringSummary>> {
        let over = store::subscribed_below(Request::of(context)?, &self.0).await?;
        let amounts = over.sums.monthly()?;
        Ok(Some(RecurringSummary { amounts, clients: over.clients, of_clients: over.of_clients }))
    }

    /// The issued invoices of the clients that are not fully paid, overdue or not.
    #[public]
    async fn open_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceSummary>> {
        let over = store::invoiced_below(Request::of(context)?, &self.0).await?;
        over.summary(&over.sums.open).map(Some)
    }

    /// The open invoices that are past their due date.
    #[public]
    async fn overdue_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceSummary>> {
        let over = store::invoiced_below(Request::of(context)?, &self.0).await?;
        over.summary(&over.sums.overdue).map(Some)
    }

    /// The seats of the clients, as they were last counted.
    #[public]
    async fn seats(&self, context: &Context<'_>) -> Result<Option<SeatSummary>> {
        let over = store::seats_below(Request::of(context)?, &self.0).await?;
        Ok(Some(SeatSummary { total: over.sums.into(), clients: over.clients, of_clients: over.of_clients }))
    }
}
