//! Links in mails, each good for one use: to prove an address, to set a new password, to move an account to another
//! address and to put the old one back. Kept is only the hash of the secret in the link.

pub mod store;

use chrono::TimeDelta;
pub use entity::link::Kind;

use crate::base::error::{UserError, UserErrorCode};

/// For how long a link is good.
pub fn lifetime(kind: Kind) -> TimeDelta {
    match kind {
        Kind::Verify | Kind::Change => TimeDelta::hours(48),
        Kind::Reset => TimeDelta::hours(1),
        Kind::Undo => TimeDelta::days(7),
    }
}

/// What to answer to a link that is not good, whyever.
pub fn invalid() -> UserError {
    let message = "This link is unknown, was used, was replaced by a newer one, or is too old. Ask for another.";
    UserError::at("token", UserErrorCode::InvalidLink, message)
}
