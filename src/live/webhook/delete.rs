//! Deleting a webhook.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::Webhook;
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The webhook to delete.
#[derive(InputObject)]
pub struct DeleteWebhookInput {
    /// Id of the webhook.
    pub webhook_id: ID,
}

/// The deleted webhook.
#[payload]
pub struct DeleteWebhookPayload {
    /// Its id; null if it was not deleted.
    pub deleted_id: Option<ID>,
}

/// Deletes a webhook with all that waits for it. It also works in a suspended organisation.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.webhook_id)]
async fn delete_webhook(act: ActOn<'_, Webhook>, input: DeleteWebhookInput) -> Result<DeleteWebhookPayload> {
    let id = Type::Webhook.parse(&input.webhook_id)?;
    act.locked(async |work, _| {
        let row = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        store::delete(work.tx, id).await?;
        let event = act.event().to(Type::Webhook.id(id)).changing(rules::audit_snapshot(&row), Json::Null);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(DeleteWebhookPayload { deleted_id: Some(Type::Webhook.id(id)), ..Default::default() })
}
