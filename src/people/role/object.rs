//! A role as a member has it or as an organisation lists it, and the preview of its change.

use std::sync::Arc;

use async_graphql::{Context, ID};
use macros::guarded;
use uuid::Uuid;

use super::preview::{Change, Effect, affected};
use super::store::{self, OF_ORGANISATION};
use crate::access::{
    BuiltinRole, Decision, Grants, GrantsAt, Guarded, HeldRole, Permission, PermissionSet, RoleRef, Side,
};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, Filter, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::people::user::User;

/// A named pair of permission sets: at the organisation where it is held, and at the clients of that organisation.
pub struct Role {
    held: HeldRole,
    /// The organisation with the viewer's grants there; none for a built-in role that was found by its id.
    at: Option<Decision>,
}

impl Role {
    /// A role at an organisation.
    pub fn new(held: HeldRole, decision: Decision) -> Self {
        Self { held, at: Some(decision) }
    }

    /// The built-in role with this key.
    pub fn built_in_by_key(key: Uuid) -> Option<Self> {
        let (role, at_operator) = BuiltinRole::from_key(key)?;
        let held = HeldRole { role: RoleRef::Builtin(role), sets: role.sets(at_operator) };
        Some(Self { held, at: None })
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
    pub fn decision(&self) -> Result<&Decision> {
        self.at.as_ref().ok_or(Error::NotFound)
    }
}

impl Find for Role {
    const TYPE: id::Type = id::Type::Role;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let Some(decision) = request.access.look(found.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(found.visible(|row| Self::new(store::held(&row, decision.card().kind), decision)))
    }
}

impl Guarded for Role {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        match &self.held.role {
            RoleRef::Custom { .. } => self.at.as_ref()?.grants_at(side),
            // What a built-in role holds is no secret of any organisation.
            RoleRef::Builtin(_) => {
                let grants = Grants { own: PermissionSet::of(&[Permission::RoleRead]), ..Grants::NONE };
                Some(GrantsAt { organisation: Uuid::nil(), grants })
            }
        }
    }
}

/// A named pair of permission sets: at the organisation where it is held, and at the clients of that organisation.
/// Built-in roles are the same everywhere and visible to everybody. Everybody who sees a member sees the names of the
/// member's roles.
#[guarded(exists(ROLE_READ))]
impl Role {
    /// Opaque id. A built-in role has the same id in every organisation.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Role.id(match &self.held.role {
            RoleRef::Custom { id, .. } => *id,
            RoleRef::Builtin(role) => role.key(self.held.sets),
        })
    }

    /// Its name. A name decides nothing about rights.
    #[public]
    pub(crate) fn name(&self) -> &str {
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

    /// What it holds at the organisation. Everybody sees this of built-in roles.
    #[requires(ROLE_READ)]
    fn permissions(&self) -> Option<PermissionSet> {
        Some(self.held.sets.own)
    }

    /// What it holds at the clients of the organisation. Everybody sees this of built-in roles.
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
