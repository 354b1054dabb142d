//! A member of an organisation.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::store::Member;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::request::Request;
use crate::organisation::{self, Organisation, OrganisationCard};
use crate::partners::partnership::{self, Partnership};
use crate::people::role::Role;
use crate::people::user::User;

/// A user in an organisation, with one or more roles.
pub struct Membership {
    pub(super) row: Arc<Member>,
    pub(super) seen: Decision,
}

impl crate::graphql::act::Find for Membership {
    const TYPE: crate::base::id::Type = crate::base::id::Type::Membership;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for Membership {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

impl Membership {
    /// The membership of an organisation that the viewer sees.
    pub fn new(row: &Arc<Member>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }

    /// The organisation with the viewer's grants there.
    pub const fn seen(&self) -> &Decision {
        &self.seen
    }

    /// Who the member is.
    pub fn person(&self) -> User {
        User { id: self.row.user_id, name: self.row.name.clone() }
    }
}

/// A user in an organisation, with one or more roles.
#[guarded(exists(MEMBER_READ))]
#[Object]
impl Membership {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Membership.id(self.row.id)
    }

    /// Who the member is.
    #[public]
    fn user(&self) -> User {
        self.person()
    }

    /// The address of the member.
    #[requires(MEMBER_READ)]
    fn email(&self) -> Option<&str> {
        Some(&self.row.email)
    }

    /// What the member may do, by role.
    #[public]
    fn roles(&self) -> Vec<Role> {
        self.row.roles.iter().map(|held| Role::new(held.clone(), self.seen.clone())).collect()
    }

    /// The organisation.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        organisation::store::find(&Request::of(context)?.access, self.seen.row.id).await
    }

    /// Since when.
    #[public]
    fn joined_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When the membership ends by itself, if ever.
    #[public]
    fn expires_at(&self) -> Option<DateTimeUtc> {
        self.row.expires_at
    }

    /// The partnership through which it was given. When that is over, the membership of one of the reseller's own people is
    /// so too. Null where it was not given so, or for who may not see partnerships.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.row.partnership_id else { return Ok(None) };
        partnership::store::find(Request::of(context)?, id).await
    }

    /// The reseller for which the member keeps the place of an owner who has not come yet; null for everybody else.
    #[public]
    async fn custody_of(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        let Some(reseller) = self.row.custody_reseller_id else { return Ok(None) };
        let seen = Request::of(context)?.access.look(reseller).await?;
        Ok(seen.map(|seen| OrganisationCard::from(&*seen.row)))
    }
}
