//! The audit log: who did what, by which way, in which organisation.
//!
//! Every mutation that changes something calls `record` in its own transaction, so an act and its event are both there
//! or both not. Events of an organisation form a chain: each holds the hash of the one before. What the law asks to
//! forget stands in the details, of which the chain holds only the hash. An event exists for those who hold AUDIT_READ.

mod object;
mod rules;
pub mod store;
mod verify;

pub use object::{AuditEvent, AuditFilter, AuditVerification};
pub use store::{Act, record};
pub use verify::{Finding, verify};
