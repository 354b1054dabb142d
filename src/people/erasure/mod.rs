//! Erasure: everything that names a person is removed for good. A key remains that other rows point to.
//!
//! `erase_user.rs` does it for the user's own `eraseAccount` and for the operator's `eraseUser`. Organisations where the
//! user is the only member are closed. It stands above `user`, because it ends what many other folders keep.

mod erase_account;
mod erase_user;
mod store;

use async_graphql::MergedObject;

pub use erase_user::{ERASED_NAME, Erasure, erase_user, last_owner};

/// The mutations that erase.
#[derive(MergedObject, Default)]
pub struct ErasureMutation(erase_account::EraseAccount);
