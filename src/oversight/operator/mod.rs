//! What those who run the platform do besides what every partner does: find users and organisations, and disable users.
//!
//! The operator is an ordinary organisation, and its staff hold roles there like everybody; they reach all others by its
//! implicit partnership. What only they can do is tested at the operator and written into its audit log, the searches
//! for people included.

mod account;
mod mutation;
mod query;
mod rules;
pub mod store;

pub use account::UserAccount;
pub use mutation::OperatorMutation;
pub use query::{Operator, OperatorQuery};
