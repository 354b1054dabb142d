//! Changing what a webhook is called, where it leads and what it gets.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::webhook::{ActiveModel, Model};
use macros::{mutation, payload};
use sea_orm::Set;

use super::object::Webhook;
use super::{address, rules, store};
use crate::access::{Permission, PermissionSet};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::live::kinds::EventKind;
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::people::api_key::require_held;
use crate::people::session;

/// The changes to a webhook. What is left out stays.
#[derive(InputObject)]
pub struct UpdateWebhookInput {
    /// Id of the webhook.
    pub webhook_id: ID,
    /// What it is for: 1 to 200 characters.
    pub name: Option<String>,
    /// Where the events go from now on, as in `createWebhook`. What waits goes there too.
    pub url: Option<String>,
    /// The types of events from now on; null for all.
    pub types: MaybeUndefined<Vec<EventKind>>,
    /// All permissions at its organisation from now on.
    pub permissions: Option<Vec<Permission>>,
    /// All permissions at the clients from now on.
    pub client_permissions: Option<Vec<Permission>>,
    /// Whether it gets the events of clients too.
    pub includes_clients: Option<bool>,
    /// Whether events come strictly in their order.
    pub is_ordered: Option<bool>,
}

/// The changed webhook.
#[payload]
pub struct UpdateWebhookPayload {
    /// The webhook; null if it was not changed.
    pub webhook: Option<Webhook>,
}

/// Changes what a webhook is called, where it leads and what it gets. You must hold everything that it may read, before and
/// after. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(WEBHOOK_MANAGE, on = input.webhook_id)]
async fn update_webhook(act: ActOn<'_, Webhook>, input: UpdateWebhookInput) -> Result<UpdateWebhookPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let name = input.name.as_deref().map(|name| text::name("name", name)).transpose()?;
    let networks = &request.config.live.webhook_networks;
    let url = input.url.as_deref().map(|url| address::read(url, networks)).transpose()?;
    let id = Type::Webhook.parse(&input.webhook_id)?;
    act.locked(async |work, at| {
        let old = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        require_active(at.row())?;
        let before = rules::scopes(&old);
        rules::require_reach(&old, at.grants)?;
        let listed = |set: PermissionSet| set.iter().filter(|one| rules::is_for_webhooks(*one)).collect();
        let own = input.permissions.unwrap_or_else(|| listed(before.own));
        let clients = input.client_permissions.unwrap_or_else(|| listed(before.clients));
        let scopes = rules::closed_scopes(&own, &clients)?;
        require_held(scopes, at.grants)?;
        let types = match input.types {
            MaybeUndefined::Undefined => rules::types_of(&old),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(types) => Some(types),
        };
        let includes_clients = input.includes_clients.unwrap_or(old.includes_clients);
        rules::check_types(types.as_deref(), scopes, includes_clients)?;
        rules::check_clients(scopes, includes_clients, at.row().kind)?;
        let name = name.unwrap_or_else(|| old.name.clone());
        let url = url.map_or_else(|| old.url.clone(), String::from);
        let new = Model {
            search_text: rules::search_text(&name, &url),
            name,
            url,
            types: rules::stored_types(types.as_deref()),
            permissions: scopes.own.to_stored(),
            client_permissions: scopes.clients.to_stored(),
            includes_clients,
            is_ordered: input.is_ordered.unwrap_or(old.is_ordered),
            ..old.clone()
        };
        let columns = ActiveModel {
            name: Set(new.name.clone()),
            url: Set(new.url.clone()),
            search_text: Set(new.search_text.clone()),
            types: Set(new.types.clone()),
            permissions: Set(new.permissions),
            client_permissions: Set(new.client_permissions),
            includes_clients: Set(new.includes_clients),
            is_ordered: Set(new.is_ordered),
            ..Default::default()
        };
        store::update(work.tx, id, columns).await?;
        let event = act.event().to(Type::Webhook.id(id));
        let event = event.changing(rules::audit_snapshot(&old), rules::audit_snapshot(&new));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let webhook = Webhook::find(request, id).await?;
    Ok(UpdateWebhookPayload { webhook, ..Default::default() })
}
