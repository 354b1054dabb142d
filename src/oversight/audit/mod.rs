//! The audit log: who did what, when, and why they were allowed. Each organisation has its own.
//!
//! Every mutation that changes something calls `record` in its own transaction, so there is never an act without its event
//! or an event without its act. The events of an organisation form a chain: each contains the hash of the one before. What
//! the law may require to remove stands in the details, of which the chain holds only the hash. An event exists for viewers
//! with AUDIT_READ.
//!
//! An act stands in the log of the organisation that it was done to: switching into an organisation stands there, and
//! signing up in the log of the new organisation. A session belongs to a user and to no organisation, so logging in,
//! refreshing and logging out stand in no log. A refused act stands in the log of the organisation that its actor works in,
//! if the actor belongs there (`refused.rs`), and in no other log.
//!
//! Read `event.rs` for what an event says, `record.rs` for how it is written, `rules.rs` and `verify.rs` for the chain.

mod event;
mod export;
mod object;
mod record;
mod refused;
mod retention;
mod rules;
mod set_retention;
pub mod store;
mod verify;

use async_graphql::MergedObject;

pub use event::{Doer, Event};
pub use export::Export;
pub use object::{AuditEvent, AuditFilter, AuditVerification};
pub use record::{record, record_all, record_beginnings, record_by_system, record_look};
pub use refused::RefusalLog;
pub use retention::{prune, prune_now_and_then};
pub use rules::{BEGINNING, hash_of};
pub use verify::{Finding, verify};

/// The mutation of the audit log.
#[derive(MergedObject, Default)]
pub struct AuditMutation(set_retention::SetAuditRetention);
