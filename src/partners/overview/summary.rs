//! What a reseller sees of its clients in all.

use async_graphql::{Context, Object, SimpleObject};
use macros::guarded;

use super::rules::{Invoiced, Sums};
use super::store;
use crate::access::{Decision, directive};
use crate::base::error::Result;
use crate::base::money::Money;
use crate::graphql::request::Request;
use crate::partners::partnership::PartnershipState;

/// The clients of a reseller in all, as far as each lets the viewer know through its partnership.
pub struct ResellerSummary(Decision);

/// So many clients whose partnership stands like this.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ClientsInState {
    /// Where the partnership stands.
    pub state: PartnershipState,
    /// How many; a client whose partnership was ended and made anew counts for each.
    pub count: u64,
}

/// What the clients of a reseller pay in a month.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RecurringSummary {
    /// By currency. An annual term counts a twelfth; the sum of each currency is rounded once, half to even.
    amounts: Vec<Money>,
    /// Over how many clients it speaks: those that let SUBSCRIPTION_READ through to the viewer.
    clients: u64,
    /// How many clients there are, their partnership in force.
    of_clients: u64,
}

/// What the clients of a reseller have not paid.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct InvoiceSummary {
    /// How many invoices.
    count: u64,
    /// What is left to pay of them, by currency.
    amounts: Vec<Money>,
    /// Over how many clients it speaks: those that let INVOICE_READ through to the viewer.
    clients: u64,
    /// How many clients there are, their partnership in force.
    of_clients: u64,
}

/// Something that is added up over some clients of all.
#[derive(Clone, Debug, Default)]
pub struct Over<T> {
    /// How many there are.
    pub of_clients: u64,
    /// Over how many it speaks.
    pub clients: u64,
    /// What is added up.
    pub sums: T,
}

impl Over<Invoiced> {
    fn summary(&self, (count, amounts): &(u64, Sums)) -> Result<InvoiceSummary> {
        let amounts = amounts.money()?;
        Ok(InvoiceSummary { count: *count, amounts, clients: self.clients, of_clients: self.of_clients })
    }
}

impl ResellerSummary {
    /// For who may see the clients of the reseller.
    pub fn of(reseller: &Decision) -> Self {
        Self(reseller.clone())
    }
}

/// The clients of a reseller in all, as far as each lets the viewer know through its partnership. Each figure is taken
/// only when it is asked for, in time linear in the clients.
#[guarded]
#[Object]
impl ResellerSummary {
    /// How many clients there are, by the state of the partnership; states without any are left out.
    #[public]
    async fn clients_by_state(&self, context: &Context<'_>) -> Result<Option<Vec<ClientsInState>>> {
        store::clients(Request::of(context)?, self.0.row.id).await.map(Some)
    }

    /// What the subscriptions of the clients cost in a month.
    #[public]
    async fn monthly_recurring(&self, context: &Context<'_>) -> Result<Option<RecurringSummary>> {
        let over = store::subscribed_below(Request::of(context)?, &self.0).await?;
        let amounts = over.sums.monthly()?;
        Ok(Some(RecurringSummary { amounts, clients: over.clients, of_clients: over.of_clients }))
    }

    /// The invoices for the clients that are issued and not wholly paid, overdue or not.
    #[public]
    async fn open_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceSummary>> {
        let over = store::invoiced_below(Request::of(context)?, &self.0).await?;
        over.summary(&over.sums.open).map(Some)
    }

    /// Of the open ones, those whose last day to pay is over.
    #[public]
    async fn overdue_invoices(&self, context: &Context<'_>) -> Result<Option<InvoiceSummary>> {
        let over = store::invoiced_below(Request::of(context)?, &self.0).await?;
        over.summary(&over.sums.overdue).map(Some)
    }
}
