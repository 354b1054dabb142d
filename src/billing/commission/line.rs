//! What a reseller earns on a line of an invoice, or gives back.

use std::sync::Arc;

use async_graphql::Context;
use entity::commission_line::Model;
use macros::guarded;
use sea_orm::prelude::Date;

use crate::access::Decision;
use crate::base::error::Result;
use crate::base::money::Money;
use crate::billing::credit_note::CreditNote;
use crate::billing::invoice::{Invoice, store as invoices};
use crate::catalogue::product::Product;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, Page};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// What a reseller earns on a line of an invoice, or gives back.
pub struct CommissionLine {
    row: Arc<Model>,
    client: Decision,
}

impl CommissionLine {
    /// Lines of a reseller, whose viewer sees its commission.
    pub async fn connection(request: &Request, rows: Page<Model>, reseller: &Decision) -> Result<Connection<Self>> {
        let clients = request.access.look_all(rows.rows().map(|row| row.client_id)).await?;
        // A foreign key ensures that the client exists.
        let client = |row: &Model| clients.get(&row.client_id).unwrap_or(reseller).clone();
        Ok(rows.connection(|row| Self { row: Arc::clone(row), client: client(row) }))
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.row.currency)
    }
}

/// What a reseller earns on a line of an invoice, or gives back.
#[guarded]
impl CommissionLine {
    /// The client of the reseller: the customer, or the reseller through which it buys.
    #[public]
    fn client(&self) -> OrganisationCard {
        self.client.card().into()
    }

    /// What was bought.
    #[public]
    fn description(&self) -> &str {
        &self.row.description
    }

    /// The product; null for a charge by hand.
    #[public]
    async fn product(&self, context: &Context<'_>) -> Result<Option<Product>> {
        let Some(id) = self.row.product_id else { return Ok(None) };
        Product::of_purchase(Request::of(context)?, id).await
    }

    /// First day that the line of the invoice covers.
    #[public]
    fn period_starts_on(&self) -> Option<Date> {
        self.row.period_starts_on
    }

    /// Last day that the line of the invoice covers.
    #[public]
    fn period_ends_on(&self) -> Option<Date> {
        self.row.period_ends_on
    }

    /// The amount that it is counted from, before VAT; negative for what is taken back.
    #[public]
    fn base(&self) -> Money {
        self.money(self.row.base_minor)
    }

    /// The rate of the reseller in hundredths of a percent: 1250 is 12.5 %. It is never above that of the reseller above.
    #[public]
    fn basis_points(&self) -> i32 {
        self.row.basis_points
    }

    /// The rate of the reseller below it, which is taken off, in hundredths of a percent; 0 if there is none.
    #[public]
    fn lower_basis_points(&self) -> i32 {
        self.row.lower_basis_points
    }

    /// Its place in the chain of resellers: 0 is the one nearest to the customer.
    #[public]
    fn tier(&self) -> i32 {
        self.row.tier
    }

    /// The commission; negative for what is taken back.
    #[public]
    fn amount(&self) -> Money {
        self.money(self.row.amount_minor)
    }

    /// The first day of the month that it belongs to.
    #[public]
    fn month(&self) -> Date {
        self.row.month
    }

    /// The invoice; null if you may not see it.
    #[public]
    async fn invoice(&self, context: &Context<'_>) -> Result<Option<Invoice>> {
        let request = Request::of(context)?;
        match invoices::invoice_of_line(request, self.row.invoice_line_id).await? {
            Some(id) => Invoice::find(request, id).await,
            None => Ok(None),
        }
    }

    /// The credit note that takes something back; null if there is none, or if you may not see it.
    #[public]
    async fn credit_note(&self, context: &Context<'_>) -> Result<Option<CreditNote>> {
        let Some(id) = self.row.credit_note_id else { return Ok(None) };
        CreditNote::find(Request::of(context)?, id).await
    }
}
