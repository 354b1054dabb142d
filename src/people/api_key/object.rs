//! An API key as those see it who may see keys.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::rules::{self, ApiKeyState};
use super::store::{self, KeyRow};
use crate::access::{Decision, Grants, GrantsAt, Guarded, PermissionSet, Side, Subject};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::request::Request;
use crate::organisation::{self, Organisation};
use crate::people::user::User;

/// A key that acts for an organisation. Its secret is shown once, when it is made.
#[derive(Clone)]
pub struct ApiKey {
    pub(super) row: Arc<KeyRow>,
    pub(super) seen: Decision,
    now: DateTimeUtc,
}

impl crate::graphql::act::Find for ApiKey {
    const TYPE: crate::base::id::Type = crate::base::id::Type::ApiKey;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for ApiKey {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

impl ApiKey {
    /// A key of an organisation that was looked up, as it stands at the moment.
    pub fn new(row: &Arc<KeyRow>, seen: &Decision, now: DateTimeUtc) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone(), now }
    }

    /// Its row.
    pub fn model(&self) -> &entity::api_key::Model {
        &self.row.model
    }

    /// Whose grants decide about it.
    pub fn subject(&self) -> Subject {
        store::subject(&self.row.model)
    }

    /// Its scopes.
    pub fn scopes(&self) -> Grants {
        self.row.scopes()
    }
}

/// A key that acts for an organisation. Its secret is shown once, when it is made.
#[guarded(exists(API_KEY_READ))]
#[Object]
impl ApiKey {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::ApiKey.id(self.row.model.id)
    }

    /// What it is for.
    #[public]
    fn name(&self) -> &str {
        &self.row.model.name
    }

    /// The first letters of its secret, behind `tenantry_key_`: to recognise it in a configuration file.
    #[public]
    fn prefix(&self) -> &str {
        &self.row.model.prefix
    }

    /// What it may do at its organisation.
    #[public]
    fn permissions(&self) -> PermissionSet {
        self.scopes().own
    }

    /// What it may do at the clients of its organisation, as far as they let it in.
    #[public]
    fn client_permissions(&self) -> PermissionSet {
        self.scopes().clients
    }

    /// Where it stands at the moment. Only an active key is let in.
    #[public]
    fn state(&self) -> ApiKeyState {
        rules::state(&self.row.model, self.now)
    }

    /// Who made it. It goes on working when that person leaves.
    #[public]
    fn created_by(&self) -> Option<User> {
        Some(User { id: self.row.model.created_by_id?, name: self.row.creator.clone()? })
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.model.created_at
    }

    /// When it ends by itself, if ever.
    #[public]
    fn expires_at(&self) -> Option<DateTimeUtc> {
        self.row.model.expires_at
    }

    /// When it was taken back.
    #[public]
    fn revoked_at(&self) -> Option<DateTimeUtc> {
        self.row.model.revoked_at
    }

    /// When it was last used; a use may take some minutes to be seen here.
    #[public]
    fn last_used_at(&self) -> Option<DateTimeUtc> {
        self.row.model.last_used_at
    }

    /// Until when the secret from before the last rotation is good as well; null if it no longer is.
    #[public]
    fn previous_secret_until(&self) -> Option<DateTimeUtc> {
        self.row.model.previous_until.filter(|until| self.now < *until)
    }

    /// The organisation that it acts for.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        organisation::store::find(&Request::of(context)?.access, self.seen.row.id).await
    }
}
