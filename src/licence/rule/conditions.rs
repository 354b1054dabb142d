//! The conditions of a rule. Pure functions.

use std::collections::HashMap;

use entity::directory_person::{Model as Row, State};
use sea_orm::prelude::{Date, DateTimeUtc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::directory::group::rules::Memberships;
use crate::directory::person::rules::is_below;

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What is tested.
    #[serde(flatten)]
    pub test: Test,
    /// Whether the test must fail.
    pub negated: bool,
}

/// What a condition tests. What rules give is never tested, so the outcome of a rule cannot change the next outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Test {
    /// The person is in the unit or below it.
    Unit {
        /// The path of the unit.
        path: String,
    },
    /// The person is in the group, or in one that it contains.
    Group {
        /// The group.
        id: Uuid,
    },
    /// Nothing has happened for so many days: no log-in, no licence of the family given by hand, no return to the directory.
    /// Never true of somebody without any log-in.
    Inactive {
        /// How many days.
        days: i32,
    },
    /// The person has never logged in, and joined at least so many days ago.
    NeverLoggedIn {
        /// How many days.
        days: i32,
    },
    /// The first log-in was before the day.
    FirstLogInBefore {
        /// The day.
        day: Date,
    },
    /// The first log-in was after the day.
    FirstLogInAfter {
        /// The day.
        day: Date,
    },
}

/// A person as rules see them.
#[derive(Clone, Debug)]
pub struct Person {
    /// The key.
    pub id: Uuid,
    /// Whether the person can have licences.
    pub is_active: bool,
    /// The path of the unit.
    pub unit_path: String,
    /// The day of joining.
    pub joined_on: Date,
    /// The day of the last return.
    pub reactivated_on: Option<Date>,
    /// The first log-in.
    pub first_log_in_at: Option<DateTimeUtc>,
    /// The day of the first log-in.
    pub first_log_in_on: Option<Date>,
    /// The day of the last log-in.
    pub last_log_in_on: Option<Date>,
    /// The address, or the name of somebody without one. It decides between people who are alike in everything else.
    pub address: String,
}

impl Person {
    /// The person of a row. `day` gives the business day of a moment.
    pub fn of(row: &Row, day: impl Fn(DateTimeUtc) -> Date) -> Self {
        Self {
            id: row.id,
            is_active: row.state == State::Active,
            unit_path: row.unit_path.clone(),
            joined_on: row.joined_on,
            reactivated_on: row.reactivated_on,
            first_log_in_at: row.first_log_in_at,
            first_log_in_on: row.first_log_in_at.map(&day),
            last_log_in_on: row.last_log_in_at.map(&day),
            address: row.mailbox.clone().unwrap_or_else(|| row.name.clone()),
        }
    }
}

impl Person {
    /// Somebody who is no longer in the directory.
    pub const fn gone(id: Uuid, today: Date) -> Self {
        Self {
            id,
            is_active: false,
            unit_path: String::new(),
            joined_on: today,
            reactivated_on: None,
            first_log_in_at: None,
            first_log_in_on: None,
            last_log_in_on: None,
            address: String::new(),
        }
    }
}

/// What conditions are tested against, apart from the person.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Who is in which group.
    pub memberships: &'a Memberships,
    /// The business day.
    pub today: Date,
}

/// The conditions of a stored rule. What cannot be read is a fault: without conditions, the rule would match everybody.
pub fn read(stored: &str) -> Result<Vec<Condition>> {
    serde_json::from_str(stored).map_err(Error::fault)
}

impl Condition {
    /// Whether it is about a group that is not among these.
    pub fn misses<T>(&self, groups: &HashMap<Uuid, T>) -> bool {
        matches!(self.test, Test::Group { id } if !groups.contains_key(&id))
    }

    /// Whether the condition holds. `by_hand_on` is the day on which the person was
    /// last given a licence of the family by hand.
    pub fn holds(&self, person: &Person, by_hand_on: Option<Date>, around: Surroundings<'_>) -> bool {
        self.test.holds(person, by_hand_on, around) != self.negated
    }
}

impl Test {
    fn holds(&self, person: &Person, by_hand_on: Option<Date>, around: Surroundings<'_>) -> bool {
        let has_passed = |days: i32, since: Date| (around.today - since).num_days() >= i64::from(days);
        match self {
            Self::Unit { path } => is_below(&person.unit_path, path),
            Self::Group { id } => around.memberships.has(person.id, *id),
            Self::Inactive { days } => person.last_log_in_on.is_some_and(|last| {
                let since = [Some(last), by_hand_on, person.reactivated_on].into_iter().flatten().max();
                has_passed(*days, since.unwrap_or(last))
            }),
            Self::NeverLoggedIn { days } => person.last_log_in_on.is_none() && has_passed(*days, person.joined_on),
            Self::FirstLogInBefore { day } => person.first_log_in_on.is_some_and(|first| first < *day),
            Self::FirstLogInAfter { day } => person.first_log_in_on.is_some_and(|first| first > *day),
        }
    }

    /// For how many days without a log-in the condition asks, if it does.
    pub const fn log_in_days(&self) -> Option<i32> {
        match self {
            Self::Inactive { days } | Self::NeverLoggedIn { days } => Some(*days),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn person(last_log_in: Option<&str>) -> Person {
        Person {
            id: Uuid::nil(),
            is_active: true,
            unit_path: "/Sales/North".to_owned(),
            joined_on: day("2026-01-01"),
            reactivated_on: None,
            first_log_in_at: None,
            first_log_in_on: last_log_in.map(day),
            last_log_in_on: last_log_in.map(day),
            address: String::new(),
        }
    }

    #[test]
    fn conditions_hold_on_their_days_and_units() {
        let memberships = Memberships::default();
        let around = Surroundings { memberships: &memberships, today: day("2026-03-31") };
        let holds = |test: &Test, person: &Person, since: Option<&str>| test.holds(person, since.map(day), around);
        let inactive = Test::Inactive { days: 30 };
        assert!(holds(&inactive, &person(Some("2026-03-01")), None));
        assert!(!holds(&inactive, &person(Some("2026-03-02")), None));
        assert!(!holds(&inactive, &person(Some("2026-01-02")), Some("2026-03-02")), "somebody gave a licence by hand");
        assert!(!holds(&inactive, &person(None), None), "without a log-in nobody is inactive");
        let back = Person { reactivated_on: Some(day("2026-03-20")), ..person(Some("2026-01-02")) };
        assert!(!holds(&inactive, &back, None));
        let never = Test::NeverLoggedIn { days: 89 };
        assert!(holds(&never, &person(None), None) && !holds(&never, &person(Some("2026-03-01")), None));
        assert!(!holds(&Test::NeverLoggedIn { days: 90 }, &person(None), None));
        for (path, expected) in [("", true), ("/Sales", true), ("/Sales/North", true), ("/Sale", false)] {
            assert_eq!(holds(&Test::Unit { path: path.to_owned() }, &person(None), None), expected, "{path}");
        }
        let first = person(Some("2026-03-01"));
        assert!(holds(&Test::FirstLogInBefore { day: day("2026-03-02") }, &first, None));
        assert!(!holds(&Test::FirstLogInBefore { day: day("2026-03-01") }, &first, None));
        assert!(holds(&Test::FirstLogInAfter { day: day("2026-02-28") }, &first, None));
        assert!(!holds(&Test::FirstLogInAfter { day: day("2026-03-01") }, &first, None));
        assert!(!holds(&Test::FirstLogInAfter { day: day("2026-02-28") }, &person(None), None));
        let not = Condition { test: inactive, negated: true };
        assert!(not.holds(&person(None), None, around));
    }

    #[test]
    fn conditions_are_kept_as_json() {
        let condition = Condition { test: Test::Unit { path: "/Sales".to_owned() }, negated: true };
        let text = serde_json::to_string(&condition).unwrap();
        assert_eq!(text, r#"{"kind":"UNIT","path":"/Sales","negated":true}"#);
        assert_eq!(serde_json::from_str::<Condition>(&text).unwrap(), condition);
    }
}
