//! Revoking an API key.

use async_graphql::{ID, InputObject};
use entity::api_key::ActiveModel;
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::object::ApiKey;
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::people::session;

/// The key to revoke.
#[derive(InputObject)]
pub struct RevokeApiKeyInput {
    /// Id of the key.
    pub api_key_id: ID,
}

/// The revoked key.
#[payload]
pub struct RevokeApiKeyPayload {
    /// The key; null if it was not revoked.
    pub api_key: Option<ApiKey>,
}

/// Revokes a key for good: the next request with it is refused. It also works in a suspended or closed organisation.
/// Needs a recent `confirmIdentity`.
#[mutation]
#[acts(API_KEY_MANAGE, on = input.api_key_id)]
async fn revoke_api_key(act: ActOn<'_, ApiKey>, input: RevokeApiKeyInput) -> Result<RevokeApiKeyPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let id = Type::ApiKey.parse(&input.api_key_id)?;
    act.locked(async |work, _| {
        let old = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        rules::require_not_revoked(&old, work.now)?;
        let columns = ActiveModel {
            revoked_at: Set(Some(work.now)),
            previous_hash: Set(None),
            previous_until: Set(None),
            ..Default::default()
        };
        store::update(work.tx, id, columns).await?;
        let event = act.event().to(Type::ApiKey.id(id));
        let event = event.changing(rules::audit_snapshot(&old), json!({ "revokedAt": work.now }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let api_key = ApiKey::find(request, id).await?;
    Ok(RevokeApiKeyPayload { api_key, ..Default::default() })
}
