//! Giving an API key a new secret.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::api_key::ActiveModel;
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::object::ApiKey;
use super::rules::{self, LONGEST_OVERLAP, Secret};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::people::session;

/// The key that gets a new secret.
#[derive(InputObject)]
pub struct RotateApiKeyInput {
    /// Id of the key.
    pub api_key_id: ID,
    /// How many minutes the current secret stays valid beside the new one: 0 to 10080, which is a week. Use it to
    /// replace the secret without downtime. With 0, the next request with the current secret is refused.
    #[graphql(default = 0)]
    pub keep_old_for_minutes: i32,
}

/// The key with its new secret.
#[payload]
pub struct RotateApiKeyPayload {
    /// The key; null if it was not rotated.
    pub api_key: Option<ApiKey>,
    /// The whole new key, for the header `Authorization: Bearer …`. It is shown this once and never again.
    pub secret: Option<String>,
}

/// Gives a key a new secret. The current secret can stay valid for a while; an earlier one ends at once. You must hold
/// everything that the key may do. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(API_KEY_MANAGE, on = input.api_key_id)]
async fn rotate_api_key(act: ActOn<'_, ApiKey>, input: RotateApiKeyInput) -> Result<RotateApiKeyPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let id = Type::ApiKey.parse(&input.api_key_id)?;
    let minutes = input.keep_old_for_minutes;
    let until = (minutes > 0).then(|| request.now() + TimeDelta::minutes(minutes.into()));
    let Secret { key, hash, prefix } = Secret::new(&request.random);
    act.locked(async |work, at| {
        let old = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        require_active(at.row())?;
        rules::require_not_revoked(&old, work.now)?;
        rules::require_held(rules::scopes(&old), at.grants)?;
        if !(0..=LONGEST_OVERLAP).contains(&minutes) {
            let message = [
                format!("Give 0 to {LONGEST_OVERLAP} minutes."),
                format!("Geben Sie 0 bis {LONGEST_OVERLAP} Minuten an."),
                format!("Ange 0 till {LONGEST_OVERLAP} minuter."),
            ];
            return Err(UserError::at("keepOldForMinutes", UserErrorCode::InvalidInput, message).into());
        }
        let after = json!({ "prefix": prefix, "previousSecretUntil": until });
        let columns = ActiveModel {
            secret_hash: Set(hash),
            previous_hash: Set(until.map(|_| old.secret_hash)),
            previous_until: Set(until),
            prefix: Set(prefix),
            ..Default::default()
        };
        store::update(work.tx, id, columns).await?;
        let event = act.event().to(Type::ApiKey.id(id)).changing(json!({ "prefix": old.prefix }), after);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let api_key = ApiKey::find(request, id).await?;
    Ok(RotateApiKeyPayload { api_key, secret: Some(key), ..Default::default() })
}
