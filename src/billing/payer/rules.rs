//! The state of an agreement at a moment, and what can be asked for.

use std::sync::Arc;

use async_graphql::{Context, Enum};
use chrono::{Months, TimeDelta};
use entity::organisation::{Model as Organisation, State as OrganisationState};
use entity::payer::{Model, State};
use sea_orm::prelude::{Date, DateTimeUtc};

use crate::base::config::Config;
use crate::base::error::{self, UserError, UserErrorCode};
use crate::graphql::page::Filter;
use crate::graphql::request::{Request, service};
use crate::organisation::halted;

/// So many payers one person or organisation asks for in a day at most: each request writes to somebody.
pub const A_DAY: u64 = 20;
/// Agreements begin and end within so many months.
const AHEAD: Months = Months::new(120);
/// Longest code.
const LONGEST_CODE: usize = 32;

/// Where an agreement about who pays stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum PayerAgreementState {
    /// Waits for the payer.
    Proposed,
    /// Was not answered in time.
    Lapsed,
    /// The payer has consented, and it begins later.
    Scheduled,
    /// In force: the payer pays.
    Active,
    /// Over.
    Ended,
    /// The payer has declined.
    Declined,
    /// Taken back before it was answered.
    Withdrawn,
}

/// The moment at which states are judged, and how long requests live.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// It.
    pub now: DateTimeUtc,
    life: TimeDelta,
}

impl Moment {
    /// A moment, with requests that live so many days.
    pub fn new(now: DateTimeUtc, days: i64) -> Self {
        Self { now, life: TimeDelta::days(days) }
    }

    /// For the request that a resolver works for.
    pub fn of(context: &Context<'_>) -> error::Result<Self> {
        Ok(Self::of_request(Request::of(context)?))
    }

    /// For a request.
    pub fn of_request(request: &Request) -> Self {
        Self::new(request.now(), request.config.partnerships.proposal_days)
    }

    /// Its day (UTC).
    pub fn today(self) -> Date {
        self.now.date_naive()
    }

    /// Requests that were made until then have lapsed.
    pub fn asked_after(self) -> DateTimeUtc {
        self.now - self.life
    }

    /// When a request lapses.
    pub fn lapses_at(self, row: &Model) -> DateTimeUtc {
        row.created_at + self.life
    }

    /// The state of an agreement.
    pub fn judge(self, row: &Model) -> PayerAgreementState {
        let today = self.today();
        match row.state {
            State::Proposed if row.created_at <= self.asked_after() => PayerAgreementState::Lapsed,
            State::Proposed => PayerAgreementState::Proposed,
            State::Active if row.ends_on.is_some_and(|end| end <= today) => PayerAgreementState::Ended,
            State::Active if today < row.starts_on => PayerAgreementState::Scheduled,
            State::Active => PayerAgreementState::Active,
            State::Ended => PayerAgreementState::Ended,
            State::Declined => PayerAgreementState::Declined,
            State::Withdrawn => PayerAgreementState::Withdrawn,
        }
    }

    /// The same as a condition on rows: any of the states, or all.
    pub fn filter(self, states: Option<&[PayerAgreementState]>) -> Filter {
        use PayerAgreementState as S;
        let Some(states) = states else { return Filter::default() };
        // Each once and in one order, so that what is asked for has one text.
        let conditions: Vec<&str> = [
            (S::Proposed, "(t.state = 'PROPOSED' AND t.created_at > :lapse)"),
            (S::Lapsed, "(t.state = 'PROPOSED' AND t.created_at <= :lapse)"),
            (
                S::Scheduled,
                "(t.state = 'ACTIVE' AND t.starts_on > :today AND (t.ends_on IS NULL OR t.ends_on > :today))",
            ),
            (S::Active, "(t.state = 'ACTIVE' AND t.starts_on <= :today AND (t.ends_on IS NULL OR t.ends_on > :today))"),
            (S::Ended, "(t.state = 'ENDED' OR (t.state = 'ACTIVE' AND t.ends_on <= :today))"),
            (S::Declined, "t.state = 'DECLINED'"),
            (S::Withdrawn, "t.state = 'WITHDRAWN'"),
        ]
        .into_iter()
        .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
        .collect();
        if conditions.is_empty() {
            return Filter::default().and("1 = 0");
        }
        let condition = format!("({})", conditions.join(" OR "));
        let (lapse, today) = ((":lapse", self.asked_after().into()), (":today", self.today().into()));
        // PostgreSQL wants no parameter that has no use.
        match (condition.contains(lapse.0), condition.contains(today.0)) {
            (true, true) => Filter::default().and_with(&condition, [lapse, today]),
            (true, false) => Filter::default().and_with(&condition, [lapse]),
            (false, true) => Filter::default().and_with(&condition, [today]),
            (false, false) => Filter::default().and(&condition),
        }
    }
}

/// Refuses where it waits for no answer any more.
pub fn waits(row: &Model, moment: Moment) -> Result<(), UserError> {
    let stale = |text: &str| Err(UserError::general(UserErrorCode::StaleState, text));
    match moment.judge(row) {
        PayerAgreementState::Proposed => Ok(()),
        PayerAgreementState::Lapsed => {
            let message = "It was not answered in time. Ask anew: requestPayer.";
            Err(UserError::general(UserErrorCode::TooLate, message))
        }
        PayerAgreementState::Declined => stale("It was declined already."),
        PayerAgreementState::Withdrawn => stale("It was withdrawn."),
        PayerAgreementState::Scheduled | PayerAgreementState::Active | PayerAgreementState::Ended => {
            stale("It was accepted already.")
        }
    }
}

/// Refuses to end what is not agreed, is over, or ends by then anyway.
pub fn may_end(row: &Model, on: Date, moment: Moment) -> Result<(), UserError> {
    let stale = |message: String| Err(UserError::general(UserErrorCode::StaleState, message));
    match moment.judge(row) {
        PayerAgreementState::Scheduled | PayerAgreementState::Active => {}
        PayerAgreementState::Ended => return stale("It has ended already.".to_owned()),
        _ => {
            return stale(
                "It is not agreed, so there is nothing to end. Take a request back that waits: withdrawPayerRequest."
                    .to_owned(),
            );
        }
    }
    day("on", on, moment.today())?;
    match row.ends_on {
        Some(end) if end <= on => stale(format!("It ends on {end} already. Give an earlier day.")),
        _ => Ok(()),
    }
}

/// Refuses to give anything where one of the two sides is stopped.
pub fn both_work(organisation: &Organisation, payer: &Organisation) -> Result<(), UserError> {
    for (row, which) in [(organisation, "to be paid for"), (payer, "that is to pay")] {
        if let Some(halted) = halted(row) {
            let state = if row.state == OrganisationState::Closed { "closed" } else { "suspended" };
            return Err(UserError::general(halted.code, format!("The organisation {which} is {state}.")));
        }
    }
    Ok(())
}

/// A day on which an agreement can begin or end, or what is wrong with it.
pub fn day(field: &str, day: Date, today: Date) -> Result<(), UserError> {
    let wrong = |message: &str| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if day < today {
        return wrong("Give today (UTC) or a later day: what is past stays as it was.");
    }
    if today.checked_add_months(AHEAD).is_none_or(|last| last < day) {
        return wrong("Give a day within ten years.");
    }
    Ok(())
}

/// A code as it is compared, or what is wrong with it.
pub fn code(typed: &str) -> Result<String, UserError> {
    let code = typed.trim().to_ascii_uppercase();
    let is_one = (1..=LONGEST_CODE).contains(&code.len())
        && code.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-');
    if is_one {
        return Ok(code);
    }
    let message = "This is not a code. Codes look like 7KQ2-M9XD; the organisation that is to pay finds its own.";
    Err(UserError::at("payer", UserErrorCode::InvalidInput, message))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(number: u64) -> Date {
        Date::from_ymd_opt(2026, 6, 1).unwrap() + chrono::Days::new(number)
    }

    fn row(state: State, starts: u64, ends: Option<u64>, asked: u64) -> Model {
        Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            payer_id: None,
            sought_code: None,
            state,
            starts_on: day(starts),
            ends_on: ends.map(day),
            requested_by_id: None,
            answered_by_id: None,
            answered_at: None,
            created_at: day(asked).and_hms_opt(12, 0, 0).unwrap().and_utc(),
        }
    }

    #[test]
    fn dates_and_stored_state_give_the_state_that_is_shown() {
        use PayerAgreementState as S;
        let moment = Moment::new(day(100).and_hms_opt(12, 0, 0).unwrap().and_utc(), 90);
        for (agreement, state) in [
            (row(State::Proposed, 0, None, 11), S::Proposed),
            (row(State::Proposed, 0, None, 10), S::Lapsed),
            (row(State::Active, 101, None, 1), S::Scheduled),
            (row(State::Active, 100, None, 1), S::Active),
            (row(State::Active, 1, Some(101), 1), S::Active),
            (row(State::Active, 1, Some(100), 1), S::Ended),
            (row(State::Ended, 200, Some(200), 1), S::Ended),
            (row(State::Declined, 1, None, 1), S::Declined),
            (row(State::Withdrawn, 1, None, 1), S::Withdrawn),
        ] {
            assert_eq!(moment.judge(&agreement), state, "{agreement:?}");
            assert_eq!(waits(&agreement, moment).is_ok(), state == S::Proposed);
        }
    }

    #[test]
    fn an_agreement_begins_and_ends_today_or_within_ten_years() {
        for (starts, may) in [(99, false), (100, true), (3_753, true), (3_754, false)] {
            assert_eq!(super::day("on", day(starts), day(100)).is_ok(), may, "{}", day(starts));
        }
        assert!(super::day("on", Date::MAX, day(100)).is_err());
        assert!(super::day("on", Date::MIN, day(100)).is_err());
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        assert_eq!(code(" 7kq2-m9xd\n").unwrap(), "7KQ2-M9XD");
        for wrong in ["", " ", "7KQ2 M9XD", "ÄÖ", "ß", "x'--;", &"A".repeat(33)] {
            assert!(code(wrong).is_err(), "{wrong:?}");
        }
    }
}
