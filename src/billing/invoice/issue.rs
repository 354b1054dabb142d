//! Issuing a draft.

use async_graphql::{ID, InputObject};
use entity::invoice::State;
use entity::number_series::Kind as Series;
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::issuing::{address, audit_snapshot, number, require_issuer, send};
use super::object::Invoice;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::message::Message;
use crate::billing::{commission, series};
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The draft to issue.
#[derive(InputObject)]
pub struct IssueInvoiceInput {
    /// Id of the draft.
    pub invoice_id: ID,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The issued invoice.
#[payload]
pub struct IssueInvoicePayload {
    /// The invoice; null if it was not issued.
    pub invoice: Option<Invoice>,
}

/// Issues a draft: it gets its number, and payer, address and VAT of today. It is mailed to the buyer. An issued invoice
/// never changes; a credit note takes it back.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.invoice_id)]
async fn issue_invoice(act: ActOn<'_, Invoice>, input: IssueInvoiceInput) -> Result<IssueInvoicePayload> {
    let id = act.object.key();
    let _: Uuid = act
        .once(input.idempotency_key.as_deref(), async |work, _| {
            let mut one = store::load_in(work.tx, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
            if one.invoice.state != State::Draft {
                let message = [
                    "Only a draft can be issued. This invoice has its number already.",
                    "Nur ein Entwurf lässt sich ausstellen. Diese Rechnung hat schon ihre Nummer.",
                    "Bara ett utkast kan utfärdas. Fakturan har redan sitt nummer.",
                ];
                return Err(UserError::at("invoiceId", UserErrorCode::StaleState, message).into());
            }
            let issuer = require_issuer(work, one.invoice.issuer_id).await?;
            address(work, &issuer, &mut one).await?;
            let taken = series::store::take(work.tx, issuer.organisation_id, Series::Invoice, work.today(), 1).await?;
            let refused = |why: Message| UserError::at("invoiceId", UserErrorCode::InvalidInput, why);
            let mut numbers = taken.map_err(|none| refused(none.message()))?;
            number(&mut one.invoice, &issuer, numbers.pop().unwrap_or_default(), work.today());
            store::save(work.tx, &one).await?;
            commission::earn::earn(work, std::slice::from_ref(&one)).await?;
            let event = act.event().to(input.invoice_id.clone());
            audit::record(work, event.changing(json!({ "state": "DRAFT" }), audit_snapshot(&one.invoice))).await?;
            send(work, std::slice::from_ref(&one)).await?;
            Ok(id)
        })
        .await?;
    Ok(IssueInvoicePayload { invoice: Invoice::find(act.request, id).await?, ..Default::default() })
}
