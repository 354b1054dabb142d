//! The state of a partnership at a moment. Pure functions.

use async_graphql::Enum;
use entity::partnership::{Model, State};
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};

use crate::graphql::page::Filter;

/// Where a partnership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartnershipState {
    /// Agreed, and begins later.
    Scheduled,
    /// In force.
    Active,
    /// Has reached its end date: nobody comes through. It can be renewed, or ended for good.
    Expired,
    /// Was ended by one side.
    Ended,
}

/// Where an agreed partnership that nobody ended stands.
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
pub fn judge(row: &Model, now: DateTimeUtc) -> PartnershipState {
    match row.state {
        State::Ended => PartnershipState::Ended,
        State::Active => standing(row.starts_at, row.ends_at, now),
    }
}

/// The same as a condition on rows: any of the states, and without any, all that were not ended.
pub fn filter(states: Option<&[PartnershipState]>, now: DateTimeUtc) -> Filter {
    use PartnershipState as S;
    let states = states.unwrap_or(&[S::Scheduled, S::Active, S::Expired]);
    // Each once and in one order, so that what is asked for has one text.
    let conditions: Vec<&str> = [
        (S::Ended, "t.state = 'ENDED'"),
        (S::Expired, "t.state = 'ACTIVE' AND t.ends_at <= :now"),
        (S::Scheduled, "t.state = 'ACTIVE' AND t.starts_at > :now AND (t.ends_at IS NULL OR t.ends_at > :now)"),
        (S::Active, "t.state = 'ACTIVE' AND t.starts_at <= :now AND (t.ends_at IS NULL OR t.ends_at > :now)"),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    if conditions.is_empty() {
        return Filter::default().and("1 = 0");
    }
    // The moment is always used, so that a filter has the same parameters whatever it asks for.
    let wanted = format!("(:now IS NOT NULL AND ({}))", conditions.join(" OR "));
    Filter::default().and_with(&wanted, [(":now", now.into())])
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
            template_id: None,
        }
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
            assert_eq!(judge(&partnership, now), state);
        }
    }
}
