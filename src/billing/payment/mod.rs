//! Payments: what the issuer receives, and which invoices it settles.
//!
//! A payment is MATCHED once its payer is known; until then it is UNMATCHED, and a person decides. One that the bank takes
//! back is RETURNED. What a payment or a credit note settles is an allocation, and what is left of it is the payer's
//! balance, which `applyBalance` puts to another invoice and `recordRefund` pays back. Sums of allocations are kept with
//! payments, credit notes and invoices, in the same transaction (`settle`). Of a RETURNED payment nothing is left. What was
//! paid back of it stays allocated, so the payer owes it: it is taken off the balance before that is used.
//!
//! `matching` decides which invoice a payment is for, and `bank`
//! reads the files of the bank, which `statement` records. Payments exist for viewers with INVOICE_READ at the issuer or
//! at the payer.

mod allocation;
mod apply_balance;
pub mod bank;
mod match_payment;
pub mod matching;
mod object;
mod record;
mod record_refund;
mod return_payment;
mod settle;
pub mod statement;
pub mod store;

use macros::merged;

pub use allocation::Allocation;
pub use object::{Balance, Payment, PaymentState};

/// The mutations of payments.
#[merged]
pub struct PaymentMutation(
    record::RecordPayment,
    match_payment::MatchPayment,
    return_payment::ReturnPayment,
    record_refund::RecordRefund,
    apply_balance::ApplyBalance,
);
