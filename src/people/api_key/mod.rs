//! API keys: they act for an organisation, with scopes like a role's, and survive who made them. A key exists for those
//! who hold API_KEY_READ at its organisation; its secret is shown once and kept as a hash.
//!
//! `rules.rs` says which scopes a key may have and where it stands, `mutation.rs` makes, changes, rotates and revokes
//! (`change.rs` judges it under the lock of the organisation), and `uses.rs` remembers when keys were last used without a statement per request. How a key is recognised is in
//! `session`; what it may do, in `access`.

mod change;
mod input;
mod mutation;
mod object;
mod rules;
pub mod store;
mod uses;

pub use mutation::ApiKeyMutation;
pub use object::ApiKey;
pub use rules::{ApiKeyState, state};
pub use uses::KeyUses;
