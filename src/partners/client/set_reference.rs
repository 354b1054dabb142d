//! Changing the reseller's reference number for a client.

use async_graphql::{ID, InputObject};
use entity::partnership::State;
use macros::{mutation, payload};
use serde_json::json;

use super::creating::taken_by;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::partners::partnership::{Partnership, store as partnerships};

/// The new reference number of a client.
#[derive(InputObject)]
pub struct SetClientReferenceInput {
    /// Id of the partnership with the client.
    pub partnership_id: ID,
    /// The reference number: up to 100 characters; null for none. Two clients of a reseller never have the same.
    pub reference: Option<String>,
}

/// The changed client.
#[payload]
pub struct SetClientReferencePayload {
    /// The partnership with the client; null if nothing was changed.
    pub partnership: Option<Partnership>,
}

/// Gives a client another reference number, by which the reseller knows it in its own books. The client never sees it.
#[mutation]
#[acts(CLIENT_UPDATE at RESELLER, on = input.partnership_id)]
async fn set_client_reference(
    act: ActOn<'_, Partnership>,
    input: SetClientReferenceInput,
) -> Result<SetClientReferencePayload> {
    let key = act.object.key();
    let reference = input.reference.as_deref().map(|typed| text::reference("reference", typed)).transpose()?;
    act.locked(async |work, at| {
        let row = partnerships::find_row(work.tx, key).await?.ok_or(Error::NotFound)?;
        if row.state == State::Ended {
            let message = [
                "The partnership was ended: this is no longer a client.",
                "Die Partnerschaft wurde beendet: Das ist kein Kunde mehr.",
                "Partnerskapet har avslutats: det här är inte längre en kund.",
            ];
            return Err(UserError::at("partnershipId", UserErrorCode::StaleState, message).into());
        }
        if row.reference == reference {
            return Ok(());
        }
        if let Some(reference) = &reference
            && let Some(name) = partnerships::taken_references(work.tx, at.id(), &[reference]).await?.remove(reference)
        {
            return Err(taken_by(&name).into());
        }
        partnerships::set_reference(work.tx, key, reference.clone()).await?;
        let event = act.event().to(input.partnership_id.clone());
        let event = event.changing(json!({ "reference": row.reference }), json!({ "reference": reference }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let partnership = Partnership::find(act.request, key).await?;
    Ok(SetClientReferencePayload { partnership, ..Default::default() })
}
