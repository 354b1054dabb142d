//! Demo data and data for measurements, written directly to an empty database.
//!
//! `demo` has the typical situations of a portal, one file each. `scale` creates any number of organisations. Both
//! collect `rows`, which are written in the order of the foreign keys. `operator` creates the first account of a real
//! installation.

mod articles;
mod demo;
mod invoicing;
mod operator;
mod ordering;
mod pricing;
pub mod rows;
mod scale;
mod store;
#[cfg(test)]
mod test_db;

pub use demo::{API_KEY, PROVISIONER_KEY, demo, people};
pub use operator::operator;
pub use scale::{ScaleSummary, scale};

/// A person of the demo to log in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's name.
    pub name: String,
    /// The address to log in with.
    pub email: String,
    /// The password. Nothing in the demo is secret.
    pub password: String,
    /// What to expect, in one sentence.
    pub story: String,
}
