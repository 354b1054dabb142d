//! Where an invitation stands, what is wrong with one that is to be, and how many there may be. Pure functions.

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::invitation::{Model, State};
use sea_orm::prelude::DateTimeUtc;

use crate::access::{BuiltinRole, HeldRole};
use crate::base::error::{UserError, UserErrorCode};
use crate::graphql::page::Filter;

/// So many can be made by one mutation.
pub const AT_ONCE: usize = 500;
/// A membership that ends by itself lasts a hundred years at most.
const LONGEST_DAYS: i64 = 36_525;

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum InvitationState {
    /// Waits for an answer.
    Pending,
    /// Was accepted: there is a membership.
    Accepted,
    /// Was declined by who was invited.
    Declined,
    /// Was taken back.
    Revoked,
    /// Could not be accepted, because who invited could no longer give what it gives.
    Void,
    /// Was not answered in time.
    Expired,
}

/// Where the invitation stands at the moment.
pub fn state(row: &Model, now: DateTimeUtc) -> InvitationState {
    match row.state {
        State::Pending if row.expires_at <= now => InvitationState::Expired,
        State::Pending => InvitationState::Pending,
        State::Accepted => InvitationState::Accepted,
        State::Declined => InvitationState::Declined,
        State::Revoked => InvitationState::Revoked,
        State::Void => InvitationState::Void,
        State::Expired => InvitationState::Expired,
    }
}

/// Rows in one of these states at the moment; all rows without states.
pub fn filter(states: Option<&[InvitationState]>, now: DateTimeUtc) -> Filter {
    let Some(states) = states else { return Filter::default() };
    // Each once, whatever was asked for.
    let condition = |state: InvitationState| match state {
        InvitationState::Pending => "(t.state = 'PENDING' AND t.expires_at > :now)",
        InvitationState::Expired => "(t.state = 'EXPIRED' OR (t.state = 'PENDING' AND t.expires_at <= :now))",
        InvitationState::Accepted => "t.state = 'ACCEPTED'",
        InvitationState::Declined => "t.state = 'DECLINED'",
        InvitationState::Revoked => "t.state = 'REVOKED'",
        InvitationState::Void => "t.state = 'VOID'",
    };
    let wanted: Vec<&str> = <InvitationState as async_graphql::resolver_utils::EnumType>::items()
        .iter()
        .filter(|item| states.contains(&item.value))
        .map(|item| condition(item.value))
        .collect();
    match wanted.join(" OR ") {
        none if none.is_empty() => Filter::default().and("FALSE"),
        any if any.contains(":now") => Filter::default().and_with(&format!("({any})"), [(":now", now.into())]),
        any => Filter::default().and(&format!("({any})")),
    }
}

/// What is wrong with the end of a membership that is to have these roles, if anything.
pub fn wrong_end(end: DateTimeUtc, roles: &[HeldRole], now: DateTimeUtc) -> Option<UserError> {
    let wrong = |message: &str| Some(UserError::at("membershipExpiresAt", UserErrorCode::InvalidInput, message));
    if roles.iter().any(|held| held.role.builtin() == Some(BuiltinRole::Owner)) {
        return wrong("An OWNER is one without an end. Leave the end out, or give another role.");
    }
    if end <= now {
        return wrong("Give an instant in the future, or none.");
    }
    if end - now > TimeDelta::days(LONGEST_DAYS) {
        return wrong("A membership with an end lasts a hundred years at most; or give no end.");
    }
    None
}

/// For a link that opens nothing: which of the reasons it is, is not told.
pub fn invalid_link(field: &str) -> UserError {
    let message =
        "This link is unknown, was used or replaced by a newer one, or is too old. Ask for another invitation.";
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
        assert!(wrong_end(later, &held(BuiltinRole::Owner), now).is_some());
        assert!(wrong_end(later, &held(BuiltinRole::Admin), now).is_none());
        assert!(wrong_end(now, &held(BuiltinRole::Admin), now).is_some());
        assert!(wrong_end(DateTimeUtc::MAX_UTC, &held(BuiltinRole::Admin), now).is_some());
    }
}
