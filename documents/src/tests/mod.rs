//! Tests of whole documents.

mod einvoices;
mod files;
mod gaps;
mod pages;
pub(crate) mod sample;
