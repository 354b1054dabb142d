//! What of a payment or credit note went where.

use std::sync::Arc;

use async_graphql::Context;
use entity::allocation::Model;
use macros::guarded;
use sea_orm::prelude::Date;

use super::object::Payment;
use crate::base::error::Result;
use crate::base::money::Money;
use crate::billing::credit_note::CreditNote;
use crate::billing::invoice::Invoice;
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// What of a payment or credit note went to an invoice or a refund.
pub struct Allocation {
    row: Arc<Model>,
    currency: Arc<str>,
}

impl Allocation {
    /// An allocation of something that the viewer sees.
    pub fn new(row: &Arc<Model>, currency: &Arc<str>) -> Self {
        Self { row: Arc::clone(row), currency: Arc::clone(currency) }
    }
}

/// What of a payment or credit note went to an invoice or a refund.
#[guarded]
impl Allocation {
    /// The amount; negative for what was taken back, because the bank returned the payment.
    #[public]
    fn amount(&self) -> Money {
        Money::new(self.row.amount_minor, &self.currency)
    }

    /// The day on which it was allocated.
    #[public]
    fn allocated_on(&self) -> Date {
        self.row.allocated_on
    }

    /// The payment that it comes from; null if it comes from a credit note, or if you may not see it.
    #[public]
    async fn payment(&self, context: &Context<'_>) -> Result<Option<Payment>> {
        let Some(id) = self.row.payment_id else { return Ok(None) };
        Payment::find(Request::of(context)?, id).await
    }

    /// The credit note that it comes from; null if it comes from a payment, or if you may not see it.
    #[public]
    async fn credit_note(&self, context: &Context<'_>) -> Result<Option<CreditNote>> {
        let Some(id) = self.row.credit_note_id else { return Ok(None) };
        CreditNote::find(Request::of(context)?, id).await
    }

    /// The invoice that it settles; null if it was paid back, or if you may not see it.
    #[public]
    async fn invoice(&self, context: &Context<'_>) -> Result<Option<Invoice>> {
        let Some(id) = self.row.invoice_id else { return Ok(None) };
        Invoice::find(Request::of(context)?, id).await
    }

    /// Whether it was paid back.
    #[public]
    fn is_refund(&self) -> bool {
        self.row.refund_id.is_some()
    }
}
