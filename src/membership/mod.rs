//! Memberships: a user in an organisation, with roles. Exist for those who hold MEMBER_READ at the organisation.

mod choice;
mod object;
pub mod store;

pub use choice::{RoleChoice, choose, chosen, custom_among, together};
pub use object::{Membership, Role};
