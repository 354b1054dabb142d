//! A member of an organisation.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store::{Member, OF_ORGANISATION};
use crate::access::{Actor, Card, Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, Filter, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};
use crate::partners::partnership::Partnership;
use crate::people::role::Role;
use crate::people::user::User;

/// A user in an organisation, with one or more roles.
pub struct Membership {
    pub(super) row: Arc<Member>,
    pub(super) decision: Decision,
    is_own: bool,
}

impl Find for Membership {
    const TYPE: id::Type = id::Type::Membership;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let decision = request.access.look(found.key(|row| row.organisation_id)).await?;
        Ok(decision.and_then(|decision| found.visible(|row| Self::new(request, &row, &decision))))
    }
}

impl Guarded for Membership {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }

    fn is_own(&self) -> bool {
        self.is_own
    }
}

impl Membership {
    /// A membership of an organisation.
    pub fn new(request: &Request, row: &Arc<Member>, decision: &Decision) -> Self {
        let is_own = matches!(request.actor(), Actor::User(user) if user.id == row.user_id);
        Self { row: Arc::clone(row), decision: decision.clone(), is_own }
    }

    /// The members of an organisation, in the order of joining.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = OF_ORGANISATION.rows(request, at.id(), page, Filter::default()).await?;
        Ok(rows.connection(|row| Self::new(request, row, at)))
    }

    /// The organisation with the viewer's grants there.
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The person.
    pub fn person(&self) -> User {
        User { id: self.row.user_id, name: self.row.name.clone() }
    }
}

/// A user in an organisation, with one or more roles.
#[guarded(exists(MEMBER_READ, OWN))]
#[Object]
impl Membership {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Membership.id(self.row.id)
    }

    /// The person.
    #[public]
    fn user(&self) -> User {
        self.person()
    }

    /// The email address of the person.
    #[requires(MEMBER_READ, OWN)]
    fn email(&self) -> Option<&str> {
        Some(&self.row.email)
    }

    /// The roles of the member, by name.
    #[public]
    fn roles(&self) -> Vec<Role> {
        self.row.roles.iter().map(|held| Role::new(held.clone(), self.decision.clone())).collect()
    }

    /// The organisation; null, without an error, if the viewer lacks `ORGANISATION_READ` there.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        Organisation::find(Request::of(context)?, self.decision.id()).await
    }

    /// When the person became a member.
    #[public]
    fn joined_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When the membership ends by itself; null for never.
    #[public]
    fn expires_at(&self) -> Option<DateTimeUtc> {
        self.row.expires_at
    }

    /// The partnership through which the membership was given. A membership of one of the reseller's own people ends with
    /// it. Null if there is none, and hidden from viewers who may not see the partnership.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.row.partnership_id else { return Ok(None) };
        Partnership::find(Request::of(context)?, id).await
    }

    /// The reseller for which the member holds ownership until the invited owner accepts; null for all other members.
    #[public]
    async fn custody_of(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        let Some(reseller) = self.row.custody_reseller_id else { return Ok(None) };
        let decision = Request::of(context)?.access.look(reseller).await?;
        Ok(decision.map(|decision| {
            let Card { id, name, kind } = decision.card();
            OrganisationCard { id, name, kind }
        }))
    }
}
