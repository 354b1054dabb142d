//! Removing a pin.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::LicencePin;
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The pin to remove.
#[derive(InputObject)]
pub struct UnpinLicenceInput {
    /// Id of the pin.
    pub pin_id: ID,
}

/// The outcome.
#[payload]
pub struct UnpinLicencePayload {
    /// Id of the removed pin; null if it was not removed.
    pub pin_id: Option<ID>,
}

/// Removes a pin. The rules decide about the person again when they are applied.
#[mutation]
#[acts(LICENCE_ASSIGN, on = input.pin_id)]
async fn unpin_licence(act: ActOn<'_, LicencePin>, input: UnpinLicenceInput) -> Result<UnpinLicencePayload> {
    let row = act.object.row();
    act.locked(async |work, _| {
        if !store::delete(work.tx, row.id).await? {
            return Err(Error::NotFound);
        }
        let before = json!({ "family": row.family, "note": row.note });
        let event = act.event().to(Type::LicencePin.id(row.id)).changing(before, Json::Null);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(UnpinLicencePayload { pin_id: Some(input.pin_id), ..Default::default() })
}
