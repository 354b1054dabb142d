//! Saved views of a reseller's client list: a filter, an order and columns under a name, shared by all its people.
//!
//! A view is checked when it is saved and again when it is applied, because its properties may have been deleted since. It
//! exists for viewers with CLIENT_READ at the reseller.

mod delete;
mod object;
mod rules;
mod save;
pub mod store;

use macros::merged;

pub use object::ClientView;

/// The mutations of saved views.
#[merged]
pub struct ClientViewMutation(save::SaveClientView, delete::DeleteClientView);
