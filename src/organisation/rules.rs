//! What a suspended or closed organisation refuses.

use entity::organisation::{Model, State};

use crate::base::error::{UserError, UserErrorCode};

/// Refuses to give anything at an organisation that is suspended or closed. It holds for everybody: staff resume or
/// reopen it first.
pub fn require_active(row: &Model) -> Result<(), UserError> {
    match row.state {
        State::Active => Ok(()),
        State::Suspended => {
            let message = "The organisation is suspended: nothing can be given there until it is resumed.";
            Err(UserError::general(UserErrorCode::OrganisationSuspended, message))
        }
        State::Closed => {
            let message = "The organisation is closed: nothing can be given there.";
            Err(UserError::general(UserErrorCode::OrganisationClosed, message))
        }
    }
}

/// The answer where somebody would suspend or close the operator.
pub fn operator_stays() -> UserError {
    let message = "The operator runs the platform. It can be neither suspended nor closed.";
    UserError::at("organisationId", UserErrorCode::InvalidInput, message)
}

/// The answer where the organisation is closed.
pub fn is_closed() -> UserError {
    UserError::at("organisationId", UserErrorCode::OrganisationClosed, "The organisation is closed.")
}

/// The answer where the state of the organisation has changed in the meantime.
pub fn stale(message: &str) -> UserError {
    UserError::at("organisationId", UserErrorCode::StaleState, message)
}
