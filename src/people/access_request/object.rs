//! A request for access, as its person and those who can grant it see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID};
use entity::access_request::{Model, State};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules;
use super::store::{self, Asked, OF_ORGANISATION, OF_PERSON};
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::role::Role;
use crate::people::user::User;

/// The state of a request for access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum AccessRequestState {
    /// Not answered yet.
    Pending,
    /// The person got the permission.
    Granted,
    /// Somebody declined.
    Declined,
    /// Nobody answered in time.
    Expired,
}

/// A person asks for a permission that one role or one delegation would give.
#[derive(Clone)]
pub struct AccessRequest {
    found: Arc<Asked>,
    at: Decision,
    is_own: bool,
}

impl AccessRequest {
    fn new(request: &Request, found: &Arc<Asked>, at: &Decision) -> Self {
        let is_own = request.actor().user_id() == Some(found.row.user_id);
        Self { found: Arc::clone(found), at: at.clone(), is_own }
    }

    /// Its row.
    pub fn row(&self) -> &Model {
        &self.found.row
    }

    /// The open requests that an organisation decides about, the newest first.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = OF_ORGANISATION.rows(request, at.id(), page, store::open(request.now())).await?;
        Ok(rows.connection(|row| Self::new(request, row, at)))
    }

    /// The requests of the viewer, the newest first.
    pub async fn list_own(request: &Request, page: &PageArguments) -> Result<Connection<Self>> {
        let user = request.actor().user_id().unwrap_or_default();
        let rows = OF_PERSON.rows(request, user, page, crate::graphql::page::Filter::default()).await?;
        let decisions = request.access.look_all(rows.rows().map(|found| found.row.organisation_id)).await?;
        rows.try_connection(|found| {
            let at = decisions.get(&found.row.organisation_id);
            let at = at.ok_or_else(|| Error::fault("a request for access without an organisation"))?;
            Ok(Self::new(request, found, at))
        })
    }
}

impl Find for AccessRequest {
    const TYPE: Type = Type::AccessRequest;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let at = request.access.look(found.key(|found| found.row.organisation_id)).await?;
        Ok(at.and_then(|at| found.visible(|found| Self::new(request, &found, &at))))
    }
}

impl Guarded for AccessRequest {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }

    fn is_own(&self) -> bool {
        self.is_own
    }
}

/// A person asks for a permission that one role or one delegation would give: see `requestAccess`.
#[guarded(exists(MEMBER_UPDATE, PARTNERSHIP_MANAGE, OWN))]
impl AccessRequest {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::AccessRequest.id(self.found.row.id)
    }

    /// The organisation that decides.
    #[public]
    fn decided_by(&self) -> OrganisationCard {
        self.at.card().into()
    }

    /// The organisation where the person wants the permission.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        let target = Request::of(context)?.access.look(self.found.row.target_id).await?;
        Ok(target.map(|target| target.card().into()))
    }

    /// The person who asks.
    #[public]
    fn user(&self) -> User {
        User { id: self.found.row.user_id, name: self.found.name.clone() }
    }

    /// The permission; null if there is no such permission any more.
    #[public]
    fn permission(&self) -> Option<Permission> {
        rules::permission_of(&self.found.row)
    }

    /// Why the person asks.
    #[public]
    fn message(&self) -> &str {
        &self.found.row.message
    }

    /// The role that the member gets besides those that they have, if it is granted; null if the client would delegate more
    /// to its partner instead.
    #[public]
    fn role(&self) -> Option<Role> {
        self.found.row.membership_id?;
        let held = rules::smallest_role(&self.found.row, self.at.card().kind)?;
        Some(Role::new(held, self.at.clone()))
    }

    /// Its state.
    #[public]
    fn state(&self, context: &Context<'_>) -> Result<Option<AccessRequestState>> {
        let now = Request::of(context)?.now();
        Ok(Some(match self.found.row.state {
            State::Pending if rules::is_open(&self.found.row, now) => AccessRequestState::Pending,
            State::Pending => AccessRequestState::Expired,
            State::Granted => AccessRequestState::Granted,
            State::Declined => AccessRequestState::Declined,
        }))
    }

    /// Why it was declined.
    #[public]
    fn answer(&self) -> Option<&str> {
        self.found.row.answer.as_deref()
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.found.row.created_at
    }

    /// Until when it can be answered.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.found.row.expires_at
    }

    /// When it was answered; null before.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.found.row.answered_at
    }
}
