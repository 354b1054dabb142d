//! A user as those see it who run the platform.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::user;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, Exists, GrantsAt, Guarded, Side, directive};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::membership::{self, Membership};
use crate::people::user::User;

/// Whether a user may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "user::State")]
pub enum UserState {
    /// May sign in.
    Active,
    /// May not sign in, and holds no permission anywhere.
    Disabled,
}

/// A membership of a user, as those see it who run the platform.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UserAccountMembership {
    /// The organisation.
    organisation: Option<OrganisationCard>,
    /// The membership; null for who lacks `member:read` there.
    membership: Option<Membership>,
}

/// A user as those see it who run the platform.
#[derive(Clone, Debug)]
pub struct UserAccount {
    row: Arc<user::Model>,
    operator: Decision,
}

impl UserAccount {
    /// The account of a user, for the staff of the operator.
    pub fn new(row: &Arc<user::Model>, operator: &Decision) -> Self {
        Self { row: Arc::clone(row), operator: operator.clone() }
    }
}

impl crate::graphql::act::Find for UserAccount {
    const TYPE: crate::base::id::Type = crate::base::id::Type::UserAccount;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for UserAccount {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.operator.grants_at(side)
    }
}

/// A user as those see it who run the platform.
#[guarded(exists(USER_MANAGE))]
#[Object]
impl UserAccount {
    /// Opaque id of the account.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::UserAccount.id(self.row.id)
    }

    /// The person as others see them; `explainAccess` and the mutations take its id.
    #[public]
    fn user(&self) -> User {
        User { id: self.row.id, name: self.row.name.clone() }
    }

    /// The address to sign in with.
    #[public]
    fn email(&self) -> &str {
        &self.row.email
    }

    /// When the address was proved; null if it is not.
    #[public]
    fn email_verified_at(&self) -> Option<DateTimeUtc> {
        self.row.email_verified_at
    }

    /// Whether the user may act.
    #[public]
    fn state(&self) -> UserState {
        self.row.state.into()
    }

    /// When the account was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When all that names the person was forgotten; null if it is not.
    #[public]
    fn erased_at(&self) -> Option<DateTimeUtc> {
        self.row.erased_at
    }

    /// When a session of the user was last used; null if there is none.
    #[public]
    async fn last_seen_at(&self, context: &Context<'_>) -> Result<Option<DateTimeUtc>> {
        let request = Request::of(context)?;
        let batch = request.lists.batch::<DateTimeUtc>("last seen".to_owned());
        let load = async |users: Vec<Uuid>| Ok(store::last_seen(request.db(), &users).await?.into_iter().collect());
        batch.load(self.row.id, load).await
    }

    /// The organisations that the user is a member of, in the order of joining.
    #[public]
    async fn memberships(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<UserAccountMembership>>> {
        let request = Request::of(context)?;
        let (slice, total) = membership::store::list_of_user(request, self.row.id, &page).await?;
        let seen = request.access.look_all(slice.items.iter().map(|(_, member)| member.organisation_id)).await?;
        Ok(Some(Connection::new(&slice, total, |member| {
            let at = seen.get(&member.organisation_id);
            UserAccountMembership {
                organisation: at.map(|seen| OrganisationCard::from(&*seen.row)),
                membership: at.and_then(|seen| Membership::new(member, seen).if_visible()),
            }
        })))
    }
}
