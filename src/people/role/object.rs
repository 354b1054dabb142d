//! A role as a member has it or as an organisation lists it, and the preview of its change.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use uuid::Uuid;

use super::preview::{Change, Effect, affected};
use super::store::{self, OF_ORGANISATION};
use crate::access::{
    BuiltinRole, Decision, Exists, GrantsAt, Guarded, HeldRole, Permission, PermissionSet, RoleRef, Rule, Side,
};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, Filter, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::people::user::User;

/// A named pair of permission sets: at the organisation where it is held, and at the clients of that organisation.
pub struct Role {
    held: HeldRole,
    decision: Decision,
}

impl Role {
    /// A role at an organisation.
    pub fn new(held: HeldRole, decision: Decision) -> Self {
        Self { held, decision }
    }

    /// The custom roles of an organisation, by name.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = OF_ORGANISATION.rows(request, at.id(), page, Filter::default()).await?;
        let kind = at.card().kind;
        Ok(rows.connection(|row| Self::new(store::held(row, kind), at.clone())))
    }

    /// The role and what it holds.
    pub const fn held(&self) -> &HeldRole {
        &self.held
    }

    /// The organisation with the viewer's grants there.
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }
}

impl Find for Role {
    const TYPE: id::Type = id::Type::Role;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let Some(decision) = request.access.look(found.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(found.visible(|row| Self { held: store::held(&row, decision.card().kind), decision }))
    }
}

/// By its id, only viewers with ROLE_READ can find a custom role. But everybody who sees a member sees the names of the
/// member's roles.
impl Exists for Role {
    const RULES: &'static [Rule] = &[Rule { permission: Permission::RoleRead, side: Side::Organisation }];
}

impl Guarded for Role {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }
}

/// A named pair of permission sets: at the organisation where it is held, and at the clients of that organisation.
#[guarded]
#[Object]
impl Role {
    /// Opaque id of a custom role; null for a built-in one.
    #[public]
    fn id(&self) -> Option<ID> {
        match &self.held.role {
            RoleRef::Custom { id, .. } => Some(id::Type::Role.id(*id)),
            RoleRef::Builtin(_) => None,
        }
    }

    /// Its name. A name decides nothing about rights.
    #[public]
    fn name(&self) -> &str {
        self.held.role.name()
    }

    /// Which built-in role it is; null for a custom one.
    #[public]
    fn built_in(&self) -> Option<BuiltinRole> {
        match &self.held.role {
            RoleRef::Builtin(role) => Some(*role),
            RoleRef::Custom { .. } => None,
        }
    }

    /// What it holds at the organisation.
    #[requires(ROLE_READ)]
    fn permissions(&self) -> Option<PermissionSet> {
        Some(self.held.sets.own)
    }

    /// What it holds at the clients of the organisation.
    #[requires(ROLE_READ)]
    fn client_permissions(&self) -> Option<PermissionSet> {
        Some(self.held.sets.clients)
    }
}

/// What a change of a role would mean.
pub struct RoleChangePreview {
    pub(super) change: Change,
    pub(super) decision: Decision,
}

impl Guarded for RoleChangePreview {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }
}

/// What a change of a role would mean.
#[guarded]
#[Object]
impl RoleChangePreview {
    /// Everybody who has the role, by name, with what each would gain and lose. A permission that a member also has by
    /// another role or path is neither gained nor lost. Takes time linear in the number of members.
    #[requires(MEMBER_READ)]
    async fn effects(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<RoleChangeEffect>>> {
        let request = Request::of(context)?;
        let everybody = request.access.everybody(self.decision.id()).await?;
        let all = affected(&everybody, &self.change, self.decision.id(), request.now());
        let total = Total::known(all.len());
        let items =
            all.into_iter().map(|affected| (collation::sort_key(&affected.name), affected.id, Arc::new(affected)));
        Ok(Some(Connection::new(&slice_sorted(items, &page, self.decision.id())?, total, |affected| {
            RoleChangeEffect {
                user: User { id: affected.id, name: affected.name.clone() },
                effect: affected.effect,
                decision: self.decision.clone(),
            }
        })))
    }
}

/// What a member would gain and lose.
pub struct RoleChangeEffect {
    pub(super) user: User,
    pub(super) effect: Effect,
    pub(super) decision: Decision,
}

impl Guarded for RoleChangeEffect {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }
}

/// What a member would gain and lose.
#[guarded]
#[Object]
impl RoleChangeEffect {
    /// The member.
    #[public]
    fn user(&self) -> &User {
        &self.user
    }

    /// What the member could newly do at the organisation.
    #[requires(ROLE_READ)]
    fn gained(&self) -> Option<PermissionSet> {
        Some(self.effect.gained.own)
    }

    /// What the member could no longer do at the organisation.
    #[requires(ROLE_READ)]
    fn lost(&self) -> Option<PermissionSet> {
        Some(self.effect.lost.own)
    }

    /// What the member could newly do at the clients of the organisation, within what each client delegates.
    #[requires(ROLE_READ)]
    fn gained_at_clients(&self) -> Option<PermissionSet> {
        Some(self.effect.gained.clients)
    }

    /// What the member could no longer do at the clients of the organisation.
    #[requires(ROLE_READ)]
    fn lost_at_clients(&self) -> Option<PermissionSet> {
        Some(self.effect.lost.clients)
    }
}
