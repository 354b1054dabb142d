//! The state of an agreement at a moment.

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::payer::{Model, State};
use sea_orm::prelude::{Date, DateTimeUtc};

use crate::graphql::request::Request;

/// The state of an agreement about who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum PayerAgreementState {
    /// The payer has not answered yet.
    Pending,
    /// The payer did not answer in time.
    Expired,
    /// The payer has accepted, and pays from a later day.
    Scheduled,
    /// The payer pays.
    Active,
    /// The payer no longer pays.
    Ended,
    /// The payer has declined.
    Declined,
    /// The organisation withdrew the request before it was answered.
    Withdrawn,
}

/// The moment for which states are computed, and how long requests can be answered.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The moment.
    pub now: DateTimeUtc,
    /// Its business day.
    pub today: Date,
    lifetime: TimeDelta,
}

impl Moment {
    /// A moment at which requests can be answered for this many days.
    pub fn new(now: DateTimeUtc, today: Date, days: i64) -> Self {
        Self { now, today, lifetime: TimeDelta::days(days) }
    }

    /// The moment of a request to the server.
    pub fn of(request: &Request) -> Self {
        Self::new(request.now(), request.today(), request.config.partnerships.proposal_days)
    }

    /// Requests that were made at this moment or earlier have expired.
    pub fn expired_until(self) -> DateTimeUtc {
        self.now - self.lifetime
    }

    /// When a request expires.
    pub fn expires_at(self, row: &Model) -> DateTimeUtc {
        row.created_at + self.lifetime
    }

    /// The state of an agreement at the moment.
    pub fn state_of(self, row: &Model) -> PayerAgreementState {
        let today = self.today;
        match row.state {
            State::Proposed if row.created_at <= self.expired_until() => PayerAgreementState::Expired,
            State::Proposed => PayerAgreementState::Pending,
            State::Active if row.ends_on.is_some_and(|end| end <= today) => PayerAgreementState::Ended,
            State::Active if today < row.starts_on => PayerAgreementState::Scheduled,
            State::Active => PayerAgreementState::Active,
            State::Ended => PayerAgreementState::Ended,
            State::Declined => PayerAgreementState::Declined,
            State::Withdrawn => PayerAgreementState::Withdrawn,
        }
    }
}
