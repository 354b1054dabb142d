//! A role in somebody's hand, or in the list of an organisation.

use async_graphql::{ID, Object};
use macros::guarded;

use crate::access::{BuiltinRole, Decision, GrantsAt, Guarded, HeldRole, PermissionSet, RoleRef, Side};
use crate::base::id;

/// A named pair of permission sets: at the organisation where it is held, and at the clients of that organisation.
pub struct Role {
    held: HeldRole,
    seen: Decision,
}

impl Role {
    /// A role that is held at an organisation.
    pub fn new(held: HeldRole, seen: Decision) -> Self {
        Self { held, seen }
    }
}

impl Guarded for Role {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
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
