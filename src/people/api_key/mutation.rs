//! Making, changing, rotating and taking back API keys.

use async_graphql::{Context, Object};
use chrono::TimeDelta;
use entity::api_key::{ActiveModel, Model};
use macros::guarded;
use sea_orm::Set;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::change::{Change, act, change_key, described, new_secret, not_held};
use super::input::{
    CreateApiKeyInput, CreateApiKeyPayload, RevokeApiKeyInput, RevokeApiKeyPayload, RotateApiKeyInput,
    RotateApiKeyPayload, UpdateApiKeyInput, UpdateApiKeyPayload,
};
use super::object::ApiKey;
use super::rules::{self, LONGEST_OVERLAP};
use super::store;
use crate::access::{Actor, Permission, PermissionSet, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit;
use crate::people::session::{unconfirmed, unproved};

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
        let refused = |error| Ok(Some(CreateApiKeyPayload { user_errors: told(context, error), ..Default::default() }));
        if let Some(error) = unconfirmed(context)?.or_else(|| unproved(request)).or_else(|| halted(&seen.row)) {
            return refused(error);
        }
        let (name, scopes) =
            match (text::name("name", &input.name), rules::scopes(&input.permissions, &input.client_permissions)) {
                (Ok(name), Ok(scopes)) => (name, scopes),
                (Err(error), _) | (_, Err(error)) => return refused(error),
            };
        let now = request.now();
        if let Some(error) = input.expires_at.and_then(|end| rules::wrong_end(end, now)) {
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
        let obstacle = request
            .write(async |tx| {
                let at = organisation::store::lock_to_act(tx, &request.access, organisation, Permission::ApiKeyManage)
                    .await?;
                if let Some(error) = halted(&at.row).or_else(|| rules::not_held(scopes.without(at.grants))) {
                    return Ok(Some(error));
                }
                let act = act("createApiKey", &row).changing(Json::Null, described(&row));
                store::create(tx, row).await?;
                audit::record(&request.work(tx), act).await?;
                Ok(None)
            })
            .await?;
        if let Some(error) = obstacle {
            return refused(error);
        }
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
        let refused = |error| Ok(Some(UpdateApiKeyPayload { user_errors: told(context, error), ..Default::default() }));
        let now = request.now();
        let name = input.name.as_deref().map(|name| text::name("name", name)).transpose();
        let wrong = unconfirmed(context)?.or_else(|| name.as_ref().err().cloned());
        if let Some(error) = wrong {
            return refused(error);
        }
        let name = name.unwrap_or_default();
        let changed = change_key(context, &key, "updateApiKey", |was, at| {
            let mut row = Model { name: name.clone().unwrap_or_else(|| was.name.clone()), ..was.clone() };
            let before = store::scopes(was);
            not_held(before, at)?;
            if input.permissions.is_some() || input.client_permissions.is_some() {
                let listed = |set: PermissionSet| set.iter().collect();
                let own = input.permissions.clone().unwrap_or_else(|| listed(before.own));
                let clients = input.client_permissions.clone().unwrap_or_else(|| listed(before.clients));
                let scopes = rules::scopes(&own, &clients)?;
                not_held(scopes, at)?;
                (row.permissions, row.client_permissions) = (scopes.own.to_stored(), scopes.clients.to_stored());
            }
            if !input.expires_at.is_undefined() {
                row.expires_at = input.expires_at.as_opt_ref().flatten().copied();
                if let Some(error) = row.expires_at.and_then(|end| rules::wrong_end(end, now)) {
                    return Err(error);
                }
            }
            let columns = ActiveModel {
                name: Set(row.name.clone()),
                permissions: Set(row.permissions),
                client_permissions: Set(row.client_permissions),
                expires_at: Set(row.expires_at),
                ..Default::default()
            };
            Ok(Change { columns, before: described(was), after: described(&row) })
        });
        if let Some(error) = changed.await? {
            return refused(error);
        }
        let api_key = store::find(request, key.model().id).await?;
        Ok(Some(UpdateApiKeyPayload { api_key, user_errors: Vec::new() }))
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
        let refused = |error| Ok(Some(RotateApiKeyPayload { user_errors: told(context, error), ..Default::default() }));
        let now = request.now();
        if let Some(error) = unconfirmed(context)? {
            return refused(error);
        }
        let minutes = input.keep_old_for_minutes;
        let until = (minutes > 0).then(|| now + TimeDelta::minutes(minutes.into()));
        let (secret, secret_hash, prefix) = new_secret(service::<Random>(context)?);
        let rotated = change_key(context, &key, "rotateApiKey", |was, at| {
            not_held(store::scopes(was), at)?;
            if !(0..=LONGEST_OVERLAP).contains(&minutes) {
                let message = format!("Give 0 to {LONGEST_OVERLAP} minutes.");
                return Err(UserError::at("keepOldForMinutes", UserErrorCode::InvalidInput, message));
            }
            let columns = ActiveModel {
                secret_hash: Set(secret_hash.clone()),
                previous_hash: Set(until.map(|_| was.secret_hash.clone())),
                previous_until: Set(until),
                prefix: Set(prefix.clone()),
                ..Default::default()
            };
            let after = json!({ "prefix": prefix, "previousSecretUntil": until });
            Ok(Change { columns, before: json!({ "prefix": was.prefix }), after })
        });
        if let Some(error) = rotated.await? {
            return refused(error);
        }
        let api_key = store::find(request, key.model().id).await?;
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
        if let Some(error) = unconfirmed(context)? {
            return refused(error);
        }
        let revoked = change_key(context, &key, "revokeApiKey", |was, _| {
            let columns = ActiveModel {
                revoked_at: Set(Some(now)),
                previous_hash: Set(None),
                previous_until: Set(None),
                ..Default::default()
            };
            Ok(Change { columns, before: described(was), after: json!({ "revokedAt": now }) })
        });
        if let Some(error) = revoked.await? {
            return refused(error);
        }
        let api_key = store::find(request, key.model().id).await?;
        Ok(Some(RevokeApiKeyPayload { api_key, user_errors: Vec::new() }))
    }
}

/// The key, for who may manage it.
async fn found(request: &Request, id: Uuid) -> Result<ApiKey> {
    let key = store::find(request, id).await?.ok_or(Error::NotFound)?;
    key.seen.require(Permission::ApiKeyManage)?;
    Ok(key)
}
