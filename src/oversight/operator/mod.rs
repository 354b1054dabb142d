//! What only the operator's staff can do: find users and organisations, and disable, enable and erase users.
//!
//! The operator is an ordinary organisation, and its staff hold roles there. They reach all other organisations through
//! its implicit partnership. What only staff can do needs a permission at the operator and is recorded in its audit
//! log, including searches for users. Read `accounts.rs` for what protects an account, `object.rs` and `account.rs` for
//! what staff see.

mod account;
mod accounts;
mod billing;
mod disable;
mod enable;
mod erase;
mod object;
mod query;
mod rules;
pub mod store;

use macros::merged;

pub use account::UserAccount;
pub use object::Operator;
pub use query::OperatorQuery;

/// The mutations of the operator's staff.
#[merged]
pub struct OperatorMutation(disable::DisableUser, erase::EraseUser, enable::EnableUser);
