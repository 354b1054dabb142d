//! Billing details: the legal name and address of an organisation, and the contacts that can receive its invoices.
//!
//! Invoices go to the organisation itself, to one of its contacts, or to another organisation that pays for it
//! (`payer`). The details and contacts exist for viewers with BILLING_READ at the organisation. Issued invoices carry
//! their recipient and never change. Read `rules.rs` and `vat.rs` for what is accepted, then `store.rs`.

pub mod buyer;
mod buyer_invoicing;
mod create_contact;
mod delete_contact;
pub mod invoicing;
mod object;
pub mod rules;
mod set_recipient;
pub mod store;
mod update;
mod update_contact;
pub mod vat;

use macros::merged;

pub use buyer::Buyer;
pub use object::{BillingContact, BillingDetails, BillingRecipient};

/// The mutations of billing details and contacts.
#[merged]
pub struct BillingMutation(
    update::UpdateBillingDetails,
    set_recipient::SetBillingRecipient,
    create_contact::CreateBillingContact,
    update_contact::UpdateBillingContact,
    delete_contact::DeleteBillingContact,
);
