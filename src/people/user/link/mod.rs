//! Links in mails. Each works once: to verify an address, set a new password, move an account to another address, or
//! move it back. Only the hash of the secret in the link is stored.

pub mod store;

use chrono::TimeDelta;
pub use entity::link::Kind;

use crate::base::error::{UserError, UserErrorCode};

/// How long a link of this kind is valid.
pub fn lifetime(kind: Kind) -> TimeDelta {
    match kind {
        Kind::Verify | Kind::Change => TimeDelta::hours(48),
        Kind::Reset => TimeDelta::hours(1),
        Kind::Undo => TimeDelta::days(7),
    }
}

/// The error for a link that is not valid, whatever the reason.
pub fn invalid() -> UserError {
    let message = "This link is unknown, was used, was replaced by a newer one, or is too old. Ask for another.";
    UserError::at("token", UserErrorCode::InvalidLink, message)
}
