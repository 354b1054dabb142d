//! Memberships: a user in an organisation, with roles. Exist for those who hold MEMBER_READ at the organisation.
//!
//! Nobody gives what they do not hold, or touches a membership that holds what they lack; and an organisation is never
//! without an OWNER (`rules.rs`). Both are judged in the transaction of the change, while `organisation::store::lock`
//! keeps everybody else away from who belongs to the organisation.

mod admins;
mod choice;
pub mod holders;
mod letters;
mod mutation;
mod object;
pub mod rules;
pub mod store;
mod update;

pub use admins::{mail_admins, mail_admins_of};
pub use choice::{MOST_ROLES, RoleChoice, choose, chosen, current, custom_among, together};
pub use mutation::{MembershipMutation, recipient};
pub use object::Membership;
pub use update::MemberUpdateMutation;

pub use crate::people::role::Role;
