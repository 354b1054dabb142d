//! Partnerships: a reseller and a client, and what the client's side lets through.
//!
//! Each side sees the partnership from its end: the client's people with PARTNERSHIP_READ at the client, the reseller's
//! with CLIENT_READ at the reseller. The stored state and the dates together give the state that is shown.

mod object;
mod rules;
pub mod store;

pub use object::Partnership;
pub use rules::{PartnershipState, Window, standing};
