//! The state of an invitation, and the checks before it is sent. Pure functions.

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::invitation::{Model, State};
use entity::organisation::State as OrganisationState;
use sea_orm::prelude::DateTimeUtc;

use crate::access::{BuiltinRole, HeldRole, UserActor};
use crate::base::error::{UserError, UserErrorCode};
use crate::people::role::rules::includes;
use crate::people::user::mailbox;

/// The most invitations that one mutation makes.
pub const AT_ONCE: usize = 500;
/// The longest membership with an end, in days: a hundred years.
const LONGEST_DAYS: i64 = 36_525;

/// The state of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum InvitationState {
    /// Waits for an answer.
    Pending,
    /// Was accepted: there is a membership.
    Accepted,
    /// Was declined by the invited person.
    Declined,
    /// Was withdrawn.
    Withdrawn,
    /// Ended without an answer, because the inviter may no longer give its roles, or the invited person was erased.
    Ended,
    /// Was not answered in time.
    Expired,
}

/// The state of an invitation at the moment.
pub fn state_at(row: &Model, now: DateTimeUtc) -> InvitationState {
    match row.state {
        State::Pending if row.expires_at <= now => InvitationState::Expired,
        State::Pending => InvitationState::Pending,
        State::Accepted => InvitationState::Accepted,
        State::Declined => InvitationState::Declined,
        State::Revoked => InvitationState::Withdrawn,
        State::Void => InvitationState::Ended,
        State::Expired => InvitationState::Expired,
    }
}

/// Refuses an end of the membership that does not fit its roles, is in the past, or is too far ahead.
pub fn check_end(end: Option<DateTimeUtc>, roles: &[HeldRole], now: DateTimeUtc) -> Result<(), UserError> {
    let wrong = |message: [&str; 3]| Err(UserError::at("membershipExpiresAt", UserErrorCode::InvalidInput, message));
    match end {
        Some(_) if includes(roles, BuiltinRole::Owner) => wrong([
            "The membership of an OWNER cannot have an end. Leave the end out, or give another role.",
            "Die Mitgliedschaft eines OWNER kann kein Ende haben. Lassen Sie das Ende weg, oder geben Sie eine andere \
             Rolle.",
            "En OWNERs medlemskap kan inte ha något slut. Utelämna slutet, eller ge en annan roll.",
        ]),
        Some(end) if end <= now => wrong([
            "Give a time in the future, or leave it out.",
            "Geben Sie einen Zeitpunkt in der Zukunft an, oder lassen Sie ihn weg.",
            "Ange en tidpunkt i framtiden, eller utelämna den.",
        ]),
        Some(end) if end - now > TimeDelta::days(LONGEST_DAYS) => wrong([
            "A membership can last for at most a hundred years. Give an earlier time, or leave it out.",
            "Eine Mitgliedschaft dauert höchstens hundert Jahre. Geben Sie einen früheren Zeitpunkt an, oder lassen \
             Sie ihn weg.",
            "Ett medlemskap kan vara i högst hundra år. Ange en tidigare tidpunkt, eller utelämna den.",
        ]),
        _ => Ok(()),
    }
}

/// Refuses an invitation that waits for no answer any more.
pub fn require_pending(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    if state_at(row, now) == InvitationState::Pending {
        return Ok(());
    }
    let message = [
        "This invitation was answered, withdrawn, or has expired. Ask for another invitation.",
        "Diese Einladung wurde beantwortet oder zurückgezogen, oder sie ist abgelaufen. Bitten Sie um eine andere \
         Einladung.",
        "Inbjudan har besvarats eller dragits tillbaka, eller så har den gått ut. Be om en annan inbjudan.",
    ];
    Err(UserError::general(UserErrorCode::StaleState, message))
}

/// Whether the invitation is open to the user: it waits for an answer, and went to the address that they have proved.
/// Nobody is invited to a closed organisation.
pub fn is_open_to(user: &UserActor, row: &Model, organisation: OrganisationState, now: DateTimeUtc) -> bool {
    user.is_verified
        && mailbox(&user.email) == row.mailbox
        && state_at(row, now) == InvitationState::Pending
        && organisation != OrganisationState::Closed
}

/// The error for a link that does not work. It does not say why.
pub fn invalid_link(field: &str) -> UserError {
    let message = [
        "This link is unknown, was used or replaced by a newer one, or is too old. Ask for another invitation.",
        "Dieser Link ist unbekannt, wurde schon benutzt oder durch einen neueren ersetzt, oder er ist zu alt. Bitten \
         Sie um eine andere Einladung.",
        "Länken är okänd, har använts eller ersatts av en nyare, eller är för gammal. Be om en annan inbjudan.",
    ];
    UserError::at(field, UserErrorCode::InvalidLink, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Kind;

    #[test]
    fn an_owner_has_no_end_and_an_end_is_ahead() {
        let now = DateTimeUtc::UNIX_EPOCH;
        let held = |role| [HeldRole::builtin(role, Kind::Company)];
        let later = now + TimeDelta::days(1);
        assert!(check_end(Some(later), &held(BuiltinRole::Owner), now).is_err());
        assert!(check_end(Some(later), &held(BuiltinRole::Admin), now).is_ok());
        assert!(check_end(Some(now), &held(BuiltinRole::Admin), now).is_err());
        assert!(check_end(Some(DateTimeUtc::MAX_UTC), &held(BuiltinRole::Admin), now).is_err());
    }
}
