//! Sending nothing more to a webhook, because somebody wants it so.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::Webhook;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The webhook to disable.
#[derive(InputObject)]
pub struct DisableWebhookInput {
    /// Id of the webhook.
    pub webhook_id: ID,
}

/// The disabled webhook.
#[payload]
pub struct DisableWebhookPayload {
    /// The webhook; null if it was not disabled.
    pub webhook: Option<Webhook>,
}

/// Sends nothing more to a webhook until `enableWebhook`. What waits goes on waiting, and is sent then. What happens meanwhile
/// is not: see `replayWebhook`.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.webhook_id)]
async fn disable_webhook(act: ActOn<'_, Webhook>, input: DisableWebhookInput) -> Result<DisableWebhookPayload> {
    let id = Type::Webhook.parse(&input.webhook_id)?;
    act.locked(async |work, _| {
        let row = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        if row.disabled_at.is_some() {
            let message = [
                "This webhook is disabled already.",
                "Dieser Webhook ist schon abgeschaltet.",
                "Den här webhooken är redan avstängd.",
            ];
            return Err(UserError::at("webhookId", UserErrorCode::StaleState, message).into());
        }
        store::disable(work.tx, id, work.now, None).await?;
        let event = act.event().to(Type::Webhook.id(id)).changing(Json::Null, json!({ "name": row.name }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let webhook = Webhook::find(act.request, id).await?;
    Ok(DisableWebhookPayload { webhook, ..Default::default() })
}
