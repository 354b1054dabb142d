//! Changing what an API key is called, what it may do, from where, and when it expires.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::api_key::{ActiveModel, Model};
use macros::{mutation, payload};
use sea_orm::Set;
use sea_orm::prelude::DateTimeUtc;

use super::object::ApiKey;
use super::{rules, store};
use crate::access::{Permission, PermissionSet};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::people::session;

/// The changes to a key. What is left out stays.
#[derive(InputObject)]
pub struct UpdateApiKeyInput {
    /// Id of the key.
    pub api_key_id: ID,
    /// What the key is for: 1 to 200 characters.
    pub name: Option<String>,
    /// Everything that the key may do at its organisation from now on.
    pub permissions: Option<Vec<Permission>>,
    /// Everything that the key may do at the clients from now on.
    pub client_permissions: Option<Vec<Permission>>,
    /// When the key expires; null for never.
    pub expires_at: MaybeUndefined<DateTimeUtc>,
    /// All networks from which the key works from now on, as in `createApiKey`. Empty: it works from everywhere.
    pub networks: Option<Vec<String>>,
}

/// The changed key.
#[payload]
pub struct UpdateApiKeyPayload {
    /// The key; null if it was not changed.
    pub api_key: Option<ApiKey>,
}

/// Changes what a key is called, what it may do, from where it works, and when it expires. You must hold everything that it may do, before
/// and after. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(API_KEY_MANAGE, on = input.api_key_id)]
async fn update_api_key(act: ActOn<'_, ApiKey>, input: UpdateApiKeyInput) -> Result<UpdateApiKeyPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let name = input.name.as_deref().map(|name| text::name("name", name)).transpose()?;
    let networks = input.networks.as_deref().map(rules::read_networks).transpose()?;
    let id = Type::ApiKey.parse(&input.api_key_id)?;
    act.locked(async |work, at| {
        let old = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        require_active(at.row())?;
        rules::require_not_revoked(&old, work.now)?;
        let mut new = Model { name: name.unwrap_or_else(|| old.name.clone()), ..old.clone() };
        let before = rules::scopes(&old);
        rules::require_held(before, at.grants)?;
        if input.permissions.is_some() || input.client_permissions.is_some() {
            let listed = |set: PermissionSet| set.iter().collect();
            let own = input.permissions.unwrap_or_else(|| listed(before.own));
            let clients = input.client_permissions.unwrap_or_else(|| listed(before.clients));
            let scopes = rules::closed_scopes(&own, &clients)?;
            rules::require_held(scopes, at.grants)?;
            (new.permissions, new.client_permissions) = (scopes.own.to_stored(), scopes.clients.to_stored());
        }
        if !input.expires_at.is_undefined() {
            new.expires_at = input.expires_at.take();
            rules::check_end(new.expires_at, work.now)?;
        }
        if let Some(networks) = networks {
            new.networks = networks;
        }
        let columns = ActiveModel {
            name: Set(new.name.clone()),
            permissions: Set(new.permissions),
            client_permissions: Set(new.client_permissions),
            expires_at: Set(new.expires_at),
            networks: Set(new.networks.clone()),
            ..Default::default()
        };
        store::update(work.tx, id, columns).await?;
        let event = act.event().to(Type::ApiKey.id(id));
        let event = event.changing(rules::audit_snapshot(&old), rules::audit_snapshot(&new));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let api_key = ApiKey::find(request, id).await?;
    Ok(UpdateApiKeyPayload { api_key, ..Default::default() })
}
