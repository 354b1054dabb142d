//! Sending a test to a webhook.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::{Webhook, WebhookDelivery};
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::require_active;
use crate::oversight::audit;

/// The webhook to test.
#[derive(InputObject)]
pub struct TestWebhookInput {
    /// Id of the webhook.
    pub webhook_id: ID,
}

/// The test.
#[payload]
pub struct TestWebhookPayload {
    /// The delivery, which is sent at once; null if there is none. Query it again for the answer of the receiver.
    pub delivery: Option<WebhookDelivery>,
}

/// Sends a message of the type `webhook.test`, which is no event, to see whether the receiver works.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.webhook_id)]
async fn test_webhook(act: ActOn<'_, Webhook>, input: TestWebhookInput) -> Result<TestWebhookPayload> {
    let request = act.request;
    let id = Type::Webhook.parse(&input.webhook_id)?;
    let delivery = act
        .locked(async |work, at| {
            let row = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
            require_active(at.row())?;
            rules::require_enabled(&row)?;
            let delivery = rules::test_delivery(work.random, work.now, &row);
            let key = delivery.id;
            store::insert(work.tx, &[delivery]).await?;
            let event = act.event().to(Type::Webhook.id(id)).changing(Json::Null, json!({ "name": row.name }));
            audit::record(work, event).await?;
            Ok(key)
        })
        .await?;
    let delivery = WebhookDelivery::find(request, delivery).await?;
    Ok(TestWebhookPayload { delivery, ..Default::default() })
}
