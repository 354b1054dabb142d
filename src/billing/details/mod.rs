//! Billing: who an organisation is on paper, where its invoices go, and who pays.
//!
//! The recipient of invoices is the organisation itself, a contact of it, or another organisation that has consented to
//! pay (`payer`). Payers chain; who pays is the end of the chain. `details.rs` changes who it is on paper and which contact
//! receives, `contact.rs` the contacts. Invoices that were issued name their recipient and never change.

mod contact;
mod details;
mod input;
mod object;
pub mod rules;
pub mod store;
mod vat;

pub use contact::BillingContactMutation;
pub use details::BillingMutation;
pub use object::{BillingContact, BillingDetails, BillingRecipient};
