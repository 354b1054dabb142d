//! The audit log: who did what, by which way, in which organisation.
//!
//! Every mutation that changes something calls `record` in its own transaction, so an act and its event are both there
//! or both not. Events of an organisation form a chain: each holds the hash of the one before. What the law asks to
//! forget stands in the details, of which the chain holds only the hash. An event exists for those who hold AUDIT_READ.
//!
//! An act stands in the log of the organisation that it was done to; so switching into an organisation stands there, and
//! signing up in the one that it makes. A session belongs to a user and to no organisation: logging in, renewing and
//! logging out stand in no log. What was refused stands in the log of the organisation that its actor works in, if it
//! belongs there (`refused.rs`), and never in anybody else's.
//!
//! Read `act.rs` for what an event says, `store.rs` for how it is written, `rules.rs` and `verify.rs` for the chain.

mod event;
mod export;
mod mutation;
mod object;
mod refused;
pub mod retention;
mod rules;
pub mod store;
mod verify;

pub use event::{Doer, Event};
pub use export::Export;
pub use mutation::AuditMutation;
pub use object::{AuditEvent, AuditFilter, AuditVerification};
pub use refused::RefusalLog;
pub use retention::{prune, prune_now_and_then};
pub use rules::{BEGINNING, hash_of};
pub use store::{record, record_all, record_beginnings, record_by_system, record_look};
pub use verify::{Finding, verify};
