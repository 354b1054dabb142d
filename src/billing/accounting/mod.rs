//! Bookkeeping: vouchers of documents and payments, and the files that other programs read.
//!
//! `plan` says which account an amount goes to, `posting` makes a `voucher` of each document and payment, and `books` does
//! so for the days of an export. `sie`, `datev` and `ndjson` write vouchers, and `export` chooses among them. `ec_sales` and
//! `oss` are lists for the tax office, made by `lists`. A document is posted on its day, and a payment on the day on which it
//! was recorded.
//!
//! A batch is an export that is kept. Entries say what is in it: each document, payment, allocation and refund is in one batch
//! of a format. A batch takes what is in none, also what was committed after the batch of its day was made.

mod books;
mod create_batch;
pub mod datev;
pub mod ec_sales;
pub mod export;
pub mod lists;
pub mod ndjson;
mod object;
pub mod oss;
pub mod plan;
pub mod posting;
pub mod sie;
pub mod store;
pub mod voucher;
mod writing;

use macros::merged;

pub use object::AccountingBatch;

/// The mutations of the bookkeeping.
#[merged]
pub struct AccountingMutation(create_batch::CreateAccountingBatch);
