//! Deleting a saved view.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::ClientView;
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The view to delete.
#[derive(InputObject)]
pub struct DeleteClientViewInput {
    /// Id of the view.
    pub view_id: ID,
}

/// Whether the view was deleted.
#[payload]
pub struct DeleteClientViewPayload {
    /// Whether the view was deleted.
    pub deleted: bool,
}

/// Deletes a saved view.
#[mutation]
#[acts(CLIENT_PROPERTY_MANAGE, on = input.view_id)]
async fn delete_client_view(
    act: ActOn<'_, ClientView>,
    input: DeleteClientViewInput,
) -> Result<DeleteClientViewPayload> {
    let id = Type::ClientView.parse(&input.view_id)?;
    act.locked(async |work, at| {
        let views = store::all_in(work.tx, at.id()).await?;
        let old = views.iter().find(|view| view.id == id).ok_or(Error::NotFound)?;
        store::delete(work.tx, id).await?;
        let event = act.event().to(Type::ClientView.id(id)).changing(rules::audit_snapshot(old), Json::Null);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(DeleteClientViewPayload { deleted: true, ..Default::default() })
}
