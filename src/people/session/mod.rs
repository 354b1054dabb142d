//! Sessions: one for each log-in, with an access token that lives for minutes and a refresh token for one use.
//!
//! A session is open until it is revoked or expires unused. Only its own user sees it.
//!
//! `authenticate.rs` turns the credential of a request into an actor. `token.rs` signs and verifies access tokens with the
//! keys of `signing_key.rs`; the cryptography is in `crypto.rs`. `cookie.rs` is what the console has in place of tokens.
//! `store.rs` keeps sessions. `active.rs` says in which
//! organisation a session works, and `rules.rs` in which it may. `confirmation.rs` protects sensitive acts: they need a
//! recent `confirmIdentity`. Each mutation has its own file. `sweep.rs` removes sessions that ended long ago.

mod active;
mod authenticate;
mod confirm_identity;
mod confirmation;
mod cookie;
mod crypto;
mod log_in;
mod log_out;
mod object;
mod refresh;
mod revoke;
mod revoke_others;
mod rules;
mod signing_key;
pub mod store;
mod sweep;
mod switch;
mod token;

use macros::merged;

pub use active::{active_organisation, obstacle};
pub use authenticate::{authenticate, by_cookie};
pub use confirmation::{require_confirmed, require_verified};
pub use cookie::Cookie;
pub use log_in::{Checks, Credentials, Secret, begin};
pub use object::Session;
pub use signing_key::SigningKey;
pub use sweep::{sweep, sweep_now_and_then};
pub use token::Tokens;

/// The mutations of sessions.
#[merged]
pub struct SessionMutation(
    refresh::RefreshSession,
    log_out::LogOut,
    switch::SwitchOrganisation,
    log_in::LogIn,
    confirm_identity::ConfirmIdentity,
    revoke::RevokeSession,
    revoke_others::RevokeOtherSessions,
);
