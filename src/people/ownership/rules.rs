//! The state of a transfer, when it can be answered, and who may make one. Pure functions.

use async_graphql::Enum;
use entity::organisation;
use entity::ownership_transfer::{Kind, Model, State};
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use crate::access::{BuiltinRole, Grants, HeldRole, Kind as OrganisationKind, OrganisationState, UserActor};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Texts;
use crate::people::user::mailbox;

/// The most transfers that one person makes in a day: each sends mail to somebody.
pub const A_DAY: u64 = 20;

/// Who made a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "Kind")]
pub enum OwnershipTransferKind {
    /// An owner offers the organisation.
    Offer,
    /// The operator hands over the organisation of an owner who is gone. Any owner can withdraw it until it is
    /// accepted.
    Recovery,
}

/// The state of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum OwnershipTransferState {
    /// Waits for an answer.
    Pending,
    /// Was accepted: the organisation has changed hands.
    Accepted,
    /// Was declined.
    Declined,
    /// Was withdrawn.
    Withdrawn,
    /// Ended without an answer, because its maker may no longer hand over the organisation, or the receiver was erased.
    Ended,
    /// Was not answered in time.
    Expired,
}

/// The state of a transfer at the moment.
pub fn state_at(row: &Model, now: DateTimeUtc) -> OwnershipTransferState {
    match row.state {
        State::Offered if row.expires_at <= now => OwnershipTransferState::Expired,
        State::Offered => OwnershipTransferState::Pending,
        State::Accepted => OwnershipTransferState::Accepted,
        State::Declined => OwnershipTransferState::Declined,
        State::Withdrawn => OwnershipTransferState::Withdrawn,
        State::Void => OwnershipTransferState::Ended,
        State::Expired => OwnershipTransferState::Expired,
    }
}

/// Whether the transfer is an offer to the user: it waits for an answer, and went to the mailbox `own`, which they have proved. Nobody is
/// offered a closed organisation.
pub fn is_offered_to(
    user: &UserActor,
    own: &str,
    state: OwnershipTransferState,
    organisation: OrganisationState,
) -> bool {
    user.is_verified
        && mailbox(&user.email) == own
        && state == OwnershipTransferState::Pending
        && organisation != OrganisationState::Closed
}

/// Refuses a transfer that is no longer pending.
pub fn require_pending(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    let stale = |text: Texts| Err(UserError::general(UserErrorCode::StaleState, text));
    match state_at(row, now) {
        OwnershipTransferState::Pending => Ok(()),
        OwnershipTransferState::Accepted => stale([
            "This transfer was already accepted.",
            "Diese Übergabe wurde schon angenommen.",
            "Överlåtelsen har redan accepterats.",
        ]),
        OwnershipTransferState::Declined => stale([
            "This transfer was already declined.",
            "Diese Übergabe wurde schon abgelehnt.",
            "Överlåtelsen har redan avböjts.",
        ]),
        OwnershipTransferState::Withdrawn => stale([
            "This transfer was withdrawn.",
            "Diese Übergabe wurde zurückgezogen.",
            "Överlåtelsen har återtagits.",
        ]),
        OwnershipTransferState::Ended => Err(no_longer_an_owner()),
        OwnershipTransferState::Expired => Err(UserError::general(
            UserErrorCode::TooLate,
            [
                "This transfer was not accepted in time. Ask for another.",
                "Diese Übergabe wurde nicht rechtzeitig angenommen. Bitten Sie um eine neue.",
                "Överlåtelsen accepterades inte i tid. Be om en ny.",
            ],
        )),
    }
}

/// Refuses to accept a transfer before it opens.
pub fn require_open(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    if row.opens_at <= now {
        return Ok(());
    }
    let message = [
        format!("This transfer can be accepted from {} on.", row.opens_at.format("%Y-%m-%d %H:%M UTC")),
        format!("Diese Übergabe lässt sich ab {} annehmen.", row.opens_at.format("%Y-%m-%d %H:%M UTC")),
        format!("Överlåtelsen kan accepteras från {}.", row.opens_at.format("%Y-%m-%d %H:%M UTC")),
    ];
    Err(UserError::general(UserErrorCode::TooEarly, message))
}

/// Refuses if the organisation cannot change hands in its state. The operator can recover a suspended organisation.
pub fn may_change_hands(state: organisation::State, kind: Kind) -> Result<(), UserError> {
    match (state, kind) {
        (organisation::State::Closed, _) => Err(UserError::general(
            UserErrorCode::OrganisationClosed,
            ["The organisation is closed.", "Die Organisation ist geschlossen.", "Organisationen är stängd."],
        )),
        (organisation::State::Suspended, Kind::Offer) => Err(UserError::general(
            UserErrorCode::OrganisationSuspended,
            ["The organisation is suspended.", "Die Organisation ist gesperrt.", "Organisationen är pausad."],
        )),
        _ => Ok(()),
    }
}

/// Refuses an actor who does not hold everything that an OWNER of this kind of organisation holds.
pub fn require_ownership(kind: OrganisationKind, held: Grants) -> Result<(), UserError> {
    let missing = HeldRole::builtin(BuiltinRole::Owner, kind).sets.without(held);
    if missing.is_empty() { Ok(()) } else { Err(UserError::not_held("organisationId", missing)) }
}

/// The error if the maker of an offer is no longer an owner.
pub fn no_longer_an_owner() -> UserError {
    UserError::general(
        UserErrorCode::StaleState,
        [
            "The person who offered the organisation is no longer an owner. Ask for another offer.",
            "Die Person, die die Organisation angeboten hat, ist nicht mehr Inhaber. Bitten Sie um ein neues Angebot.",
            "Personen som erbjöd organisationen är inte längre ägare. Be om ett nytt erbjudande.",
        ],
    )
}

/// A pending transfer as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({ "leaves": row.leaves, "reason": row.reason, "state": "PENDING" })
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
            mailbox: String::new(),
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
            assert_eq!(require_pending(&offered, day(number)).is_ok(), waits_then, "day {number}");
            assert_eq!(require_open(&offered, day(number)).is_ok(), opens_then, "day {number}");
        }
        assert_eq!(require_pending(&offered, day(21)).unwrap_err().code, UserErrorCode::TooLate);
        for state in [State::Accepted, State::Declined, State::Withdrawn, State::Void] {
            assert_eq!(require_pending(&row(state), day(1)).unwrap_err().code, UserErrorCode::StaleState);
        }
    }
}
