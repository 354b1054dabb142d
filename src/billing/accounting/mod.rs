//! Bookkeeping: vouchers of documents and payments, and the files that other programs read.
//!
//! `plan` says which account an amount goes to, `posting` makes a `voucher` of each document and payment, and `books` does
//! so for the days of an export. `sie`, `datev` and `ndjson` write vouchers, and `export` chooses among them. `ec_sales` and
//! `oss` are lists for the tax office, made by `lists`. A batch is an export that is kept: each voucher is in one batch of a
//! format. A document is posted on its day. A payment is posted on the day on which it was recorded, so that nothing is
//! missing from a batch of days that are over.

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
