//! How many links may be sent: for one invitation, for an organisation, and to one address. The limits protect people
//! from mail that they do not want.

use crate::base::error::{UserError, UserErrorCode};

/// The most links for one invitation.
pub const OF_ONE: i32 = 10;
/// The most links for one organisation within an hour.
pub const AN_HOUR: i64 = 1_000;
/// The most links to one address within a day for one organisation.
const A_DAY: i64 = 5;
/// The most links to one address within a day for all organisations together.
const A_DAY_IN_ALL: i64 = 20;

/// The links that were sent to an address within a day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Links {
    /// For the organisation.
    pub own: i64,
    /// For all organisations together.
    pub all: i64,
}

impl Links {
    /// Refuses to send more to the address today. The answer does not say which organisations have sent to it.
    pub fn require_room(self, field: &str) -> Result<(), UserError> {
        let message = [
            "Too many links were sent to this address today. Try again tomorrow.",
            "An diese Adresse wurden heute zu viele Links geschickt. Versuchen Sie es morgen erneut.",
            "För många länkar har skickats till den här adressen i dag. Försök igen i morgon.",
        ];
        let is_full = self.own >= A_DAY || self.all >= A_DAY_IN_ALL;
        if is_full { Err(UserError::at(field, UserErrorCode::TooMany, message)) } else { Ok(()) }
    }
}

/// Refuses to send more for the organisation if none are left.
pub fn require_left(left: i64) -> Result<(), UserError> {
    if left > 0 {
        return Ok(());
    }
    let message = [
        format!("{AN_HOUR} links were sent for this organisation within an hour. Wait before you send more."),
        format!("Für diese Organisation wurden in einer Stunde {AN_HOUR} Links verschickt. Warten Sie mit weiteren."),
        format!("{AN_HOUR} länkar har skickats för organisationen inom en timme. Vänta innan du skickar fler."),
    ];
    Err(UserError::general(UserErrorCode::TooMany, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_five_links_of_one_organisation_and_twenty_of_all() {
        for (own, all, is_full) in [(0, 0, false), (4, 19, false), (5, 5, true), (0, 20, true)] {
            assert_eq!(Links { own, all }.require_room("email").is_err(), is_full, "{own} {all}");
        }
    }
}
