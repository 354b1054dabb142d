//! Putting a payer's balance to an invoice.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::match_payment::check;
use super::settle::{self, Source, lock, put};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::money::BigInt;
use crate::billing::invoice::{Invoice, store as invoices};
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::oversight::idempotency::once;

/// The invoice to settle.
#[derive(InputObject)]
pub struct ApplyBalanceInput {
    /// Id of the invoice.
    pub invoice_id: ID,
    /// The amount in minor units. Without it, as much as there is and as is open.
    pub amount_minor: Option<BigInt>,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The settled invoice.
#[payload]
pub struct ApplyBalancePayload {
    /// The invoice; null if nothing was put to it.
    pub invoice: Option<Invoice>,
}

/// Settles an invoice from the balance of the organisation that pays it: from payments first, then from credit notes, the
/// oldest first.
#[mutation]
#[acts(INVOICE_PAY at PAYER, on = input.invoice_id)]
async fn apply_balance(act: ActOn<'_, Invoice>, input: ApplyBalanceInput) -> Result<ApplyBalancePayload> {
    let id = act.object.key();
    let payer = act.organisation();
    let call = act.call(input.idempotency_key.as_deref())?;
    let most = input.amount_minor.map_or(i64::MAX, |minor| minor.0);
    let _: Uuid = act
        .request
        .transaction(async |work| {
            lock(work, [act.object.organisation_key(), payer]).await?;
            act.authorise_in(work).await?;
            once(work, call.as_ref(), payer, async || {
                let mut target = invoices::rows_in(work.tx, &[id]).await?.pop().ok_or(Error::NotFound)?;
                let sources = store::balance_in(work.tx, payer, &target.currency).await?;
                let left = sources.minor();
                let (mut payments, mut notes) = (sources.payments, sources.notes);
                if left <= 0 {
                    let message = [
                        format!("There is no balance in {}.", target.currency),
                        format!("Es gibt kein Guthaben in {}.", target.currency),
                        format!("Det finns inget saldo i {}.", target.currency),
                    ];
                    return Err(UserError::at("invoiceId", UserErrorCode::InvalidInput, message).into());
                }
                let currency = target.currency.clone();
                let field = if input.amount_minor.is_some() { "amountMinor" } else { "invoiceId" };
                check(field, &target, (payer, &currency), most, left)?;
                let (mut rest, mut rows) = (most.min(left), Vec::new());
                for row in &mut payments {
                    rest -= put(work, &mut Source::Payment(row), &mut target, rest, &mut rows);
                }
                for row in &mut notes {
                    rest -= put(work, &mut Source::CreditNote(row), &mut target, rest, &mut rows);
                }
                let put: i64 = rows.iter().map(|row| row.amount_minor).sum();
                let (payments, notes): (Vec<_>, Vec<_>) = (payments.iter().collect(), notes.iter().collect());
                settle::write(work, rows, &payments, &notes, &[&target]).await?;
                let event = act.event().to(input.invoice_id.clone());
                let event = event.changing(json!(null), json!({ "amountMinor": put, "currency": currency }));
                audit::record(work, event).await?;
                Ok(id)
            })
            .await
        })
        .await?;
    Ok(ApplyBalancePayload { invoice: Invoice::find(act.request, id).await?, ..Default::default() })
}
