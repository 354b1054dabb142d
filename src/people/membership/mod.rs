//! Memberships: a user in an organisation, with roles. They exist for viewers with MEMBER_READ at the organisation.
//!
//! Nobody gives what they do not hold, and nobody changes a member who holds more than they do. An organisation always
//! has an OWNER (`rules.rs`). The mutations check all of this under the lock of the organisation, so two concurrent
//! changes cannot break these rules together. `letters.rs` writes to members, owners and admins.

mod leave;
mod letters;
mod object;
mod remove;
pub mod rules;
pub mod store;
mod update;

use macros::merged;

pub use letters::{mail_admins, mail_admins_of, recipient};
pub use object::{Membership, MembershipOrder};
pub use update::{Changes, change};

/// The mutations of memberships.
#[merged]
pub struct MembershipMutation(update::UpdateMember, remove::RemoveMember, leave::LeaveOrganisation);
