//! The documents of invoices and credit notes, as they were written: a PDF for people, and UBL and CII for programs.
//!
//! A document is written once, by the server soon after the issue or at the first download, and never again. It depends
//! only on what the invoice keeps, so it does not matter which server writes it, or when. The crate `documents` lays it
//! out; `content` says what stands on it. Everybody who may see the invoice may download it.

pub mod content;
mod object;
pub mod store;
pub mod worker;
mod write;

pub use object::{Document, MissingDetail};
pub use store::Source;
pub use write::write;
