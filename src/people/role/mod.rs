//! Roles: named pairs of permission sets. Built-in ones are the same everywhere (`access/role.rs`); custom ones belong to
//! one organisation and are seen with ROLE_READ.
//!
//! Who writes a role has to hold all of it, before and afterwards, in the same half. `preview.rs` says beforehand what a
//! change would mean for whom.

mod mutation;
mod object;
mod preview;
mod query;
pub mod rules;
pub mod store;
mod write;

pub use mutation::RoleMutation;
pub use object::Role;
pub use query::RoleQuery;
