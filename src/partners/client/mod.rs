//! Client organisations that a reseller creates, one or many at once: each with a partnership in force, and with somebody who
//! keeps the place of its OWNER (`crate::partners::custody`) until the one comes who was named by address.
//!
//! Many come in chunks of one mutation, because each chunk is one transaction that is authorised, judged and logged like any
//! other act: a list of thousands is sent in parts, a part whose answer was lost is sent again, and the reseller's own
//! numbers (`reference`) keep it from being created twice.

mod create;
mod input;
mod mutation;
mod recipient;
mod reference;
mod rows;
mod store;

pub use mutation::ClientMutation;
pub use reference::ClientReferenceMutation;
