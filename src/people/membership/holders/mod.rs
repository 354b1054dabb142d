//! Those members of an organisation who hold a permission there by a role of their own: whom letters go to that are about
//! what the permission is for.

pub mod store;

use crate::access::{BuiltinRole, HeldRole, Kind, Permission};

/// The built-in roles that hold a permission at an ordinary organisation.
fn roles_with(permission: Permission) -> impl Iterator<Item = BuiltinRole> {
    let holds = move |role: &BuiltinRole| HeldRole::builtin(*role, Kind::Company).sets.own.has(permission);
    BuiltinRole::ALL.into_iter().filter(holds)
}
