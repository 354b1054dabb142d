//! Sending events to a webhook once more.

use async_graphql::{ID, InputObject};
use entity::webhook::ActiveModel;
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::object::Webhook;
use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Request;
use crate::live::event::store as events;
use crate::live::kinds::EventKind;
use crate::organisation::require_active;
use crate::oversight::audit;

/// The webhook, and where to begin.
#[derive(InputObject)]
pub struct ReplayWebhookInput {
    /// Id of the webhook.
    pub webhook_id: ID,
    /// Id of an event. All that happened behind it is sent again.
    pub after_event_id: ID,
}

/// The webhook.
#[payload]
pub struct ReplayWebhookPayload {
    /// The webhook; null if nothing is sent.
    pub webhook: Option<Webhook>,
}

/// Sends everything behind an event to a webhook once more, also what the receiver has: it gets the same `webhook-id`
/// again. Only what the webhook asks for, and may read now, is sent.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.webhook_id)]
async fn replay_webhook(act: ActOn<'_, Webhook>, input: ReplayWebhookInput) -> Result<ReplayWebhookPayload> {
    let request = act.request;
    let id = Type::Webhook.parse(&input.webhook_id)?;
    let after = position(request, &act.object, Type::Event.parse(&input.after_event_id)?).await?;
    let until = events::end(request.db()).await?;
    act.locked(async |work, at| {
        let row = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        require_active(at.row())?;
        rules::require_enabled(&row)?;
        // A replay that is running goes on from the earlier place.
        let after = row.replay_after.map_or(after, |running| running.min(after));
        let columns =
            ActiveModel { replay_after: Set(Some(after)), replay_until: Set(Some(until)), ..Default::default() };
        store::update(work.tx, id, columns).await?;
        let event = act.event().to(Type::Webhook.id(id));
        let event = event.changing(Json::Null, json!({ "name": row.name, "afterEventId": input.after_event_id.0 }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let webhook = Webhook::find(request, id).await?;
    Ok(ReplayWebhookPayload { webhook, ..Default::default() })
}

/// The position of an event that the viewer may read, and that the webhook could have got.
async fn position(request: &Request, webhook: &Webhook, event: Uuid) -> Result<i64> {
    let unknown = || {
        let message = [
            "There is no such event for this webhook, or it is too old.",
            "Für diesen Webhook gibt es kein solches Ereignis, oder es ist zu alt.",
            "Det finns ingen sådan händelse för webhooken, eller så är den för gammal.",
        ];
        UserError::at("afterEventId", UserErrorCode::Unknown, message)
    };
    let event = events::find(request.db(), event).await?.ok_or_else(unknown)?;
    let permission = EventKind::from_stored(&event.kind).and_then(EventKind::permission);
    let (Some(permission), Some(organisation)) = (permission, event.organisation_id) else {
        return Err(unknown().into());
    };
    let row = webhook.model();
    let at = request.access.look(organisation).await?;
    let may_read = at.is_some_and(|at| at.grants.has(permission));
    let belongs = organisation == row.organisation_id || row.includes_clients;
    if may_read && belongs { Ok(event.position) } else { Err(unknown().into()) }
}
