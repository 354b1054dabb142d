//! Charges by hand: hours, fees and discounts. The next invoice of the organisation takes them.
//!
//! A charge is PENDING, BILLED or WITHDRAWN. What an order costs once, for setting up, becomes a charge too. Charges exist
//! for viewers with INVOICE_READ at the organisation.

mod add;
mod object;
pub mod store;
mod withdraw;

use macros::merged;

pub use object::{Charge, ChargeState};

/// The mutations of charges.
#[merged]
pub struct ChargeMutation(add::AddCharge, withdraw::WithdrawCharge);
