//! Creating an API key.

use async_graphql::{ID, InputObject};
use entity::api_key::Model;
use macros::{mutation, payload, public_object};
use sea_orm::prelude::DateTimeUtc;
use serde_json::Value as Json;

use super::object::ApiKey;
use super::rules::{self, Secret};
use super::store;
use crate::access::{Actor, Permission};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;
use crate::people::session;

/// The key to create.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// Id of the organisation that the key acts for.
    pub organisation_id: ID,
    /// What the key is for: 1 to 200 characters.
    pub name: String,
    /// What the key may do at the organisation. Implied permissions are added. You must hold all of them yourself.
    pub permissions: Vec<Permission>,
    /// What the key may do at the clients of the organisation, within what each client delegates. You must hold all of
    /// it yourself.
    #[graphql(default)]
    pub client_permissions: Vec<Permission>,
    /// When the key expires: in the future, at most ten years ahead. Null or left out for never.
    pub expires_at: Option<DateTimeUtc>,
    /// Networks from which the key works: up to 50, like `192.0.2.0/24`, `2001:db8::/32` or `198.51.100.7`. Requests from
    /// elsewhere are refused. Empty: it works from everywhere.
    #[graphql(default)]
    pub networks: Vec<String>,
}

/// The new key.
#[payload]
pub struct CreateApiKeyPayload {
    /// The key; null if it was not created.
    pub api_key: Option<ApiKey>,
    /// The whole key, for the header `Authorization: Bearer …`. It is shown this once and never again.
    pub secret: Option<String>,
    /// What is odd about the scopes, if the key was created: for example permissions that open nothing where they are.
    pub warnings: Vec<ApiKeyWarning>,
}

/// Scopes of an API key that are allowed and open less than they seem to.
#[public_object]
pub struct ApiKeyWarning {
    /// The field of the input.
    pub field: String,
    /// What is odd about it, and what to do, in the language of the reader (`Accept-Language`).
    pub message: String,
}

/// Creates a key that acts for the organisation. You cannot give it what you do not hold, and it never holds what only
/// people may do. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(API_KEY_MANAGE, on = input.organisation_id)]
async fn create_api_key(act: ActOn<'_, Organisation>, input: CreateApiKeyInput) -> Result<CreateApiKeyPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    session::require_verified(request)?;
    require_active(act.object.row())?;
    let name = text::name("name", &input.name)?;
    let scopes = rules::closed_scopes(&input.permissions, &input.client_permissions)?;
    let now = request.now();
    rules::check_end(input.expires_at, now)?;
    let networks = rules::read_networks(&input.networks)?;
    let secret = Secret::new(&request.random);
    let row = Model {
        id: request.random.id(now),
        organisation_id: act.organisation(),
        name,
        secret_hash: secret.hash,
        permissions: scopes.own.to_stored(),
        client_permissions: scopes.clients.to_stored(),
        expires_at: input.expires_at,
        revoked_at: None,
        created_at: now,
        prefix: secret.prefix,
        created_by_id: match request.actor() {
            Actor::User(user) => Some(user.id),
            _ => None,
        },
        last_used_at: None,
        previous_hash: None,
        previous_until: None,
        networks,
    };
    let id = row.id;
    act.locked(async |work, at| {
        require_active(at.row())?;
        rules::require_held(scopes, at.grants)?;
        let event = act.event().to(Type::ApiKey.id(id)).changing(Json::Null, rules::audit_snapshot(&row));
        store::create(work.tx, row).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let api_key = ApiKey::find(request, id).await?;
    let warnings = rules::warnings(scopes, act.object.row().kind).into_iter();
    let warnings = warnings.map(|(field, message)| {
        let message = message.in_language(request.locale).to_owned();
        ApiKeyWarning { field: field.to_owned(), message }
    });
    let warnings = warnings.collect();
    Ok(CreateApiKeyPayload { api_key, secret: Some(secret.key), warnings, ..Default::default() })
}
