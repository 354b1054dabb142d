//! Invoices: DRAFT, OPEN, PAID or VOID, and OVERDUE in place of OPEN after the due date.
//!
//! An invoice keeps buyer and seller as they were at the time of issue. A draft has neither number nor days, and can be
//! discarded; an issued invoice never changes, and a credit note takes it back. `compose` makes an invoice of what is due.
//! It exists for viewers with INVOICE_READ at the organisation that it is for, or at the payer.

mod compose;
mod discard;
mod export;
mod issue;
pub mod issuing;
pub mod letters;
mod line;
mod messages;
mod object;
pub mod reference;
mod rules;
pub mod store;

use macros::merged;

pub use compose::{Composed, Item, Parties, Source, Unmade, again, compose, exemption_text};
pub use export::InvoiceExport;
pub use issuing::require_issuer;
pub use line::InvoiceLine;
pub use object::{Invoice, InvoiceFilter, InvoiceOrder};
pub use rules::{InvoiceState, open_minor};

/// The mutations of invoices.
#[merged]
pub struct InvoiceMutation(issue::IssueInvoice, discard::DiscardDraft);
