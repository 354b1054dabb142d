//! Erasure removes everything that names a person, for good. Only the key stays, because other rows refer to it.
//!
//! `erase_user.rs` does it for the user's own `eraseAccount` and for the operator's `eraseUser`. Organisations where
//! the user is the only member are closed. It depends on `user` and not the other way round, because it removes rows of
//! many other folders.

mod erase_account;
mod erase_user;
mod store;

use macros::merged;

pub use erase_user::{ERASED_NAME, Erasure, erase_user, last_owner};

/// The mutations that erase.
#[merged]
pub struct ErasureMutation(erase_account::EraseAccount);
