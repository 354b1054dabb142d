//! Discarding a draft.

use async_graphql::{ID, InputObject};
use entity::invoice::State;
use entity::pending_charge;
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::Invoice;
use super::{again, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::billing::{charge, unbilled};
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The draft to discard.
#[derive(InputObject)]
pub struct DiscardDraftInput {
    /// Id of the draft.
    pub invoice_id: ID,
}

/// The outcome.
#[payload]
pub struct DiscardDraftPayload {
    /// The id of the draft that is gone; null if it was not discarded.
    pub discarded_id: Option<ID>,
}

/// Discards a draft. The next billing run bills what stood on it again. An issued invoice cannot be discarded: its number
/// never disappears, and a credit note takes it back.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.invoice_id)]
async fn discard_draft(act: ActOn<'_, Invoice>, input: DiscardDraftInput) -> Result<DiscardDraftPayload> {
    let id = act.object.key();
    act.locked(async |work, _| {
        let one = store::load_in(work.tx, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
        if one.invoice.state != State::Draft {
            let message = [
                "Only a draft can be discarded. Credit this invoice with voidInvoice.",
                "Nur ein Entwurf lässt sich verwerfen. Schreiben Sie diese Rechnung mit voidInvoice gut.",
                "Bara ett utkast kan kastas. Kreditera fakturan med voidInvoice.",
            ];
            return Err(UserError::at("invoiceId", UserErrorCode::StaleState, message).into());
        }
        store::delete(work.tx, id).await?;
        let charges = one.lines.iter().filter_map(|line| line.charge_id).collect();
        charge::store::set_state(work.tx, charges, pending_charge::State::Pending).await?;
        unbilled::store::note(work.tx, again(&one)).await?;
        let draft = json!({ "netMinor": one.invoice.net_minor, "currency": one.invoice.currency });
        let event = act.event().to(input.invoice_id.clone()).changing(draft, Json::Null);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(DiscardDraftPayload { discarded_id: Some(input.invoice_id.clone()), ..Default::default() })
}
