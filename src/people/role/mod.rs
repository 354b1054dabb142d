//! Roles: named pairs of permission sets, one for the organisation and one for its clients.
//!
//! Built-in roles are the same everywhere (`access/role.rs`). A custom role belongs to one organisation and exists for
//! viewers with ROLE_READ. To write a role, the actor must hold everything in it, before and after, in the same set.
//! `rules.rs` says what a role may contain and which roles a choice names; `preview.rs` computes what a change would mean.

mod choice;
mod create;
mod delete;
mod object;
mod preview;
mod query;
pub mod rules;
pub mod store;
mod update;

use macros::merged;

pub use choice::{RoleChoice, find_chosen};
pub use object::Role;
pub use query::RoleQuery;

/// The mutations of roles.
#[merged]
pub struct RoleMutation(create::CreateRole, update::UpdateRole, delete::DeleteRole);
