//! Billing: who an organisation is on paper, where its invoices go, and who pays.
//!
//! The recipient of invoices is the organisation itself, a contact of it, or another organisation that has consented to
//! pay. Payers chain; who pays is the end of the chain.

mod object;
pub mod store;

pub use object::{BillingContact, BillingDetails, BillingRecipient};
