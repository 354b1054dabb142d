//! The issuer: the organisation that issues invoices, what stands on them, and how it bills.
//!
//! It is the operator. It cannot bill before its details are set. Invoices keep the issuer as it was at the time of issue.

mod object;
pub mod rules;
mod set;
pub mod store;

use macros::merged;

pub use object::{Issuer, ReminderKind};

/// The mutations of the issuer.
#[merged]
pub struct IssuerMutation(set::SetIssuer);
