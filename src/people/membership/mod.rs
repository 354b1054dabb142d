//! Memberships: a user in an organisation, with roles. Exist for those who hold MEMBER_READ at the organisation.
//!
//! Nobody gives what they do not hold, or touches a membership that holds what they lack; and an organisation is never
//! without an OWNER (`rules.rs`). Both are judged in the transaction of the change, while `organisation::store::lock`
//! keeps everybody else away from who belongs to the organisation.

mod choice;
pub mod holders;
mod leaders;
mod letters;
mod mutation;
mod object;
pub mod rules;
pub mod store;
mod update;

pub use choice::{MOST_ROLES, RoleChoice, choose, chosen, current, custom_among, together};
pub use leaders::tell_leaders;
pub use mutation::{MembershipMutation, recipient};
pub use object::Membership;
pub use update::MemberUpdateMutation;

pub use crate::people::role::Role;
