//! Deleting a billing contact.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::BillingContact;
use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The contact to delete.
#[derive(InputObject)]
pub struct DeleteBillingContactInput {
    /// Id of the contact.
    pub contact_id: ID,
}

/// Whether the contact was deleted.
#[payload]
pub struct DeleteBillingContactPayload {
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Deletes a billing contact. A contact that receives the invoices cannot be deleted: choose another recipient first.
/// Invoices that were issued to the contact stay.
#[mutation]
#[acts(BILLING_UPDATE, on = input.contact_id)]
async fn delete_billing_contact(
    act: ActOn<'_, BillingContact>,
    input: DeleteBillingContactInput,
) -> Result<DeleteBillingContactPayload> {
    let id = act.object.row().id;
    act.locked(async |work, at| {
        let row = store::find_contact(work.tx, id).await?.ok_or(Error::NotFound)?;
        rules::require_open(at.row())?;
        let details = store::find_details(work.tx, act.organisation()).await?;
        if details.is_some_and(|details| details.contact_id == Some(id)) {
            let message = [
                "This contact receives the invoices. Choose another recipient first with setBillingRecipient.",
                "Dieser Empfänger bekommt die Rechnungen. Wählen Sie zuerst mit setBillingRecipient einen anderen.",
                "Den här mottagaren får fakturorna. Välj först en annan med setBillingRecipient.",
            ];
            return Err(UserError::at("contactId", UserErrorCode::InUse, message).into());
        }
        store::delete_contact(work.tx, id).await?;
        let event = act.event().to(input.contact_id.clone());
        Ok(audit::record(work, event.changing(rules::audit_snapshot(&row), Json::Null)).await?)
    })
    .await?;
    Ok(DeleteBillingContactPayload { deleted: true, ..Default::default() })
}
