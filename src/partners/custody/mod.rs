//! Custody: one of a reseller's people holds ownership of a client that the reseller created, until the named owner
//! accepts.
//!
//! Custody lasts only while its holder may create clients for the reseller. When the holder loses that right, custody
//! gives no access from that moment (`access/lapsed.rs`). It then passes to the longest-standing OWNER of the reseller.
//! It ends when the named owner accepts, or when the client has another owner of its own.

mod letters;
mod passing;
mod store;

pub use passing::{custodian, end_at, pass_on_at, pass_on_lost, pass_on_of};
pub use store::Custodian;
