//! Where a proposal stands. Pure functions.

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::partnership_proposal::{Model, State};
use sea_orm::prelude::DateTimeUtc;

use crate::base::error::{UserError, UserErrorCode};
use crate::graphql::page::Filter;
use crate::partners::partnership::{PartnershipSide, Terms};

/// So many proposals one organisation makes in a day at most: each writes to somebody.
pub const A_DAY: u64 = 5_000;
/// So many proposals one organisation makes to the same other one in a day at most, also where it takes them back.
pub const TO_ONE: u64 = 10;
/// So many proposals go to one address in a day at most, whoever makes them.
pub const TO_ONE_ADDRESS: u64 = 5;

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum PartnershipProposalState {
    /// Waits for an answer.
    Proposed,
    /// Accepted, perhaps with less than was proposed: there is a partnership.
    Accepted,
    /// Declined.
    Declined,
    /// Taken back.
    Withdrawn,
    /// Was not answered in time.
    Lapsed,
}

/// The state at the moment.
pub fn judge(row: &Model, lapse: Lapse) -> PartnershipProposalState {
    match row.state {
        State::Proposed if row.created_at <= lapse.before() => PartnershipProposalState::Lapsed,
        State::Proposed => PartnershipProposalState::Proposed,
        State::Accepted => PartnershipProposalState::Accepted,
        State::Declined => PartnershipProposalState::Declined,
        State::Withdrawn => PartnershipProposalState::Withdrawn,
        State::Lapsed => PartnershipProposalState::Lapsed,
    }
}

/// Which proposals are too old to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Lapse {
    /// The moment at which that is asked.
    pub now: DateTimeUtc,
    /// For how many days one can be answered.
    pub days: i64,
}

impl Lapse {
    /// Those that were made until then are too old.
    pub fn before(self) -> DateTimeUtc {
        self.now - TimeDelta::days(self.days)
    }

    /// Until when one can be answered that was made then.
    pub fn of(self, created_at: DateTimeUtc) -> DateTimeUtc {
        created_at + TimeDelta::days(self.days)
    }
}

/// Those in one of the states, where any are given; and only those whose maker is on one of the sides.
pub fn filter(states: Option<&[PartnershipProposalState]>, sides: &[PartnershipSide], lapse: Lapse) -> Filter {
    use PartnershipProposalState as S;
    let by = |side| sides.contains(&side);
    let made_by = match (by(PartnershipSide::Reseller), by(PartnershipSide::Client)) {
        (true, true) => Filter::default(),
        (true, false) => Filter::default().and("t.side = 'RESELLER'"),
        (false, true) => Filter::default().and("t.side = 'CLIENT'"),
        (false, false) => Filter::default().and("1 = 0"),
    };
    let Some(states) = states else { return made_by };
    // Each once and in one order, so that what is asked for has one text.
    let conditions: Vec<&str> = [
        (S::Proposed, "t.state = 'PROPOSED' AND t.created_at > :lapse"),
        (S::Accepted, "t.state = 'ACCEPTED'"),
        (S::Declined, "t.state = 'DECLINED'"),
        (S::Withdrawn, "t.state = 'WITHDRAWN'"),
        (S::Lapsed, "(t.state = 'LAPSED' OR (t.state = 'PROPOSED' AND t.created_at <= :lapse))"),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    if conditions.is_empty() {
        return made_by.and("1 = 0");
    }
    let wanted = format!("(:lapse IS NOT NULL AND ({}))", conditions.join(" OR "));
    made_by.and_with(&wanted, [(":lapse", lapse.before().into())])
}

/// Refuses where it waits for no answer any more.
pub fn waits(row: &Model, lapse: Lapse) -> Result<(), UserError> {
    let stale = |text: &str| Err(UserError::at("proposalId", UserErrorCode::StaleState, text));
    match judge(row, lapse) {
        PartnershipProposalState::Proposed => Ok(()),
        PartnershipProposalState::Accepted => stale("It was accepted already."),
        PartnershipProposalState::Declined => stale("It was declined already."),
        PartnershipProposalState::Withdrawn => stale("It was taken back."),
        PartnershipProposalState::Lapsed => {
            let message = "It was not answered in time. Ask for another.";
            Err(UserError::at("proposalId", UserErrorCode::TooLate, message))
        }
    }
}

/// The terms that are proposed.
pub fn terms(row: &Model) -> Terms {
    Terms {
        delegated: crate::access::PermissionSet::from_stored(row.delegated),
        client_delegated: crate::access::PermissionSet::from_stored(row.client_delegated),
        includes_upstream: row.includes_upstream,
        ends_at: row.ends_at,
    }
}

#[cfg(test)]
mod tests {
    use entity::partnership_proposal::Side;
    use uuid::Uuid;

    use super::*;

    fn row(state: State, made: i64) -> Model {
        Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            side: Side::Reseller,
            addressee_id: None,
            code: None,
            email: None,
            partnership_id: None,
            delegated: 0,
            client_delegated: 0,
            includes_upstream: false,
            ends_at: None,
            message: None,
            state,
            proposed_by_id: None,
            answered_at: None,
            created_at: DateTimeUtc::UNIX_EPOCH + TimeDelta::days(made),
        }
    }

    #[test]
    fn a_proposal_lapses_after_its_days() {
        let lapse = Lapse { now: DateTimeUtc::UNIX_EPOCH + TimeDelta::days(1_000), days: 90 };
        assert_eq!(judge(&row(State::Proposed, 911), lapse), PartnershipProposalState::Proposed);
        assert_eq!(judge(&row(State::Proposed, 910), lapse), PartnershipProposalState::Lapsed);
        assert_eq!(judge(&row(State::Accepted, 1), lapse), PartnershipProposalState::Accepted);
        assert!(waits(&row(State::Proposed, 911), lapse).is_ok());
        for over in [row(State::Proposed, 910), row(State::Declined, 911), row(State::Accepted, 911)] {
            assert!(waits(&over, lapse).is_err());
        }
    }
}
