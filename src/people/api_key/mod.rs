//! API keys: they act for an organisation with scopes of their own, and keep working when their creator leaves.
//!
//! A key is ACTIVE, EXPIRED or REVOKED. It exists for viewers with API_KEY_READ at its organisation. Its secret is
//! shown once and stored as a hash (`rules.rs`). `store.rs` finds a key by its secret, and `access` decides what it may
//! do. `base/uses` remembers when keys were last used, without a statement for each request.

mod create;
mod object;
mod revoke;
mod rotate;
mod rules;
pub mod store;
mod update;

use macros::merged;

pub use object::ApiKey;
pub use rules::{ApiKeyState, KEY_PREFIX, require_held, state_at, subject, works_from};

/// The mutations of API keys.
#[merged]
pub struct ApiKeyMutation(create::CreateApiKey, update::UpdateApiKey, rotate::RotateApiKey, revoke::RevokeApiKey);
