//! Giving a webhook a new secret.

use async_graphql::{ID, InputObject};
use entity::webhook::ActiveModel;
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::{Value as Json, json};

use super::object::Webhook;
use super::{rules, sealed, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::people::session;
use crate::people::user::SecretKeys;

/// The webhook that gets a new secret.
#[derive(InputObject)]
pub struct RotateWebhookSecretInput {
    /// Id of the webhook.
    pub webhook_id: ID,
    /// How many hours the current secret signs as well: 0 to 168, which is a week. Replace it in the receiver meanwhile.
    #[graphql(default = 24)]
    pub keep_old_for_hours: i32,
}

/// The webhook with its new secret.
#[payload]
pub struct RotateWebhookSecretPayload {
    /// The webhook; null if it was not changed.
    pub webhook: Option<Webhook>,
    /// The new secret. It is shown this once and never again.
    pub secret: Option<String>,
}

/// Gives a webhook a new secret. Until the given hour, what is sent has a signature by each of the two. You must hold
/// everything that the webhook may read. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.webhook_id)]
async fn rotate_webhook_secret(
    act: ActOn<'_, Webhook>,
    input: RotateWebhookSecretInput,
) -> Result<RotateWebhookSecretPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let overlap = rules::overlap(input.keep_old_for_hours)?;
    let id = Type::Webhook.parse(&input.webhook_id)?;
    let secret = rules::new_secret(&request.random);
    let sealed = sealed::seal(act.service::<SecretKeys>()?, &request.random, id, &secret)?;
    act.locked(async |work, at| {
        let old = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        require_active(at.row())?;
        rules::require_reach(&old, at.grants)?;
        let until = (!overlap.is_zero()).then(|| work.now + overlap);
        let columns = ActiveModel {
            sealed_secret: Set(sealed),
            previous_secret: Set(until.map(|_| old.sealed_secret)),
            previous_until: Set(until),
            ..Default::default()
        };
        store::update(work.tx, id, columns).await?;
        let event = act.event().to(Type::Webhook.id(id));
        let event = event.changing(Json::Null, json!({ "name": old.name, "previousSecretUntil": until }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let webhook = Webhook::find(request, id).await?;
    Ok(RotateWebhookSecretPayload { webhook, secret: Some(secret), ..Default::default() })
}
