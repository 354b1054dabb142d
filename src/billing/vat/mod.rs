//! VAT: which rate an invoice line has and why, the rates of countries, and the sums of an invoice.
//!
//! `rules` decides, `rates` is what a new installation knows about rates, `sums` adds up lines by category and rate, and
//! `tables` is what the decision needs from the database. Staff record checks of VAT numbers, decide exceptions, and add
//! rates when the law changes.

mod add_rates;
mod explain;
pub mod rates;
pub mod reason;
mod record_check;
pub mod rules;
mod set_override;
pub mod store;
pub mod sums;
pub mod tables;

use macros::merged;

pub use explain::{VatCategory, VatExplanation, vat_of_today};

/// The mutations of VAT.
#[merged]
pub struct VatMutation(add_rates::AddVatRates, record_check::RecordVatCheck, set_override::SetVatOverride);
