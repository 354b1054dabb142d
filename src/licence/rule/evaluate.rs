//! Who gets which licence of a family. A pure function.
//!
//! Each person has at most one licence of a family. A pin decides first. Otherwise, the first rule that matches and is
//! below its ceiling does; whoever joined first has a place under a ceiling. A licence that was given by hand stays where no rule matches. Where there are fewer licences
//! than people, the order is: pinned people, those who have it already, the place of the rule, the first log-in, the
//! address. The others wait in a queue, and keep what they have meanwhile. Who loses a licence keeps it for the days of
//! grace, in which nobody else can have it. Applying the outcome and evaluating again changes nothing.

use std::collections::HashMap;

use entity::licence_assignment::Source;
use sea_orm::prelude::Date;
use serde::Serialize;
use uuid::Uuid;

use super::conditions::{Condition, Person, Surroundings};
use super::decide::decide;

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The key.
    pub id: Uuid,
    /// All of these must hold.
    pub conditions: Vec<Condition>,
    /// The feature that it gives; none for a rule that gives nothing.
    pub feature: Option<Uuid>,
    /// The most people whom it applies to.
    pub ceiling: Option<usize>,
}

/// A licence that a person has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The assignment.
    pub assignment: Uuid,
    /// The feature.
    pub feature: Uuid,
    /// What gave it.
    pub source: Source,
    /// The rule that gave it, if one did.
    pub rule: Option<Uuid>,
    /// The first day without it, if it is ending.
    pub ends_on: Option<Date>,
}

/// All that decides.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The rules, in their order.
    pub rules: &'a [Rule],
    /// The people of the directory, and people who still have a licence.
    pub people: &'a [Person],
    /// Who is in which group, and the day.
    pub around: Surroundings<'a>,
    /// Pins in force: the feature of each person, or none.
    pub pins: &'a HashMap<Uuid, Option<Uuid>>,
    /// The day on which people were last given a licence of the family by hand.
    pub by_hand: &'a HashMap<Uuid, Date>,
    /// The licence of each person.
    pub held: &'a HashMap<Uuid, Held>,
    /// How many of each feature may be used.
    pub granted: &'a HashMap<Uuid, i64>,
    /// For how many days a lost licence is kept.
    pub grace_days: u64,
}

/// Why a person gets a feature, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Cause {
    /// The person is suspended or deleted.
    Gone,
    /// A pin.
    Pin,
    /// The rule with this place in the list.
    Rule(usize),
    /// It was given by hand, and no rule matches.
    Manual,
    /// No rule matches.
    NoRule,
}

/// What happens to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Action {
    /// Gets a licence.
    Assign,
    /// Gets another feature of the family instead.
    Change,
    /// Gets back a licence that was ending.
    Resume,
    /// Loses the licence, after the days of grace.
    Reclaim,
    /// Should get one, but none is left.
    Unmet,
    /// Keeps what is there, for another reason than before.
    Explain,
}

/// What happens to a person, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The person.
    pub person: Uuid,
    /// What happens.
    pub action: Action,
    /// The feature that the person has.
    pub before: Option<Uuid>,
    /// The feature that the person has afterwards; with `Unmet`, the one that the person waits for.
    pub after: Option<Uuid>,
    /// Why.
    pub cause: Cause,
    /// The first day without the licence, if it is lost.
    pub ends_on: Option<Date>,
    /// The place in the queue, from 1.
    pub queue_place: Option<usize>,
}

/// The most rounds of one evaluation. Two are nearly always enough.
const MOST_ROUNDS: usize = 20;

/// Decides about every person. People for whom nothing changes are left out.
///
/// Whoever loses a licence or changes to another makes room, of which others can make use. So it decides again about what
/// would then be, until nothing changes any more.
pub fn evaluate(question: &Question<'_>) -> Vec<Change> {
    let mut held = question.held.clone();
    let mut causes = HashMap::new();
    let mut changes = Vec::new();
    for _ in 0..MOST_ROUNDS {
        changes = decide(&Question { held: &held, ..*question });
        let mut is_done = true;
        for change in changes.iter().filter(|change| change.action != Action::Unmet) {
            is_done = false;
            causes.insert(change.person, change.cause);
            put(&mut held, change, question);
        }
        if is_done {
            break;
        }
    }
    let waiting: HashMap<Uuid, Change> = changes
        .into_iter()
        .filter(|change| change.action == Action::Unmet)
        .map(|change| (change.person, change))
        .collect();
    let all = question.people.iter().filter_map(|person| {
        let (before, after) = (question.held.get(&person.id), held.get(&person.id));
        let Some(action) = difference(before, after) else { return waiting.get(&person.id).cloned() };
        Some(Change {
            person: person.id,
            action,
            before: before.map(|held| held.feature),
            after: after.filter(|_| action != Action::Reclaim).map(|held| held.feature),
            cause: causes.get(&person.id).copied().unwrap_or(Cause::NoRule),
            ends_on: match action {
                Action::Reclaim => Some(after.and_then(|held| held.ends_on).unwrap_or(question.around.today)),
                _ => None,
            },
            queue_place: None,
        })
    });
    all.collect()
}

/// What happens to somebody who had one licence and then has another.
fn difference(before: Option<&Held>, after: Option<&Held>) -> Option<Action> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(Action::Assign),
        (Some(_), None) => Some(Action::Reclaim),
        (Some(before), Some(after)) if before.feature != after.feature => Some(Action::Change),
        (Some(before), Some(after)) => match (before.ends_on, after.ends_on) {
            (None, Some(_)) => Some(Action::Reclaim),
            (Some(_), None) => Some(Action::Resume),
            _ if (before.source, before.rule) != (after.source, after.rule) => Some(Action::Explain),
            _ => None,
        },
    }
}

/// The licences after a change.
fn put(held: &mut HashMap<Uuid, Held>, change: &Change, question: &Question<'_>) {
    let before = held.get(&change.person).cloned();
    match (change.after, source_of(change.cause), change.ends_on) {
        (Some(feature), Some(source), None) => {
            let rule = if let Cause::Rule(place) = change.cause { Some(question.rules[place].id) } else { None };
            let assignment = before.map_or_else(Uuid::nil, |before| before.assignment);
            held.insert(change.person, Held { assignment, feature, source, rule, ends_on: None });
        }
        (_, _, Some(ends_on)) if ends_on > question.around.today => {
            if let Some(before) = before {
                held.insert(change.person, Held { ends_on: Some(ends_on), ..before });
            }
        }
        _ => {
            held.remove(&change.person);
        }
    }
}

/// What gives a licence for a cause.
pub const fn source_of(cause: Cause) -> Option<Source> {
    match cause {
        Cause::Pin => Some(Source::Pin),
        Cause::Rule(_) => Some(Source::Rule),
        Cause::Manual => Some(Source::Manual),
        Cause::Gone | Cause::NoRule => None,
    }
}

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod tests;
