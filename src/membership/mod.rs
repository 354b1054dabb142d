//! Memberships: a user in an organisation, with roles. Exist for those who hold MEMBER_READ at the organisation.

mod object;
pub mod store;

pub use object::{Membership, Role};
