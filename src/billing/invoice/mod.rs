//! Invoices: DRAFT, OPEN, PAID or VOID, and OVERDUE in place of OPEN after the due date.
//!
//! An invoice keeps its recipient as it was at the time of issue. It exists for viewers with INVOICE_READ at the
//! organisation that it is for, or at the payer.

mod line;
mod object;
mod rules;
pub mod store;

pub use line::InvoiceLine;
pub use object::{Invoice, InvoiceFilter};
pub use rules::InvoiceState;
