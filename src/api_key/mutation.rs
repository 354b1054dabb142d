//! Making, changing, rotating and taking back API keys.

use async_graphql::{Context, Object};
use chrono::TimeDelta;
use entity::api_key::{ActiveModel, Model};
use macros::guarded;
use sea_orm::Set;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::input::{
    CreateApiKeyInput, CreateApiKeyPayload, RevokeApiKeyInput, RevokeApiKeyPayload, RotateApiKeyInput,
    RotateApiKeyPayload, UpdateApiKeyInput, UpdateApiKeyPayload,
};
use super::object::ApiKey;
use super::rules::{self, ApiKeyState, LONGEST_OVERLAP};
use super::store;
use crate::access::{Actor, Grants, Permission, PermissionSet, Seen, note_refusal};
use crate::audit::{self, Act};
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id::Type;
use crate::organisation::halted;
use crate::random::{Random, hash};
use crate::request::{Request, service};
use crate::session::{API_KEY_PREFIX, unconfirmed};
use crate::text;

/// So many letters of a secret are kept to recognise it by. Those that are left are secret enough.
const SHOWN: usize = 6;

/// Mutations of API keys.
#[derive(Default)]
pub struct ApiKeyMutation;

#[guarded]
#[Object]
impl ApiKeyMutation {
    /// Makes a key that acts for the organisation. You give it nothing that you do not hold, and it never holds what
    /// only people may do.
    #[acts(API_KEY_MANAGE)]
    async fn create_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key to make.")] input: CreateApiKeyInput,
    ) -> Result<Option<CreateApiKeyPayload>> {
        let request = Request::of(context)?;
        let organisation = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.act(organisation, Permission::ApiKeyManage).await?;
        let refused = |error| Ok(Some(CreateApiKeyPayload { user_errors: vec![error], ..Default::default() }));
        if let Some(error) = unconfirmed(context)?.or_else(|| halted(&seen.row)) {
            return refused(error);
        }
        let (name, scopes) =
            match (text::name("name", &input.name), rules::scopes(&input.permissions, &input.client_permissions)) {
                (Ok(name), Ok(scopes)) => (name, scopes),
                (Err(error), _) | (_, Err(error)) => return refused(error),
            };
        let now = request.now();
        let wrong_end = input.expires_at.and_then(|end| rules::wrong_end(end, now));
        if let Some(error) = wrong_end.or_else(|| not_held(context, &seen, scopes)) {
            return refused(error);
        }
        let random = service::<Random>(context)?;
        let (secret, secret_hash, prefix) = new_secret(random);
        let row = Model {
            id: random.id(now),
            organisation_id: organisation,
            name,
            secret_hash,
            permissions: scopes.own.to_stored(),
            client_permissions: scopes.clients.to_stored(),
            expires_at: input.expires_at,
            revoked_at: None,
            created_at: now,
            prefix,
            created_by_id: match request.actor() {
                Actor::User(user) => Some(user.id),
                _ => None,
            },
            last_used_at: None,
            previous_hash: None,
            previous_until: None,
        };
        let id = row.id;
        let act = act("createApiKey", &row).changing(Json::Null, described(&row));
        request
            .write(async |tx| {
                store::create(tx, row).await?;
                Ok(audit::record(tx, request, random, act).await?)
            })
            .await?;
        let api_key = store::find(request, id).await?;
        Ok(Some(CreateApiKeyPayload { api_key, secret: Some(secret), user_errors: Vec::new() }))
    }

    /// Changes what a key is called, may do, and when it ends. You have to hold what it may do before and after.
    #[acts(API_KEY_MANAGE)]
    async fn update_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateApiKeyInput,
    ) -> Result<Option<UpdateApiKeyPayload>> {
        let request = Request::of(context)?;
        let key = found(request, Type::ApiKey.parse(&input.api_key_id)?).await?;
        let refused = |error| Ok(Some(UpdateApiKeyPayload { user_errors: vec![error], ..Default::default() }));
        let now = request.now();
        let obstacle = unconfirmed(context)?.or_else(|| halted(&key.seen.row)).or_else(|| revoked(&key, now));
        if let Some(error) = obstacle.or_else(|| not_held(context, &key.seen, key.scopes())) {
            return refused(error);
        }
        let mut row = key.model().clone();
        if let Some(name) = &input.name {
            match text::name("name", name) {
                Ok(name) => row.name = name,
                Err(error) => return refused(error),
            }
        }
        if input.permissions.is_some() || input.client_permissions.is_some() {
            let listed = |set: PermissionSet| set.iter().collect();
            let own = input.permissions.unwrap_or_else(|| listed(key.scopes().own));
            let clients = input.client_permissions.unwrap_or_else(|| listed(key.scopes().clients));
            let scopes = match rules::scopes(&own, &clients) {
                Ok(scopes) => scopes,
                Err(error) => return refused(error),
            };
            if let Some(error) = not_held(context, &key.seen, scopes) {
                return refused(error);
            }
            (row.permissions, row.client_permissions) = (scopes.own.to_stored(), scopes.clients.to_stored());
        }
        if !input.expires_at.is_undefined() {
            row.expires_at = input.expires_at.take();
            if let Some(error) = row.expires_at.and_then(|end| rules::wrong_end(end, now)) {
                return refused(error);
            }
        }
        let change = ActiveModel {
            name: Set(row.name.clone()),
            permissions: Set(row.permissions),
            client_permissions: Set(row.client_permissions),
            expires_at: Set(row.expires_at),
            ..Default::default()
        };
        let act = act("updateApiKey", &row).changing(described(key.model()), described(&row));
        if !change_key(context, key.model(), change, act).await? {
            return refused(changed_meanwhile());
        }
        Ok(Some(UpdateApiKeyPayload { api_key: store::find(request, row.id).await?, user_errors: Vec::new() }))
    }

    /// Gives a key a new secret. The one of now can stay good for a while; one from before that ends at once. You have
    /// to hold what the key may do.
    #[acts(API_KEY_MANAGE)]
    async fn rotate_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RotateApiKeyInput,
    ) -> Result<Option<RotateApiKeyPayload>> {
        let request = Request::of(context)?;
        let key = found(request, Type::ApiKey.parse(&input.api_key_id)?).await?;
        let refused = |error| Ok(Some(RotateApiKeyPayload { user_errors: vec![error], ..Default::default() }));
        let now = request.now();
        let obstacle = unconfirmed(context)?.or_else(|| halted(&key.seen.row)).or_else(|| revoked(&key, now));
        if let Some(error) = obstacle.or_else(|| not_held(context, &key.seen, key.scopes())) {
            return refused(error);
        }
        let minutes = input.keep_old_for_minutes;
        if !(0..=LONGEST_OVERLAP).contains(&minutes) {
            let message = format!("Give 0 to {LONGEST_OVERLAP} minutes.");
            return refused(UserError::at("keepOldForMinutes", UserErrorCode::InvalidInput, message));
        }
        let (secret, secret_hash, prefix) = new_secret(service::<Random>(context)?);
        let was = key.model();
        let until = (minutes > 0).then(|| now + TimeDelta::minutes(minutes.into()));
        let change = ActiveModel {
            secret_hash: Set(secret_hash),
            previous_hash: Set(until.map(|_| was.secret_hash.clone())),
            previous_until: Set(until),
            prefix: Set(prefix.clone()),
            ..Default::default()
        };
        let act = act("rotateApiKey", was)
            .changing(json!({ "prefix": was.prefix }), json!({ "prefix": prefix, "previousSecretUntil": until }));
        if !change_key(context, was, change, act).await? {
            return refused(changed_meanwhile());
        }
        let api_key = store::find(request, was.id).await?;
        Ok(Some(RotateApiKeyPayload { api_key, secret: Some(secret), user_errors: Vec::new() }))
    }

    /// Takes a key back, for good: the very next request with it is refused. That is possible in a suspended
    /// organisation as well.
    #[acts(API_KEY_MANAGE)]
    async fn revoke_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RevokeApiKeyInput,
    ) -> Result<Option<RevokeApiKeyPayload>> {
        let request = Request::of(context)?;
        let key = found(request, Type::ApiKey.parse(&input.api_key_id)?).await?;
        let refused = |error| Ok(Some(RevokeApiKeyPayload { user_errors: vec![error], ..Default::default() }));
        let now = request.now();
        if let Some(error) = unconfirmed(context)?.or_else(|| revoked(&key, now)) {
            return refused(error);
        }
        let random = service::<Random>(context)?;
        let id = key.model().id;
        let change = ActiveModel {
            revoked_at: Set(Some(now)),
            previous_hash: Set(None),
            previous_until: Set(None),
            ..Default::default()
        };
        let act = act("revokeApiKey", key.model()).changing(described(key.model()), json!({ "revokedAt": now }));
        let is_done = request
            .write(async |tx| {
                let is_done = store::revoke(tx, id, change).await?;
                if is_done {
                    audit::record(tx, request, random, act).await?;
                }
                Ok(is_done)
            })
            .await?;
        if !is_done {
            return refused(changed_meanwhile());
        }
        Ok(Some(RevokeApiKeyPayload { api_key: store::find(request, id).await?, user_errors: Vec::new() }))
    }
}

/// The key, for who may manage it.
async fn found(request: &Request, id: Uuid) -> Result<ApiKey> {
    let key = store::find(request, id).await?.ok_or(Error::NotFound)?;
    key.seen.require(Permission::ApiKeyManage)?;
    Ok(key)
}

/// Changes a key that nobody has rotated or revoked in the meantime.
async fn change_key(context: &Context<'_>, was: &Model, change: ActiveModel, act: Act) -> Result<bool> {
    let (request, random) = (Request::of(context)?, service::<Random>(context)?);
    request
        .write(async |tx| {
            let is_done = store::change(tx, was, change).await?;
            if is_done {
                audit::record(tx, request, random, act).await?;
            }
            Ok(is_done)
        })
        .await
}

fn not_held(context: &Context<'_>, seen: &Seen, scopes: Grants) -> Option<UserError> {
    let error = rules::not_held(scopes.without(seen.grants))?;
    note_refusal(context, "PERMISSION_NOT_HELD", None);
    Some(error)
}

fn revoked(key: &ApiKey, now: DateTimeUtc) -> Option<UserError> {
    let is_revoked = rules::state(key.model(), now) == ApiKeyState::Revoked;
    is_revoked.then(|| UserError::at("apiKeyId", UserErrorCode::StaleState, "This key was revoked. Make another."))
}

fn changed_meanwhile() -> UserError {
    let message = "The key was rotated or revoked in the meantime. Look at it again.";
    UserError::at("apiKeyId", UserErrorCode::StaleState, message)
}

/// A whole new key, its hash, and what it is recognised by.
fn new_secret(random: &Random) -> (String, String, String) {
    let secret = random.secret();
    let prefix = secret.chars().take(SHOWN).collect();
    let key = format!("{API_KEY_PREFIX}{secret}");
    let hash = hash(&key);
    (key, hash, prefix)
}

fn act(action: &str, row: &Model) -> Act {
    Act::done(action, row.organisation_id, Some(Permission::ApiKeyManage)).to(Type::ApiKey.id(row.id))
}

/// As the audit log keeps it.
fn described(row: &Model) -> Json {
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
