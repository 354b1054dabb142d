//! Voiding an invoice: crediting all that is left of it.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::credit::take;
use super::object::CreditNote;
use super::rules::void;
use crate::base::error::Result;
use crate::billing::invoice::Invoice;
use crate::graphql::act::{ActOn, Find};

/// The invoice to void.
#[derive(InputObject)]
pub struct VoidInvoiceInput {
    /// Id of the invoice.
    pub invoice_id: ID,
    /// Why: 1 to 1000 characters. It stands on the credit note.
    pub reason: String,
    /// Whether the next billing run bills what stood on it anew, for example with another address.
    #[graphql(default)]
    pub bills_again: bool,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The credit note that voids the invoice.
#[payload]
pub struct VoidInvoicePayload {
    /// The credit note; null if it was not issued.
    pub credit_note: Option<CreditNote>,
}

/// Voids an issued invoice with a credit note for all that is left of it. Its number stays. What was paid becomes the
/// payer's balance.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.invoice_id)]
async fn void_invoice(act: ActOn<'_, Invoice>, input: VoidInvoiceInput) -> Result<VoidInvoicePayload> {
    let id =
        take(&act, input.idempotency_key.as_deref(), ("invoiceId", &input.reason, input.bills_again), void).await?;
    Ok(VoidInvoicePayload { credit_note: CreditNote::find(act.request, id).await?, ..Default::default() })
}
