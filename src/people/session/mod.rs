//! Sessions: one log-in each, with an access token that lives for minutes and a refresh token that is good for one use.
//!
//! `authenticate.rs` finds out who asks. `token.rs` signs and verifies access tokens with the keys of `signing_key.rs`,
//! by the cryptography of `crypto.rs`. `log_in.rs` begins a session, `mutation.rs` renews and ends it, `revocation.rs` ends
//! others, and `identity.rs` proves anew who it is, as `confirmation.rs` asks for. `store.rs` keeps sessions, and
//! `active.rs` says in which organisation a session works; `rules.rs` says where it may.

mod active;
mod authenticate;
mod confirmation;
mod crypto;
mod identity;
mod log_in;
mod mutation;
mod object;
mod revocation;
mod rules;
mod signing_key;
pub mod store;
mod sweep;
mod token;

pub use active::active_organisation;
pub use authenticate::{API_KEY_PREFIX, authenticate};
pub use confirmation::{require_confirmed, require_verified, unconfirmed, unproved};
pub use identity::IdentityMutation;
pub use log_in::LogInMutation;
pub use mutation::SessionMutation;
pub use object::Session;
pub use revocation::RevocationMutation;
pub use sweep::{sweep, sweep_now_and_then};
pub use token::Tokens;
