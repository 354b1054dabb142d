//! Changing a key that is there: judged by what the key is, and by what who asks holds, while nobody else changes that.

use async_graphql::Context;
use entity::api_key::{ActiveModel, Model};
use serde_json::{Value as Json, json};

use super::object::ApiKey;
use super::rules::{self, ApiKeyState};
use super::store;
use crate::access::{Decision, Grants, Permission, PermissionSet};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::{Random, hash};
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::people::session::API_KEY_PREFIX;

/// So many letters of a secret are kept to recognise it by. Those that are left are secret enough.
const SHOWN: usize = 6;

/// What is to be written of a key, and what the log says about it.
pub struct Change {
    /// The columns.
    pub columns: ActiveModel,
    /// What was.
    pub before: Json,
    /// What is.
    pub after: Json,
}

/// Changes a key as it is by then, or says why not. Where the organisation is halted, nothing but revoking is left.
pub async fn change_key(
    context: &Context<'_>,
    key: &ApiKey,
    action: &str,
    change: impl Fn(&Model, &Decision) -> Result<Change, UserError> + Sync,
) -> Result<Option<UserError>> {
    let (request, random, change) = (Request::of(context)?, service::<Random>(context)?, &change);
    let (id, organisation) = (key.model().id, key.seen.row.id);
    request
        .write(async |tx| {
            let at =
                organisation::store::lock_to_act(tx, &request.access, organisation, Permission::ApiKeyManage).await?;
            let was = store::find_row(tx, id).await?.ok_or(Error::NotFound)?;
            let halted = halted(&at.row).filter(|_| action != "revokeApiKey");
            if let Some(error) = halted.or_else(|| revoked(&was, request)) {
                return Ok(Some(error));
            }
            match change(&was, &at) {
                Ok(Change { columns, before, after }) => {
                    store::change(tx, id, columns).await?;
                    audit::record(&request.work(tx), act(action, &was).changing(before, after)).await?;
                    Ok(None)
                }
                Err(error) => Ok(Some(error)),
            }
        })
        .await
}

/// Refuses who does not hold all of the scopes.
pub fn not_held(scopes: Grants, at: &Decision) -> Result<(), UserError> {
    rules::not_held(scopes.without(at.grants)).map_or(Ok(()), Err)
}

fn revoked(row: &Model, request: &Request) -> Option<UserError> {
    let is_revoked = rules::state(row, request.now()) == ApiKeyState::Revoked;
    is_revoked.then(|| UserError::at("apiKeyId", UserErrorCode::StaleState, "This key was revoked. Make another."))
}

/// A whole new key, its hash, and what it is recognised by.
pub fn new_secret(random: &Random) -> (String, String, String) {
    let secret = random.secret();
    let prefix = secret.chars().take(SHOWN).collect();
    let key = format!("{API_KEY_PREFIX}{secret}");
    let hash = hash(&key);
    (key, hash, prefix)
}

/// What is done to the key.
pub fn act(action: &str, row: &Model) -> Event {
    Event::done(action, row.organisation_id, Some(Permission::ApiKeyManage)).to(Type::ApiKey.id(row.id))
}

/// As the audit log keeps it.
pub fn described(row: &Model) -> Json {
    let list = |set: PermissionSet| set.iter().map(Permission::text).collect::<Vec<_>>();
    let scopes = store::scopes(row);
    json!({
        "name": row.name,
        "prefix": row.prefix,
        "permissions": list(scopes.own),
        "clientPermissions": list(scopes.clients),
        "expiresAt": row.expires_at,
    })
}
