//! Client organisations that a reseller creates, one or many at once. Each starts with a partnership in force. One of
//! the reseller's people holds ownership in custody (`crate::partners::custody`) until the named owner accepts.
//!
//! The operator creates the customers that it sells to directly in the same way. It reaches everybody by its implicit
//! partnership, so they get no partnership of their own.
//!
//! A long list is sent in parts: each mutation is one transaction that is authorised, checked and logged like any
//! other. A part whose answer was lost can be sent again with its idempotency key. With a `reference` for each client, it
//! can also be sent again without one, because two clients of a reseller never have the same.
//!
//! `creating.rs` checks the rows, `recipient.rs` says where their invoices go, and `rows.rs` writes everything at once.

mod create;
mod create_many;
mod creating;
mod input;
mod recipient;
mod rows;
mod set_reference;
mod store;

use macros::merged;

pub use create::{in_client, in_graph};
pub use creating::{NewClient, create_all};
pub use input::{ClientRecipientInput, NewClientInput};
pub use rows::Made;

/// The mutations of clients.
#[merged]
pub struct ClientMutation(create::CreateClient, create_many::CreateClients, set_reference::SetClientReference);
