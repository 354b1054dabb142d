//! The audit log: who did what, when, and why they were allowed. Each organisation has its own.
//!
//! Every mutation that changes something calls `record` in its own transaction, so an act is never without its event,
//! nor an event without its act. The events of an organisation form a hash chain: each contains the hash of the one
//! before. Personal data is in the details. The chain contains only their hash, so they can be erased when the law
//! requires it. An event exists for viewers with AUDIT_READ.
//!
//! An act is recorded in the log of the organisation that it affects. Switching into an organisation is recorded there,
//! and signing up is recorded in the log of the new organisation. A session belongs to a user and not to an
//! organisation, so logins, refreshes and logouts are not recorded. A refused act is recorded in the log of the actor's
//! active organisation, but only if the actor belongs there (`refused.rs`).
//!
//! Read `event.rs` for the content of an event, `record.rs` for how it is written, `rules.rs` and `verify.rs` for the
//! chain, and `anchor.rs` for what is kept of it elsewhere.

mod anchor;
mod event;
mod export;
mod named;
mod object;
mod record;
mod refused;
mod retention;
mod rules;
mod set_retention;
pub mod store;
mod verify;

use macros::merged;

pub use anchor::{Anchor, Present, Standing};
pub use event::{Doer, Event};
pub use export::Export;
pub use object::{AuditEvent, AuditFilter, AuditVerification};
pub use record::{record, record_all, record_all_by_system, record_beginnings, record_by_system, record_look};
pub use refused::RefusalLog;
pub use retention::{prune, prune_now_and_then};
pub use rules::{BEGINNING, hash_of};
pub use verify::{Finding, verify};

/// The mutation of the audit log.
#[merged]
pub struct AuditMutation(set_retention::SetAuditRetention);
