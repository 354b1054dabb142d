//! Billing: who pays, and what.
//!
//! `details` has the legal name and the contacts of an organisation, `payer` the organisations that pay for others, and
//! `invoice` the invoices. `details` builds on `payer`: invoices go to the end of the chain of payers.

pub mod details;
pub mod invoice;
pub mod payer;
