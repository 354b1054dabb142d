//! How many links are sent at most: for one invitation, for an organisation, and to an address, which need not belong to
//! anybody who wants them.

pub mod store;

use crate::base::error::{UserError, UserErrorCode};

/// So many are sent for one invitation.
pub const OF_ONE: i32 = 10;
/// So many are sent for one organisation within an hour.
const AN_HOUR: i64 = 1_000;
/// So many are sent to one address within a day for one organisation.
const A_DAY: i64 = 5;
/// So many are sent to one address within a day for all organisations together.
const A_DAY_IN_ALL: i64 = 20;

/// The links that were sent to an address within a day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Links {
    /// For the organisation.
    own: i64,
    /// For all together.
    all: i64,
}

impl Links {
    /// Why the address is sent no more today, if it is not. Who else has sent to it is not told.
    pub fn enough(self, field: &str) -> Option<UserError> {
        let message = "So many links were sent to this address that no more are sent today. Try again tomorrow.";
        let are_enough = self.own >= A_DAY || self.all >= A_DAY_IN_ALL;
        are_enough.then(|| UserError::at(field, UserErrorCode::TooMany, message))
    }
}

/// For who has sent as much for the organisation as can be sent.
pub fn too_many() -> UserError {
    let message = format!("{AN_HOUR} links were sent for this organisation within an hour. Wait before you send more.");
    UserError::general(UserErrorCode::TooMany, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_bears_five_links_of_one_organisation_and_twenty_of_all() {
        for (own, all, are_enough) in [(0, 0, false), (4, 19, false), (5, 5, true), (0, 20, true)] {
            assert_eq!(Links { own, all }.enough("email").is_some(), are_enough, "{own} {all}");
        }
    }
}
