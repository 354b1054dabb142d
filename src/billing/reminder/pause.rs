//! Pausing the reminders of an invoice.

use async_graphql::{ID, InputObject};
use entity::invoice::State;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::json;

use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::billing::invoice::{Invoice, store as invoices};
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The invoice, and until when.
#[derive(InputObject)]
pub struct PauseRemindersInput {
    /// Id of the invoice.
    pub invoice_id: ID,
    /// The first day on which reminders go on, later than today. Without it, they go on at once.
    pub until: Option<Date>,
}

/// The invoice.
#[payload]
pub struct PauseRemindersPayload {
    /// The invoice; null if nothing was changed.
    pub invoice: Option<Invoice>,
}

/// Pauses the reminders of an open invoice, for example while the customer disputes it, or ends the pause. The days between
/// two steps stay the same after a pause.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.invoice_id)]
async fn pause_reminders(act: ActOn<'_, Invoice>, input: PauseRemindersInput) -> Result<PauseRemindersPayload> {
    let id = act.object.key();
    if input.until.is_some_and(|until| until <= act.request.today()) {
        let message = [
            "The day must be later than today.",
            "Der Tag muss später als heute sein.",
            "Dagen måste vara senare än i dag.",
        ];
        return Err(UserError::at("until", UserErrorCode::InvalidInput, message).into());
    }
    act.locked(async |work, _| {
        let row = invoices::rows_in(work.tx, &[id]).await?.pop().ok_or(Error::NotFound)?;
        if row.state != State::Open {
            let message = [
                "Only an open invoice has reminders. Nothing is to be paid of this one.",
                "Nur eine offene Rechnung hat Mahnungen. Für diese ist nichts zu zahlen.",
                "Bara en öppen faktura har påminnelser. Inget ska betalas för den här.",
            ];
            return Err(UserError::at("invoiceId", UserErrorCode::StaleState, message).into());
        }
        invoices::pause_reminders(work.tx, id, input.until).await?;
        let before = json!({ "remindersPausedUntil": row.reminders_paused_until });
        let after = json!({ "remindersPausedUntil": input.until });
        let event = act.event().to(input.invoice_id.clone()).changing(before, after);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(PauseRemindersPayload { invoice: Invoice::find(act.request, id).await?, ..Default::default() })
}
