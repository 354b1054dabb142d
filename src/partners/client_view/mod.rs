//! Saved views of a reseller's client list: a filter, an order and columns under a name, for all of its people.
//!
//! What a view says is checked when it is saved, and again when it is applied: a property that it names may be gone by
//! then.

mod mutation;
mod object;
pub mod store;

pub use mutation::ClientViewMutation;
pub use object::ClientView;
