//! Assignments: which person of the directory has which seat, and why.
//!
//! An assignment is ACTIVE; then ENDING for the days of grace, in which it still counts; then ENDED. A person has at most
//! one of a family of features. It is given and taken by hand (`assign.rs`, `release.rs`), or by rules (`rule`). Each one
//! says why it is there: `rules.rs`. What is taken and given back is counted by the pool, in the same transaction.
//! Assignments exist for viewers with LICENCE_READ at the organisation.

mod assign;
mod confirm;
mod object;
mod release;
pub mod rules;
mod set_up;
pub mod settling;
pub mod store;

use macros::merged;

pub use assign::visible_feature;
pub use object::{LicenceAssignment, LicenceAssignmentFilter, LicenceReason, LicenceSource};
pub use set_up::LicenceToSetUp;
pub use settling::{settle, settle_now_and_then};

/// The mutations of assignments.
#[merged]
pub struct LicenceAssignmentMutation(assign::AssignLicences, release::ReleaseLicences, confirm::ConfirmLicences);
