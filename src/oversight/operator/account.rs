//! A user as the operator's staff see it.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID};
use entity::user;
use macros::{guarded, payload, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::object::Operator;
use super::store;
use crate::access::{Decision, Exists, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::page::{Connection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::membership::{self, Membership};
use crate::people::user::User;

/// The state of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "user::State")]
pub enum UserState {
    /// The user may sign in.
    Active,
    /// The user may not sign in, and holds no permission anywhere.
    Disabled,
}

/// A membership of a user as the operator's staff see it.
#[public_object]
pub struct UserAccountMembership {
    /// The organisation.
    organisation: Option<OrganisationCard>,
    /// The membership; null if you lack `MEMBER_READ` there.
    membership: Option<Membership>,
}

/// A user as the operator's staff see it.
#[derive(Clone, Debug)]
pub struct UserAccount {
    row: Arc<user::Model>,
    operator: Decision,
}

impl UserAccount {
    /// The account of a user, with what the viewer holds at the operator.
    pub fn new(row: &Arc<user::Model>, operator: &Decision) -> Self {
        Self { row: Arc::clone(row), operator: operator.clone() }
    }
}

impl Find for UserAccount {
    const TYPE: id::Type = id::Type::UserAccount;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let batch = request.lists.batch::<Self>("accounts".to_owned());
        let load = async |ids: Vec<Uuid>| {
            let Some(operator) = store::find_operator(&request.access).await? else { return Ok(HashMap::new()) };
            let rows = store::users_by_ids(request.db(), ids).await?;
            let accounts = rows.into_iter().map(|row| (row.id, Self::new(&Arc::new(row), &operator)));
            Ok(accounts.filter_map(|(id, account)| Some((id, account.if_visible()?))).collect())
        };
        batch.load(key, load).await
    }
}

impl Guarded for UserAccount {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.operator.grants_at(side)
    }
}

/// A user as the operator's staff see it.
#[guarded(exists(USER_MANAGE))]
impl UserAccount {
    /// Opaque id of the account.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::UserAccount.id(self.row.id)
    }

    /// The person as others see them. `explainAccess` and the mutations take this id.
    #[public]
    pub(crate) fn user(&self) -> User {
        User { id: self.row.id, name: self.row.name.clone() }
    }

    /// The email address for signing in.
    #[public]
    fn email(&self) -> &str {
        &self.row.email
    }

    /// When the user verified the address; null if it is not verified.
    #[public]
    fn email_verified_at(&self) -> Option<DateTimeUtc> {
        self.row.email_verified_at
    }

    /// Whether the user may sign in.
    #[public]
    fn state(&self) -> UserState {
        self.row.state.into()
    }

    /// When the account was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When the account was erased; null if it was not.
    #[public]
    fn erased_at(&self) -> Option<DateTimeUtc> {
        self.row.erased_at
    }

    /// When a session of the user was last used; null if the user has no session.
    #[public]
    async fn last_seen_at(&self, context: &Context<'_>) -> Result<Option<DateTimeUtc>> {
        let request = Request::of(context)?;
        let batch = request.lists.batch::<DateTimeUtc>("last seen".to_owned());
        let load = async |users: Vec<Uuid>| Ok(store::last_seen(request.db(), &users).await?.into_iter().collect());
        batch.load(self.row.id, load).await
    }

    /// The memberships of the user, the longest-standing first.
    #[public]
    async fn memberships(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<UserAccountMembership>>> {
        let request = Request::of(context)?;
        let members = membership::store::list_of_user(request, self.row.id, &page, &Search::default(), None).await?;
        let decisions = request.access.look_all(members.rows().map(|member| member.organisation_id)).await?;
        Ok(Some(members.connection(|member| {
            let at = decisions.get(&member.organisation_id);
            UserAccountMembership {
                organisation: at.map(|at| at.card().into()),
                membership: at.and_then(|at| Membership::new(request, member, at).if_visible()),
            }
        })))
    }
}

/// The changed user.
#[payload]
pub struct UserAccountPayload {
    /// The user; null if nothing was changed.
    pub account: Option<UserAccount>,
}

impl UserAccountPayload {
    /// The user after the change.
    pub async fn load(act: &ActOn<'_, Operator>, user: Uuid) -> Result<Self> {
        let row = store::find_user(act.request.db(), user).await?.ok_or(Error::NotFound)?;
        let account = UserAccount::new(&Arc::new(row), &act.object.0);
        Ok(Self { account: Some(account), ..Self::default() })
    }
}
