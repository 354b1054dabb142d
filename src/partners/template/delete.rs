//! Deleting a delegation template.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::DelegationTemplate;
use super::rules::{audit_snapshot, terms};
use super::store;
use crate::base::error::{Error, Result};
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The template to delete.
#[derive(InputObject)]
pub struct DeleteDelegationTemplateInput {
    /// Id of the template.
    pub delegation_template_id: ID,
}

/// Whether the template was deleted.
#[payload]
pub struct DeleteDelegationTemplatePayload {
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Deletes a delegation template. Its clients have no template afterwards; what they delegate does not change.
#[mutation]
#[acts(CLIENT_UPDATE, on = input.delegation_template_id)]
async fn delete_delegation_template(
    act: ActOn<'_, DelegationTemplate>,
    input: DeleteDelegationTemplateInput,
) -> Result<DeleteDelegationTemplatePayload> {
    let key = act.object.key();
    act.locked(async |work, at| {
        let row = store::find_row(work.tx, at.id(), key).await?.ok_or(Error::NotFound)?;
        store::delete(work.tx, key).await?;
        let event = act.event().to(input.delegation_template_id.clone());
        let event = event.changing(audit_snapshot(&row.name, terms(&row)), Json::Null);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(DeleteDelegationTemplatePayload { deleted: true, ..Default::default() })
}
