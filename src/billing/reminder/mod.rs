//! What is done about overdue invoices: reminders, a fee, suspension of the services on the invoice, and the end.

pub mod rules;
