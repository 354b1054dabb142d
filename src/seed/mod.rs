//! Data to look at and to measure with, written straight into an empty database.
//!
//! `demo` tells the situations that a portal exists for, one file each; `world.rs` there has the words that they are
//! told with. `scale` makes as many organisations as are asked for. Both collect `rows`, which are written in the order
//! that the foreign keys ask for. `operator` makes the first account of a real installation.

mod articles;
mod demo;
mod invoicing;
mod operator;
pub mod rows;
mod scale;
mod store;
#[cfg(test)]
mod test_db;

pub use demo::{API_KEY, demo, people};
pub use operator::operator;
pub use scale::{ScaleSummary, scale};

/// Somebody of the demo to log in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's name.
    pub name: String,
    /// The address to log in with.
    pub email: String,
    /// The password; nothing in the demo is secret.
    pub password: String,
    /// What to expect, in one sentence.
    pub story: String,
}
