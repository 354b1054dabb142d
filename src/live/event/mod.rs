//! Events: what happened, typed, in one order for the whole installation.
//!
//! Every act that was done is in an audit log. A trigger makes each entry wait for its number, in the transaction of the
//! act, so no event is lost and none is invented. `numbering` gives the numbers. `EventKind`
//! says which act is which event, and who reads it. Triggers also announce what no act says: that an invoice is paid, or that a session ended.
//!
//! An event says what happened to which object, not what the object is now. Readers get the object as they may see it when
//! they read the event.

pub mod bell;
mod numbering;
mod object;
mod query;
pub mod since;
pub mod store;

pub use super::kinds::EventKind;
pub use numbering::{number, remove_now_and_then, remove_old};
pub use object::Event;
pub use query::EventQuery;
pub use store::Happened;
