//! Crediting lines of an invoice.

use async_graphql::{ID, InputObject};
use entity::invoice::State;
use macros::{mutation, payload};
use serde_json::Value as Json;
use uuid::Uuid;

use super::issue::{Why, audit_snapshot, invoiced, refused, write};
use super::object::CreditNote;
use super::rules::{Amount, Credit, CreditError, InvoicedLine, credit};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::money::BigInt;
use crate::base::text;
use crate::billing::invoice::{Invoice, again, require_issuer, store as invoices};
use crate::billing::unbilled;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// What is credited of one line.
#[derive(Clone, InputObject)]
pub struct CreditLineInput {
    /// The number of the line on the invoice, from 1.
    pub position: i32,
    /// The amount before VAT in minor units, with the sign of the line. Without it, all that is left of the line.
    pub net_minor: Option<BigInt>,
}

/// What to credit.
#[derive(InputObject)]
pub struct CreditInvoiceInput {
    /// Id of the invoice.
    pub invoice_id: ID,
    /// The lines, each once.
    pub lines: Vec<CreditLineInput>,
    /// Why: 1 to 1000 characters. It stands on the credit note.
    pub reason: String,
    /// Whether what is credited is due again: the next billing run bills it anew. Without it, the credit is final.
    #[graphql(default)]
    pub bills_again: bool,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The credit note.
#[payload]
pub struct CreditInvoicePayload {
    /// The credit note; null if it was not issued.
    pub credit_note: Option<CreditNote>,
}

/// Credits lines of an issued invoice, never more than what is left of them. The credit note settles the invoice as far
/// as it is open, and the rest becomes the payer's balance. It is mailed to the buyer.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.invoice_id)]
async fn credit_invoice(act: ActOn<'_, Invoice>, input: CreditInvoiceInput) -> Result<CreditInvoicePayload> {
    let place = |line: &CreditLineInput| {
        let place = usize::try_from(line.position).ok().and_then(|position| position.checked_sub(1));
        (place.unwrap_or(usize::MAX - 1), line.net_minor.map_or(Amount::Whole, |minor| Amount::Minor(minor.0)))
    };
    let wanted: Vec<(usize, Amount)> = input.lines.iter().map(place).collect();
    let rule = |lines: &[InvoicedLine]| credit(lines, &wanted);
    let id = take(&act, input.idempotency_key.as_deref(), ("lines", &input.reason, input.bills_again), rule).await?;
    Ok(CreditInvoicePayload { credit_note: CreditNote::find(act.request, id).await?, ..Default::default() })
}

/// Issues the credit note that a rule makes of the lines of an invoice. Returns its key.
pub async fn take(
    act: &ActOn<'_, Invoice>,
    key: Option<&str>,
    (field, reason, reopens): (&str, &str, bool),
    rule: impl Fn(&[InvoicedLine]) -> Result<Credit, CreditError>,
) -> Result<Uuid> {
    let id = act.object.key();
    let reason = text::reason("reason", reason)?;
    let rule = &rule;
    act.once(key, async |work, _| {
        let mut of_it = invoices::load_in(work.tx, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
        if of_it.invoice.state == State::Draft {
            let message = [
                "A draft cannot be credited. Discard it with discardDraft.",
                "Ein Entwurf lässt sich nicht gutschreiben. Verwerfen Sie ihn mit discardDraft.",
                "Ett utkast kan inte krediteras. Kasta det med discardDraft.",
            ];
            return Err(UserError::at("invoiceId", UserErrorCode::StaleState, message).into());
        }
        let issuer = require_issuer(work, of_it.invoice.issuer_id).await?;
        let taken = rule(&invoiced(&of_it)).map_err(|error| refused(field, error))?;
        let why = Why { reason: &reason, run: None, reopens };
        let note = write(work, &issuer, &mut of_it, &taken, &why).await?;
        if reopens {
            unbilled::store::note(work.tx, again(&of_it)).await?;
        }
        let event = act.event().to(Type::CreditNote.id(note.id));
        audit::record(work, event.changing(Json::Null, audit_snapshot(&note))).await?;
        Ok(note.id)
    })
    .await
}
