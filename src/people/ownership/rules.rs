//! When a transfer of ownership can be answered.

use async_graphql::Enum;
use entity::organisation;
use entity::ownership_transfer::{Kind, Model, State};
use sea_orm::prelude::DateTimeUtc;

use crate::base::error::{UserError, UserErrorCode};
use crate::graphql::page::Filter;

/// So many transfers one person makes in a day at most: each writes to somebody.
pub const A_DAY: u64 = 20;

/// How a transfer came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "Kind")]
pub enum OwnershipTransferKind {
    /// An owner offers it.
    Offer,
    /// The operator starts it for an owner who is gone. Any owner can withdraw it until it opens, and after.
    Recovery,
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum OwnershipTransferState {
    /// Waits for an answer.
    Offered,
    /// Accepted: the organisation has changed hands.
    Accepted,
    /// Declined.
    Declined,
    /// Taken back.
    Withdrawn,
    /// Who offered it is no longer an owner.
    Void,
    /// Was not answered in time.
    Expired,
}

/// The state at a moment.
pub fn judge(row: &Model, now: DateTimeUtc) -> OwnershipTransferState {
    match row.state {
        State::Offered if row.expires_at <= now => OwnershipTransferState::Expired,
        State::Offered => OwnershipTransferState::Offered,
        State::Accepted => OwnershipTransferState::Accepted,
        State::Declined => OwnershipTransferState::Declined,
        State::Withdrawn => OwnershipTransferState::Withdrawn,
        State::Void => OwnershipTransferState::Void,
        State::Expired => OwnershipTransferState::Expired,
    }
}

/// The same as a condition on rows: any of the states, or all.
pub fn filter(states: Option<&[OwnershipTransferState]>, now: DateTimeUtc) -> Filter {
    use OwnershipTransferState as S;
    let Some(states) = states else { return Filter::default() };
    // Each once and in one order, so that what is asked for has one text.
    let conditions: Vec<&str> = [
        (S::Offered, "(t.state = 'OFFERED' AND t.expires_at > :now)"),
        (S::Accepted, "t.state = 'ACCEPTED'"),
        (S::Declined, "t.state = 'DECLINED'"),
        (S::Withdrawn, "t.state = 'WITHDRAWN'"),
        (S::Void, "t.state = 'VOID'"),
        (S::Expired, "(t.state = 'EXPIRED' OR (t.state = 'OFFERED' AND t.expires_at <= :now))"),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    if conditions.is_empty() {
        return Filter::default().and("1 = 0");
    }
    let condition = format!("({})", conditions.join(" OR "));
    // PostgreSQL wants no parameter that has no use.
    if condition.contains(":now") {
        return Filter::default().and_with(&condition, [(":now", now.into())]);
    }
    Filter::default().and(&condition)
}

/// Refuses where it waits for no answer any more.
pub fn waits(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    let stale = |text: &str| Err(UserError::general(UserErrorCode::StaleState, text));
    match judge(row, now) {
        OwnershipTransferState::Offered => Ok(()),
        OwnershipTransferState::Accepted => stale("It was accepted already."),
        OwnershipTransferState::Declined => stale("It was declined already."),
        OwnershipTransferState::Withdrawn => stale("It was withdrawn."),
        OwnershipTransferState::Void => stale("Who offered it is no longer an owner."),
        OwnershipTransferState::Expired => {
            Err(UserError::general(UserErrorCode::TooLate, "It was not accepted in time. Ask for another."))
        }
    }
}

/// Refuses who wants to accept it before it opens.
pub fn is_open(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    if row.opens_at <= now {
        return Ok(());
    }
    let message = format!("It can be accepted from {} on.", row.opens_at.format("%Y-%m-%d %H:%M UTC"));
    Err(UserError::general(UserErrorCode::TooEarly, message))
}

/// Refuses where the state of the organisation does not let it change hands. What the operator recovers may be suspended.
pub fn may_change_hands(state: organisation::State, kind: Kind) -> Result<(), UserError> {
    match (state, kind) {
        (organisation::State::Closed, _) => {
            Err(UserError::general(UserErrorCode::OrganisationClosed, "The organisation is closed."))
        }
        (organisation::State::Suspended, Kind::Offer) => {
            Err(UserError::general(UserErrorCode::OrganisationSuspended, "The organisation is suspended."))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn row(state: State) -> Model {
        let now = DateTimeUtc::UNIX_EPOCH;
        Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            kind: Kind::Recovery,
            state,
            email: String::new(),
            token_hash: String::new(),
            offered_by_id: Uuid::nil(),
            leaves: false,
            reason: None,
            accepted_user_id: None,
            opens_at: now + TimeDelta::days(7),
            expires_at: now + TimeDelta::days(21),
            answered_at: None,
            created_at: now,
        }
    }

    #[test]
    fn it_waits_for_an_answer_from_the_day_on_which_it_opens_until_it_expires() {
        let offered = row(State::Offered);
        let day = |number| DateTimeUtc::UNIX_EPOCH + TimeDelta::days(number);
        for (number, waits_then, opens_then) in [(0, true, false), (7, true, true), (21, false, true)] {
            assert_eq!(waits(&offered, day(number)).is_ok(), waits_then, "day {number}");
            assert_eq!(is_open(&offered, day(number)).is_ok(), opens_then, "day {number}");
        }
        assert_eq!(waits(&offered, day(21)).unwrap_err().code, UserErrorCode::TooLate);
        for state in [State::Accepted, State::Declined, State::Withdrawn, State::Void] {
            assert_eq!(waits(&row(state), day(1)).unwrap_err().code, UserErrorCode::StaleState);
        }
    }
}
