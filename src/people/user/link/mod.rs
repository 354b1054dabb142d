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

/// The kinds of earlier links that end when a link of this kind is sent. A link to set a password proves the address too.
/// A link to verify does not end one to set a password: a stranger who has signed up with the address can ask for it.
pub const fn replaced_by(kind: Kind) -> &'static [Kind] {
    match kind {
        Kind::Verify => &[Kind::Verify],
        Kind::Reset => &[Kind::Verify, Kind::Reset],
        Kind::Change => &[Kind::Change],
        // Each move can be undone for itself.
        Kind::Undo => &[],
    }
}

/// The error for a link that is not valid, whatever the reason.
pub fn invalid() -> UserError {
    let message = [
        "This link is unknown, was used, was replaced by a newer one, or is too old. Ask for another.",
        "Dieser Link ist unbekannt, wurde schon benutzt, wurde durch einen neueren ersetzt oder ist zu alt. Fordern Sie einen anderen an.",
        "Länken är okänd, har använts, har ersatts av en nyare eller är för gammal. Be om en annan.",
    ];
    UserError::at("token", UserErrorCode::InvalidLink, message)
}
