//! Sending to a webhook again, after it was disabled.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::Webhook;
use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::require_active;
use crate::oversight::audit;

/// The webhook to enable.
#[derive(InputObject)]
pub struct EnableWebhookInput {
    /// Id of the webhook.
    pub webhook_id: ID,
}

/// The enabled webhook.
#[payload]
pub struct EnableWebhookPayload {
    /// The webhook; null if it was not enabled.
    pub webhook: Option<Webhook>,
}

/// Sends events to a webhook again, after it was disabled. What still waits is sent at once. What happened while it was
/// disabled is not: see `replayWebhook`. You must hold everything that the webhook may read.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.webhook_id)]
async fn enable_webhook(act: ActOn<'_, Webhook>, input: EnableWebhookInput) -> Result<EnableWebhookPayload> {
    let id = Type::Webhook.parse(&input.webhook_id)?;
    act.locked(async |work, at| {
        let row = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        require_active(at.row())?;
        rules::require_reach(&row, at.grants)?;
        if row.disabled_at.is_none() {
            let message = [
                "This webhook is enabled already.",
                "Dieser Webhook ist schon eingeschaltet.",
                "Webhooken är redan på.",
            ];
            return Err(UserError::at("webhookId", UserErrorCode::StaleState, message).into());
        }
        store::enable(work.tx, id, work.now).await?;
        let event = act.event().to(Type::Webhook.id(id)).changing(Json::Null, json!({ "name": row.name }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let webhook = Webhook::find(act.request, id).await?;
    Ok(EnableWebhookPayload { webhook, ..Default::default() })
}
