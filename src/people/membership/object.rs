//! A member of an organisation.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, MembershipEnd, MembershipState};
use super::store::{self, Criteria, Member, OF_ORGANISATION, WantedRole};
use crate::access::{Actor, Card, Decision, GrantsAt, Guarded, PermissionSet, Side};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, OrderDirection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};
use crate::partners::partnership::Partnership;
use crate::people::role::rules::{ChosenRole, grants_of};
use crate::people::role::{Role, RoleChoice};
use crate::people::user::User;

/// What members can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MembershipOrderField {
    /// When they joined.
    JoinedAt,
    /// Their name, by the root collation of Unicode. The time it takes grows with the number of members.
    Name,
}

/// The order of members.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MembershipOrder {
    /// What orders them.
    pub field: MembershipOrderField,
    /// The direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

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

    /// The members of an organisation that a search finds and that have the role. Without an order, in that of joining.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        search: Option<&str>,
        role: Option<&RoleChoice>,
        order: Option<MembershipOrder>,
    ) -> Result<Connection<Self>> {
        let role = match role.map(ChosenRole::from) {
            None => None,
            Some(ChosenRole::BuiltIn(role)) => Some(WantedRole::BuiltIn(role)),
            Some(ChosenRole::Custom(key)) => Some(WantedRole::Custom(key)),
            Some(ChosenRole::Malformed) => {
                let message = "role: give builtIn, or the id of a role from Organisation.roles.";
                return Err(Error::InvalidInput(message.to_owned()));
            }
        };
        let criteria = Criteria {
            search: Search::read(search)?,
            role,
            by_name: order.is_some_and(|order| order.field == MembershipOrderField::Name),
            direction: order.map_or(OrderDirection::Asc, |order| order.direction),
        };
        let rows = store::list(request, at.id(), page, &criteria).await?;
        Ok(rows.connection(|row| Self::new(request, row, at)))
    }

    /// What the membership depended on that is over. Most depend on nothing, and need no statement.
    async fn end(&self, request: &Request) -> Result<Option<MembershipEnd>> {
        if self.row.partnership_id.is_none() && self.row.custody_reseller_id.is_none() {
            return Ok(None);
        }
        let batch = request.lists.batch::<MembershipEnd>("lapsed memberships".to_owned());
        let load = async |ids: Vec<Uuid>| {
            let lapsed = store::lapsed(request.db(), &ids, request.now()).await?;
            Ok(lapsed.into_iter().map(|(id, lapsed)| (id, lapsed.into())).collect())
        };
        batch.load(self.row.id, load).await
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
impl Membership {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Membership.id(self.row.id)
    }

    /// The person.
    #[public]
    pub(crate) fn user(&self) -> User {
        self.person()
    }

    /// The email address of the person.
    #[requires(MEMBER_READ, OWN)]
    fn email(&self) -> Option<&str> {
        Some(&self.row.email)
    }

    /// Whether the person has turned on a second factor. See `setSignInPolicy`.
    #[requires(MEMBER_READ, OWN)]
    fn has_second_factor(&self) -> Option<bool> {
        Some(self.row.has_second_factor)
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

    /// Whether the membership gives anything at the moment. One that has ended stays in the list until the server has tidied
    /// up, or until somebody removes it.
    #[public]
    async fn state(&self, context: &Context<'_>) -> Result<Option<MembershipState>> {
        let request = Request::of(context)?;
        Ok(Some(rules::state_at(&self.row, self.end(request).await?, request.now())))
    }

    /// What the membership depended on that is over; null unless its state is ENDED.
    #[public]
    async fn ended_because(&self, context: &Context<'_>) -> Result<Option<MembershipEnd>> {
        let request = Request::of(context)?;
        let end = self.end(request).await?;
        Ok(end.filter(|_| rules::state_at(&self.row, end, request.now()) == MembershipState::Ended))
    }

    /// What the membership gives at the organisation now: all that its roles hold and that the organisation's state leaves.
    /// Nothing unless its state is ACTIVE, and nothing for a disabled person.
    #[requires(ROLE_READ, OWN)]
    async fn permissions(&self, context: &Context<'_>) -> Result<Option<PermissionSet>> {
        let request = Request::of(context)?;
        let state = rules::state_at(&self.row, self.end(request).await?, request.now());
        let gives = state == MembershipState::Active && self.row.is_active;
        let held = if gives { grants_of(&self.row.roles).own } else { PermissionSet::EMPTY };
        Ok(Some(self.decision.left_of(held)))
    }

    /// The partnership through which the membership was given. A membership of one of the reseller's own people counts
    /// only while the partnership is in force and the person belongs to the reseller. Null if there is none, and hidden from viewers who may not see the partnership.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.row.partnership_id else { return Ok(None) };
        Partnership::find(Request::of(context)?, id).await
    }

    /// The reseller, or the operator, for which the member holds ownership until the invited owner accepts; null for all
    /// other members.
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
