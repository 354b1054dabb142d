//! Partnerships: a reseller and a client, and what the client lets the reseller's people do.
//!
//! A partnership is SCHEDULED, ACTIVE, EXPIRED or ENDED: the stored state and the dates together say which
//! (`rules.rs`). It exists for viewers with PARTNERSHIP_READ at the client or CLIENT_READ at the reseller.
//!
//! A partnership begins when a proposal is accepted (`crate::partners::proposal`) or when the reseller creates the
//! client (`crate::partners::client`). Both go through `agreement.rs`, and `tree.rs` keeps the graph of all
//! partnerships free of cycles. `terms.rs` says what is delegated and until when. The client changes the terms
//! (`update.rs`), and either side ends the partnership (`end.rs`, `ending.rs`). Memberships given through it end with
//! it (`memberships.rs`). The server sends reminders and cleans up by itself (`reminder.rs`, `custody/upkeep.rs`).

pub mod agreement;
mod end;
pub mod ending;
mod input;
mod letters;
pub mod memberships;
mod object;
pub mod parties;
mod reminder;
pub mod rules;
mod side;
pub mod store;
pub mod terms;
mod tree;
mod update;

use macros::merged;

pub use input::DelegationInput;
pub use object::{Partnership, PartnershipTerms};
pub use parties::{Parties, PartnershipSide};
pub use reminder::remind;
pub use rules::{PartnershipState, is_in_force, standing, state_at};
pub use side::OnSide;
pub use terms::{Delegation, Terms};
pub use update::change;

/// The mutations of partnerships.
#[merged]
pub struct PartnershipMutation(update::UpdatePartnership, end::EndPartnership);
