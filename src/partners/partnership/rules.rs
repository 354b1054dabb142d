//! The state of a partnership at a moment.

use async_graphql::Enum;
use chrono_tz::Tz;
use entity::partnership::{Model, State};
use sea_orm::prelude::{Date, DateTimeUtc};
use serde::{Deserialize, Serialize};

use crate::base::calendar::business_day;

/// The state of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartnershipState {
    /// Agreed; it begins later.
    Scheduled,
    /// In force.
    Active,
    /// Past its end date: it delegates nothing. It can be renewed, or ended for good.
    Expired,
    /// Ended by one side.
    Ended,
}

/// The state of a partnership with these dates that nobody has ended.
pub fn standing(starts_at: DateTimeUtc, ends_at: Option<DateTimeUtc>, now: DateTimeUtc) -> PartnershipState {
    if ends_at.is_some_and(|end| end <= now) {
        PartnershipState::Expired
    } else if now < starts_at {
        PartnershipState::Scheduled
    } else {
        PartnershipState::Active
    }
}

/// The state of a partnership at the moment.
pub fn state_at(row: &Model, now: DateTimeUtc) -> PartnershipState {
    match row.state {
        State::Ended => PartnershipState::Ended,
        State::Active => standing(row.starts_at, row.ends_at, now),
    }
}

/// Whether the partnership is in force on a business day: nobody has ended it, it has begun by then, and it ends later.
pub fn is_in_force_on(row: &Model, day: Date, zone: Tz) -> bool {
    let on = |at: DateTimeUtc| business_day(at, zone);
    row.state == State::Active && on(row.starts_at) <= day && row.ends_at.is_none_or(|end| on(end) > day)
}

/// Whether the partnership is in force at the moment.
pub fn is_in_force(row: &Model, now: DateTimeUtc) -> bool {
    state_at(row, now) == PartnershipState::Active
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn row(state: State, starts: i64, ends: Option<i64>) -> Model {
        let at = |day: i64| DateTimeUtc::UNIX_EPOCH + TimeDelta::days(day);
        Model {
            id: uuid::Uuid::nil(),
            reseller_id: uuid::Uuid::nil(),
            client_id: uuid::Uuid::nil(),
            client_name: String::new(),
            client_key: String::new(),
            client_folded: String::new(),
            delegated: 0,
            client_delegated: 0,
            includes_upstream: false,
            state,
            starts_at: at(starts),
            ends_at: ends.map(at),
            ended_at: None,
            created_at: at(1),
            ended_by: None,
            reminded_days: None,
            reference: None,
            reference_folded: None,
            template_id: None,
        }
    }

    #[test]
    fn a_partnership_is_in_force_on_the_days_from_its_first_to_the_one_before_its_end() {
        let day = |day: i64| (DateTimeUtc::UNIX_EPOCH + TimeDelta::days(day)).date_naive();
        let some = row(State::Active, 10, Some(20));
        for (on, expected) in [(9, false), (10, true), (19, true), (20, false)] {
            assert_eq!(is_in_force_on(&some, day(on), Tz::UTC), expected, "{on}");
        }
        assert!(is_in_force_on(&row(State::Active, 10, None), day(9_999), Tz::UTC));
        assert!(!is_in_force_on(&row(State::Ended, 10, None), day(15), Tz::UTC));
    }

    #[test]
    fn dates_and_stored_state_give_the_state_that_is_shown() {
        let now = DateTimeUtc::UNIX_EPOCH + TimeDelta::days(1000);
        for (partnership, state) in [
            (row(State::Active, 1, None), PartnershipState::Active),
            (row(State::Active, 1, Some(1000)), PartnershipState::Expired),
            (row(State::Active, 1001, None), PartnershipState::Scheduled),
            (row(State::Ended, 1, None), PartnershipState::Ended),
        ] {
            assert_eq!(state_at(&partnership, now), state);
        }
    }
}
