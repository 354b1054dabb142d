//! Commission: what resellers earn on what their clients buy, and what is paid out for a month.
//!
//! A `chain` is who earns on a line of an invoice: the partner of record, and the resellers above it. `earn` writes lines
//! in the transaction that issues, credits or settles. Lines belong to a month. The month is open until staff close it;
//! then a statement has its lines, and what is not paid out is carried over. Nothing of a closed month changes.
//! A statement exists for viewers with COMMISSION_READ at the reseller, and for staff.

mod add_rate;
mod chain;
mod close_month;
mod download;
pub mod earn;
mod line;
mod object;
mod rate;
mod record_payout;
pub mod rules;
pub mod store;

use macros::merged;

pub use line::CommissionLine;
pub use object::{CommissionStatement, OpenCommission};
pub use rate::CommissionRate;

/// The mutations of commission.
#[merged]
pub struct CommissionMutation(
    add_rate::AddCommissionRate,
    close_month::CloseCommissionMonth,
    record_payout::RecordCommissionPayout,
);
