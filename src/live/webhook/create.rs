//! Creating a webhook.

use async_graphql::{ID, InputObject};
use entity::webhook::Model;
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::Webhook;
use super::{address, rules, sealed, store};
use crate::access::Permission;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::live::kinds::EventKind;
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;
use crate::people::api_key::require_held;
use crate::people::session;
use crate::people::user::SecretKeys;

/// The webhook to create.
#[derive(InputObject)]
pub struct CreateWebhookInput {
    /// Id of the organisation whose events are sent.
    pub organisation_id: ID,
    /// What it is for: 1 to 200 characters.
    pub name: String,
    /// Where the events go: an `https` address that everybody can reach, with any port. Up to 2,048 characters.
    pub url: String,
    /// Only these types of events; the webhook must have the permission of each. Null or left out for all.
    pub types: Option<Vec<EventKind>>,
    /// With which permissions it reads the events of the organisation. Implied permissions are added. You must hold all of
    /// them yourself. See `EventType` for the permission of each type.
    pub permissions: Vec<Permission>,
    /// With which permissions it reads the events of clients. You must hold all of them yourself.
    #[graphql(default)]
    pub client_permissions: Vec<Permission>,
    /// Whether it gets the events of all clients of the reseller too, each only as far as the client delegates it at the
    /// moment when it is sent.
    #[graphql(default)]
    pub includes_clients: bool,
    /// Whether events come strictly in their order. Each then waits until the one before was delivered or given up.
    #[graphql(default)]
    pub is_ordered: bool,
}

/// The new webhook.
#[payload]
pub struct CreateWebhookPayload {
    /// The webhook; null if it was not created.
    pub webhook: Option<Webhook>,
    /// The secret that signs, beginning with `whsec_`. It is shown this once and never again.
    pub secret: Option<String>,
}

/// Creates an address to which events are sent as they happen. It acts for the organisation like an API key, and you cannot
/// give it what you do not hold. An organisation has up to 20. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.organisation_id)]
async fn create_webhook(act: ActOn<'_, Organisation>, input: CreateWebhookInput) -> Result<CreateWebhookPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    session::require_verified(request)?;
    require_active(act.object.row())?;
    let name = text::name("name", &input.name)?;
    let url = address::read(&input.url, &request.config.live.webhook_networks)?.to_string();
    let scopes = rules::closed_scopes(&input.permissions, &input.client_permissions)?;
    let types = input.types.as_deref();
    rules::check_types(types, scopes, input.includes_clients)?;
    rules::check_clients(scopes, input.includes_clients, act.object.row().kind)?;
    let now = request.now();
    let id = request.random.id(now);
    let secret = rules::new_secret(&request.random);
    let row = Model {
        id,
        organisation_id: act.organisation(),
        search_text: rules::search_text(&name, &url),
        name,
        url,
        types: rules::stored_types(types),
        permissions: scopes.own.to_stored(),
        client_permissions: scopes.clients.to_stored(),
        includes_clients: input.includes_clients,
        is_ordered: input.is_ordered,
        sealed_secret: sealed::seal(act.service::<SecretKeys>()?, &request.random, id, &secret)?,
        previous_secret: None,
        previous_until: None,
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
        leased_until: None,
        replay_after: None,
        replay_until: None,
        created_at: now,
        created_by_id: request.actor().user_id(),
    };
    act.locked(async |work, at| {
        require_active(at.row())?;
        require_held(scopes, at.grants)?;
        if store::count(work.tx, row.organisation_id).await? >= rules::MOST {
            let message = [
                format!("An organisation has at most {} webhooks. Delete one first.", rules::MOST),
                format!("Eine Organisation hat höchstens {} Webhooks. Löschen Sie zuerst einen.", rules::MOST),
                format!("En organisation har högst {} webhooks. Ta bort en först.", rules::MOST),
            ];
            return Err(UserError::general(UserErrorCode::TooMany, message).into());
        }
        let event = act.event().to(Type::Webhook.id(id)).changing(Json::Null, rules::audit_snapshot(&row));
        store::create(work.tx, row).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let webhook = Webhook::find(request, id).await?;
    Ok(CreateWebhookPayload { webhook, secret: Some(secret), ..Default::default() })
}
