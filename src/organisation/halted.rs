//! Where nothing is given any more: suspended and closed organisations.

use entity::organisation::{Model, State};

use crate::base::error::{UserError, UserErrorCode};

/// What to answer to who wants to give something at the organisation; `None` if it may act. It holds for everybody:
/// staff resume or reopen it first.
pub fn halted(row: &Model) -> Option<UserError> {
    match row.state {
        State::Active => None,
        State::Suspended => {
            let message = "The organisation is suspended: nothing can be given there until it is resumed.";
            Some(UserError::general(UserErrorCode::OrganisationSuspended, message))
        }
        State::Closed => {
            let message = "The organisation is closed: nothing can be given there.";
            Some(UserError::general(UserErrorCode::OrganisationClosed, message))
        }
    }
}
