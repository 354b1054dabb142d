//! Deleting the definition of a property.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::PropertyDefinition;
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The definition to delete.
#[derive(InputObject)]
pub struct DeletePropertyDefinitionInput {
    /// Id of the definition.
    pub property_definition_id: ID,
}

/// Whether the definition was deleted.
#[payload]
pub struct DeletePropertyDefinitionPayload {
    /// Whether the definition and all its values were deleted.
    pub deleted: bool,
}

/// Deletes the definition of a property and all its values. Saved views that use it can no longer be applied until they
/// are saved without it.
#[mutation]
#[acts(CLIENT_PROPERTY_MANAGE, on = input.property_definition_id)]
async fn delete_property_definition(
    act: ActOn<'_, PropertyDefinition>,
    input: DeletePropertyDefinitionInput,
) -> Result<DeletePropertyDefinitionPayload> {
    let id = act.object.key();
    act.locked(async |work, at| {
        let rows = store::all_in(work.tx, at.id()).await?;
        let old = rows.iter().find(|row| row.id == id).ok_or(Error::NotFound)?;
        store::delete(work.tx, id).await?;
        let event = act.event().to(input.property_definition_id);
        Ok(audit::record(work, event.changing(rules::audit_snapshot(old), Json::Null)).await?)
    })
    .await?;
    Ok(DeletePropertyDefinitionPayload { deleted: true, ..Default::default() })
}
