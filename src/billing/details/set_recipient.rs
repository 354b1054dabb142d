//! Choosing where the invoices of an organisation go.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::json;

use super::object::{BillingContact, BillingDetails};
use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::oversight::audit;

/// The contact that receives the invoices.
#[derive(InputObject)]
pub struct SetBillingRecipientInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Id of one of its contacts; null for the organisation itself.
    pub contact_id: Option<ID>,
}

/// The changed billing details.
#[payload]
pub struct SetBillingRecipientPayload {
    /// The details; null if they were not changed.
    pub billing: Option<BillingDetails>,
}

/// Sends new invoices to a contact of the organisation, or to the organisation itself. While another organisation pays,
/// invoices go to the payer instead. This also works while the organisation is suspended.
#[mutation]
#[acts(BILLING_UPDATE, on = input.organisation_id)]
async fn set_billing_recipient(
    act: ActOn<'_, Organisation>,
    input: SetBillingRecipientInput,
) -> Result<SetBillingRecipientPayload> {
    let organisation = act.organisation();
    let contact = input.contact_id.as_ref().map(|id| Type::BillingContact.parse(id)).transpose()?;
    if let Some(contact) = contact {
        let found = BillingContact::find(act.request, contact).await?.ok_or(Error::NotFound)?;
        if found.row().organisation_id != organisation {
            return Err(unknown_contact().into());
        }
    }
    act.locked(async |work, at| {
        rules::require_open(at.row())?;
        let old = store::find_details(work.tx, organisation).await?.ok_or_else(|| {
            let message = [
                "The organisation has no billing details yet. Set them first with updateBillingDetails.",
                "Die Organisation hat noch keine Abrechnungsdaten. Tragen Sie sie zuerst mit updateBillingDetails ein.",
                "Organisationen har inga faktureringsuppgifter ännu. Fyll först i dem med updateBillingDetails.",
            ];
            UserError::at("organisationId", UserErrorCode::InvalidInput, message)
        })?;
        if let Some(contact) = contact {
            store::find_contact(work.tx, contact).await?.ok_or_else(unknown_contact)?;
        }
        store::set_contact(work.tx, organisation, contact).await?;
        let before = old.contact_id.map(|id| Type::BillingContact.id(id).0);
        let after = input.contact_id.as_ref().map(|id| id.0.clone());
        let event = act.event().to(input.organisation_id.clone());
        let event = event.changing(json!({ "contact": before }), json!({ "contact": after }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let billing = BillingDetails::load(act.request, organisation).await?;
    Ok(SetBillingRecipientPayload { billing: Some(billing), ..Default::default() })
}

fn unknown_contact() -> UserError {
    UserError::at(
        "contactId",
        UserErrorCode::Unknown,
        [
            "This is not a contact of the organisation.",
            "Das ist kein Empfänger der Organisation.",
            "Det är ingen mottagare för organisationen.",
        ],
    )
}
