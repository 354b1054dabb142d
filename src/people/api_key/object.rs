//! An API key, as viewers with API_KEY_READ see it.

use std::sync::Arc;

use async_graphql::{Context, ID};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, ApiKeyState};
use super::store::{KeyRow, OF_ORGANISATION, in_states};
use crate::access::{Decision, Grants, GrantsAt, Guarded, PermissionSet, Side, Subject};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::Organisation;
use crate::people::user::User;

/// A key that acts for an organisation. Its secret is shown once, when the key is created.
#[derive(Clone)]
pub struct ApiKey {
    pub(super) row: Arc<KeyRow>,
    pub(super) decision: Decision,
    now: DateTimeUtc,
}

impl Find for ApiKey {
    const TYPE: id::Type = id::Type::ApiKey;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let decision = request.access.look(found.key(|row| row.model.organisation_id)).await?;
        Ok(decision.and_then(|decision| found.visible(|row| Self { row, decision, now: request.now() })))
    }
}

impl Guarded for ApiKey {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }
}

impl ApiKey {
    /// The keys of an organisation, the oldest first; only those in one of the states if there are any.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        states: Option<&[ApiKeyState]>,
    ) -> Result<Connection<Self>> {
        let now = request.now();
        let rows = OF_ORGANISATION.rows(request, at.id(), page, in_states(states, now)).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), decision: at.clone(), now }))
    }

    /// Its row.
    pub fn model(&self) -> &entity::api_key::Model {
        &self.row.model
    }

    /// The subject whose grants decide what it may do.
    pub fn subject(&self) -> Subject {
        rules::subject(&self.row.model)
    }

    /// Its scopes.
    pub fn scopes(&self) -> Grants {
        rules::scopes(&self.row.model)
    }
}

/// A key that acts for an organisation. Its secret is shown once, when the key is created.
#[guarded(exists(API_KEY_READ))]
impl ApiKey {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::ApiKey.id(self.row.model.id)
    }

    /// What the key is for.
    #[public]
    fn name(&self) -> &str {
        &self.row.model.name
    }

    /// The first characters of its secret, after `tenantry_key_`. They help you to recognise it in a configuration
    /// file.
    #[public]
    fn prefix(&self) -> &str {
        &self.row.model.prefix
    }

    /// What the key may do at its organisation.
    #[public]
    fn permissions(&self) -> PermissionSet {
        self.scopes().own
    }

    /// What the key may do at the clients of its organisation, within what each client delegates.
    #[public]
    fn client_permissions(&self) -> PermissionSet {
        self.scopes().clients
    }

    /// Its state at the moment. Requests with a key that is not ACTIVE are refused.
    #[public]
    fn state(&self) -> ApiKeyState {
        rules::state_at(&self.row.model, self.now)
    }

    /// The person who created it. The key keeps working when that person leaves. Null if a key created it.
    #[public]
    fn created_by(&self) -> Option<User> {
        Some(User { id: self.row.model.created_by_id?, name: self.row.creator.clone()? })
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.model.created_at
    }

    /// When it expires; null for never.
    #[public]
    fn expires_at(&self) -> Option<DateTimeUtc> {
        self.row.model.expires_at
    }

    /// When it was revoked; null if it was not.
    #[public]
    fn revoked_at(&self) -> Option<DateTimeUtc> {
        self.row.model.revoked_at
    }

    /// When it was last used; null if never. A use can take some minutes to appear here.
    #[public]
    fn last_used_at(&self) -> Option<DateTimeUtc> {
        self.row.model.last_used_at
    }

    /// When the secret from before the last rotation stops working; null if it no longer works.
    #[public]
    fn previous_secret_until(&self) -> Option<DateTimeUtc> {
        self.row.model.previous_until.filter(|until| self.now < *until)
    }

    /// The networks from which the key works, in CIDR notation. Empty: it works from everywhere.
    #[public]
    fn networks(&self) -> Vec<&str> {
        rules::networks_of(&self.row.model)
    }

    /// The organisation that the key acts for.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        Organisation::find(Request::of(context)?, self.decision.id()).await
    }
}
