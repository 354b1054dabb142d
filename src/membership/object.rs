//! A member of an organisation, and a role in a member's hand.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::store::Member;
use crate::access::{BuiltinRole, Guarded, HeldRole, PermissionSet, RoleRef, Seat, Seen, Side};
use crate::error::Result;
use crate::id;
use crate::organisation::{self, Organisation};
use crate::request::Request;
use crate::user::User;

/// A user in an organisation, with one or more roles.
pub struct Membership {
    pub(super) row: Arc<Member>,
    pub(super) seen: Seen,
}

impl Guarded for Membership {
    fn seat(&self, side: Side) -> Option<Seat> {
        self.seen.seat(side)
    }
}

impl Membership {
    /// The membership of an organisation that the viewer sees.
    pub fn new(row: &Arc<Member>, seen: &Seen) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
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
        User { id: self.row.user_id, name: self.row.name.clone() }
    }

    /// The address of the member.
    #[requires(MEMBER_READ)]
    fn email(&self) -> Option<&str> {
        Some(&self.row.email)
    }

    /// What the member may do, by role.
    #[public]
    fn roles(&self) -> Vec<Role> {
        self.row.roles.iter().map(|held| Role { held: held.clone(), seen: self.seen.clone() }).collect()
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
}

/// A named pair of permission sets: at the organisation where it is held, and at the clients of that organisation.
pub struct Role {
    held: HeldRole,
    seen: Seen,
}

impl Role {
    /// A role that is held at an organisation.
    pub fn new(held: HeldRole, seen: Seen) -> Self {
        Self { held, seen }
    }
}

impl Guarded for Role {
    fn seat(&self, side: Side) -> Option<Seat> {
        self.seen.seat(side)
    }
}

/// A named pair of permission sets: at the organisation where it is held, and at the clients of that organisation.
#[guarded]
#[Object]
impl Role {
    /// Opaque id of a custom role; a built-in one has none.
    #[public]
    fn id(&self) -> Option<ID> {
        match &self.held.role {
            RoleRef::Custom { id, .. } => Some(id::Type::Role.id(*id)),
            RoleRef::Builtin(_) => None,
        }
    }

    /// Its name. Names decide nothing.
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
