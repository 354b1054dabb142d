//! Who is billed, who pays, and what is due.
//!
//! `details` say how an organisation is billed, and a `payer` pays for others. The `issuer` is the operator. A `run` bills
//! what is `unbilled` of subscriptions, and `charge`s by hand, as `invoice`s with `vat` and numbers of a `series`. Those in
//! other currencies also state their VAT in that of the accounting, by the rates of `exchange`. A `credit_note` takes back, a `payment` settles, and a `reminder` asks. Partners earn `commission`, and `accounting` is
//! for the bookkeeping.

pub mod accounting;
pub mod charge;
pub mod commission;
pub mod credit_note;
pub mod details;
pub mod document;
pub mod exchange;
pub mod invoice;
pub mod issuer;
pub mod payer;
pub mod payment;
pub mod reminder;
pub mod run;
pub mod series;
pub mod unbilled;
pub mod vat;
