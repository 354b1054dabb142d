//! Invoices, with their recipient as it was when issued. An invoice exists for those who hold INVOICE_READ at the
//! organisation that it is for, or at its payer.

mod line;
mod object;
mod rules;
pub mod store;

pub use line::InvoiceLine;
pub use object::{Invoice, InvoiceState};
pub use rules::{InvoiceFilter, InvoiceStanding};
