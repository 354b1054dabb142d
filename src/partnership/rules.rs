//! The state of a partnership at a moment.

use std::sync::Arc;

use async_graphql::{Context, Enum};
use chrono::TimeDelta;
use entity::partnership::{Model, State};
use sea_orm::prelude::DateTimeUtc;

use crate::config::Config;
use crate::error::Result;
use crate::page::Filter;
use crate::request::{Request, service};

/// Where a partnership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum PartnershipState {
    /// Waits for the other side.
    Proposed,
    /// Was proposed and not answered in time.
    Lapsed,
    /// Agreed, and begins later.
    Scheduled,
    /// In force.
    Active,
    /// Has reached its end date.
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

/// The moment at which states are judged, and how long proposals live.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The moment.
    pub now: DateTimeUtc,
    /// Proposals made before this have lapsed.
    pub proposed_after: DateTimeUtc,
}

impl Window {
    /// At a moment, with proposals that live so many days.
    pub fn new(now: DateTimeUtc, proposal_days: i64) -> Self {
        Self { now, proposed_after: now - TimeDelta::days(proposal_days) }
    }

    /// For the request that a resolver works for.
    pub fn of(context: &Context<'_>) -> Result<Self> {
        let days = service::<Arc<Config>>(context)?.partnerships.proposal_days;
        Ok(Self::new(Request::of(context)?.now(), days))
    }

    /// The state of a partnership.
    pub fn judge(self, row: &Model) -> PartnershipState {
        match row.state {
            State::Ended => PartnershipState::Ended,
            State::Proposed if row.created_at <= self.proposed_after => PartnershipState::Lapsed,
            State::Proposed => PartnershipState::Proposed,
            State::Active => standing(row.starts_at, row.ends_at, self.now),
        }
    }

    /// The same as a condition on rows: any of the states, and without any, all that are not over.
    pub fn filter(self, states: Option<Vec<PartnershipState>>) -> Filter {
        use PartnershipState as S;
        let states = states.unwrap_or_else(|| vec![S::Proposed, S::Scheduled, S::Active, S::Expired]);
        if states.is_empty() {
            return Filter::default().and("1 = 0");
        }
        // Each once and in one order, so that what is asked for has one text.
        let states = [S::Proposed, S::Lapsed, S::Scheduled, S::Active, S::Expired, S::Ended]
            .into_iter()
            .filter(|state| states.contains(state));
        let conditions: Vec<&str> = states
            .map(|state| match state {
                S::Ended => "t.state = 'ENDED'",
                S::Proposed => "t.state = 'PROPOSED' AND t.created_at > :lapse",
                S::Lapsed => "t.state = 'PROPOSED' AND t.created_at <= :lapse",
                S::Expired => "t.state = 'ACTIVE' AND t.ends_at <= :now",
                S::Scheduled => "t.state = 'ACTIVE' AND t.starts_at > :now AND (t.ends_at IS NULL OR t.ends_at > :now)",
                S::Active => "t.state = 'ACTIVE' AND t.starts_at <= :now AND (t.ends_at IS NULL OR t.ends_at > :now)",
            })
            .collect();
        // Both instants are always used, so that a filter has the same parameters whatever it asks for.
        let wanted = format!("(:now >= :lapse AND ({}))", conditions.join(" OR "));
        Filter::default().and_with(&wanted, [(":now", self.now.into()), (":lapse", self.proposed_after.into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(state: State, created: i64, starts: i64, ends: Option<i64>) -> Model {
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
            created_at: at(created),
        }
    }

    #[test]
    fn dates_and_stored_state_give_the_state_that_is_shown() {
        let window = Window::new(DateTimeUtc::UNIX_EPOCH + TimeDelta::days(1000), 90);
        for (partnership, state) in [
            (row(State::Proposed, 950, 950, None), PartnershipState::Proposed),
            (row(State::Proposed, 910, 910, None), PartnershipState::Lapsed),
            (row(State::Active, 1, 1, None), PartnershipState::Active),
            (row(State::Active, 1, 1000, None), PartnershipState::Active),
            (row(State::Active, 1, 1001, None), PartnershipState::Scheduled),
            (row(State::Active, 1, 1, Some(1000)), PartnershipState::Expired),
            (row(State::Ended, 1, 1, None), PartnershipState::Ended),
        ] {
            assert_eq!(window.judge(&partnership), state);
        }
    }
}
