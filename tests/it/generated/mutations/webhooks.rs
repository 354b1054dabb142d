//! Examples of the mutations of webhooks.

use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

/// Rows that examples add are numbered from here.
const FIRST: u32 = 880_000;

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str) -> Option<String> {
    let hub = Type::Organisation.id(HUB.id()).0;
    Some(match mutation {
        "createWebhook" => format!(
            "(input: {{organisationId: {hub:?}, name: \"Example\", url: \"https://receiver.example/hook\", \
             permissions: [INVOICE_READ], types: [INVOICE_PAID]}})"
        ),
        "updateWebhook" => format!("(input: {{webhookId: {:?}, name: \"Another\"}})", db_webhook(world, false).await.0),
        "rotateWebhookSecret" | "testWebhook" | "disableWebhook" | "deleteWebhook" => {
            format!("(input: {{webhookId: {:?}}})", db_webhook(world, false).await.0)
        }
        "enableWebhook" => format!("(input: {{webhookId: {:?}}})", db_webhook(world, true).await.0),
        "replayWebhook" => {
            let (webhook, event) = db_webhook(world, false).await;
            format!("(input: {{webhookId: {webhook:?}, afterEventId: {event:?}}})")
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    let hub = Type::Organisation.id(HUB.id()).0;
    Some(match mutation {
        "createWebhook" => format!(
            "(input: {{organisationId: {hub:?}, name: \"Example\", url: \"https://127.0.0.1/hook\", \
             permissions: [INVOICE_READ]}})"
        ),
        "updateWebhook" => {
            format!("(input: {{webhookId: {:?}, types: []}})", db_webhook(world, false).await.0)
        }
        "rotateWebhookSecret" => {
            format!("(input: {{webhookId: {:?}, keepOldForHours: 169}})", db_webhook(world, false).await.0)
        }
        // It is enabled.
        "enableWebhook" => format!("(input: {{webhookId: {:?}}})", db_webhook(world, false).await.0),
        "testWebhook" | "disableWebhook" => format!("(input: {{webhookId: {:?}}})", db_webhook(world, true).await.0),
        "deleteWebhook" => format!(
            "(input: {{webhookId: {:?}}})",
            Type::Organisation.id(key(1, 999)).0.replace("organisation", "user")
        ),
        "replayWebhook" => {
            let (webhook, _) = db_webhook(world, false).await;
            let event = Type::Event.id(key(HUB.tree, FIRST)).0;
            format!("(input: {{webhookId: {webhook:?}, afterEventId: {event:?}}})")
        }
        _ => return None,
    })
}

/// Id of a new webhook of the hub, and that of an event there.
async fn db_webhook(world: &World, is_disabled: bool) -> (String, String) {
    let count = u32::try_from(world.db_count("webhook").await).unwrap();
    let mut rows = Rows::starting_at(HUB.tree, FIRST + 10 + 10 * count);
    let row = rows.webhook(HUB.id(), &format!("Navet example {count}"), HUB.owner.person().id);
    let webhook: Uuid = row.id;
    if is_disabled {
        (row.disabled_at, row.disabled_reason) = (Some(now()), Some(entity::webhook::Reason::Gone));
    }
    let event = rows.numbered_event(HUB.id(), 1_000_000 + i64::from(count));
    rows.db_write(world.db().writer()).await;
    (Type::Webhook.id(webhook).0, Type::Event.id(event).0)
}
