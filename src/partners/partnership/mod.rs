//! Partnerships: a reseller and a client, and what the client's side lets through.
//!
//! Each side sees the partnership from its end: the client's people with PARTNERSHIP_READ at the client, the reseller's
//! with CLIENT_READ at the reseller. The stored state and the dates together give the state that is shown.
//!
//! One comes to be by a proposal that the other side accepts (`crate::partners::proposal`) or with a client that the reseller creates
//! (`crate::partners::client`): `contract.rs` is the one way for both, and `tree.rs` keeps the graph of all of them without cycles.
//! `terms.rs` is what is let through and for how long. The client changes it, and either side ends it (`mutation.rs`,
//! `ending.rs`); what hangs on it ends with it (`given`). `clients.rs` is the reseller's table of clients, `upkeep.rs`
//! what the server does by itself.

pub mod clients;
pub mod contract;
pub mod ending;
pub mod given;
mod letters;
mod mutation;
mod object;
mod opened;
pub mod parties;
mod reminder;
mod rules;
pub mod store;
pub mod terms;
mod tree;
mod upkeep;

pub use mutation::PartnershipMutation;
pub use object::Partnership;
pub use opened::PartnershipTerms;
pub use parties::{Parties, PartnershipSide};
pub use rules::{PartnershipState, filter, standing};
pub use terms::{DelegationInput, Terms};
pub use upkeep::{Upkeep, keep_up, keep_up_now_and_then};
