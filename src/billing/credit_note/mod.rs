//! Credit notes: what is taken back of an invoice, line by line.
//!
//! Credits are cumulative: `rules` computes their VAT from what is left of the invoice. A credit note goes to its own
//! invoice first. What is more than that invoice's open amount is the payer's balance. Voiding an invoice is crediting
//! all that is left of it. Credit notes exist for viewers with INVOICE_READ at the organisation or at the payer.

mod credit;
mod issue;
mod messages;
mod object;
pub mod rules;
pub mod store;
mod void;

use macros::merged;

pub use issue::{Wanted, issue_all, prepare, state_of};
pub use object::CreditNote;

/// The mutations of credit notes.
#[merged]
pub struct CreditNoteMutation(credit::CreditInvoice, void::VoidInvoice);
