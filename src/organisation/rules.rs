//! The acts that a suspended or closed organisation refuses.

use entity::organisation::{Model, State};

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Texts;

/// Refuses to grant anything at an organisation that is suspended or closed. This applies to everybody: staff must
/// resume or reopen it first.
pub fn require_active(row: &Model) -> Result<(), UserError> {
    match row.state {
        State::Active => Ok(()),
        State::Suspended => {
            let message = [
                "The organisation is suspended: nothing can be granted there until it is resumed.",
                "Die Organisation ist gesperrt: Dort kann nichts vergeben werden, bis sie entsperrt ist.",
                "Organisationen är pausad: där kan inget ges förrän den har återupptagits.",
            ];
            Err(UserError::general(UserErrorCode::OrganisationSuspended, message))
        }
        State::Closed => {
            let message = [
                "The organisation is closed: nothing can be granted there.",
                "Die Organisation ist geschlossen: Dort kann nichts vergeben werden.",
                "Organisationen är stängd: där kan inget ges.",
            ];
            Err(UserError::general(UserErrorCode::OrganisationClosed, message))
        }
    }
}

/// The error for an attempt to suspend or close the operator.
pub fn operator_stays() -> UserError {
    let message = [
        "The operator runs the platform. It can be neither suspended nor closed.",
        "Der Betreiber führt die Plattform. Er lässt sich weder sperren noch schließen.",
        "Operatören driver plattformen. Den kan varken pausas eller stängas.",
    ];
    UserError::at("organisationId", UserErrorCode::InvalidInput, message)
}

/// The error for a closed organisation.
pub fn is_closed() -> UserError {
    UserError::at(
        "organisationId",
        UserErrorCode::OrganisationClosed,
        ["The organisation is closed.", "Die Organisation ist geschlossen.", "Organisationen är stängd."],
    )
}

/// The error for an organisation whose state has changed in the meantime.
pub fn stale(message: Texts) -> UserError {
    UserError::at("organisationId", UserErrorCode::StaleState, message)
}
