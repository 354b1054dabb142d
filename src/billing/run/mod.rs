//! Billing runs: everything that is due until a day becomes invoices and credit notes.
//!
//! For each interval of a subscription there is one exact amount that is due (`catalogue::subscription::charge`). A run
//! bills the difference between that and what was invoiced, so a repeated run, a late change or an interrupted server can
//! neither bill twice nor forget anything. `rules` computes the difference, `batch` loads what a number of organisations
//! need, `bill` writes their invoices in one transaction, and `worker` does so until the run is done.

mod batch;
mod bill;
mod object;
mod rules;
mod run_billing;
pub mod store;
pub mod worker;

use macros::merged;

pub use object::BillingRun;

/// The mutations of billing runs.
#[merged]
pub struct BillingRunMutation(run_billing::RunBilling);
