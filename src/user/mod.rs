//! Users: one person each, with one address. Nothing is bought by a user or billed to one; that is for organisations.
//!
//! `address.rs` is the one place that says when two addresses are the same, `password.rs` hashes passwords, `rules.rs`
//! says which are too weak, and `mutation.rs` is signing up. Logging in is in `session`.

mod address;
mod letters;
mod mutation;
mod object;
mod password;
mod rules;
pub mod store;

pub use address::Address;
pub use mutation::UserMutation;
pub use object::User;
pub use password::{Password, Passwords, Verdict};
