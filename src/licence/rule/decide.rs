//! Who gets which licence of a family, as things stand: one round of an evaluation. A pure function.

use std::collections::{HashMap, HashSet};

use chrono::Days;
use entity::licence_assignment::Source;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::conditions::Person;
use super::evaluate::{Action, Cause, Change, Question, source_of};

/// The order in which people get a feature.
type Rank<T> = (bool, bool, usize, bool, Option<DateTimeUtc>, T, Uuid);

/// Decides about every person once. People for whom nothing changes are left out.
pub fn decide(question: &Question<'_>) -> Vec<Change> {
    let wishes = wishes(question);
    let mut staying = HashSet::new();
    loop {
        let (changes, stuck) = distribute(question, &wishes, &staying);
        // Who waits for another feature keeps the present one, which others then cannot have.
        if stuck.is_subset(&staying) {
            return changes;
        }
        staying.extend(stuck);
    }
}

/// What each person should get, in the order of the people.
fn wishes(question: &Question<'_>) -> Vec<(Option<Uuid>, Cause)> {
    let mut wishes: Vec<Option<(Option<Uuid>, Cause)>> = question
        .people
        .iter()
        .map(|person| match question.pins.get(&person.id) {
            _ if !person.is_active => Some((None, Cause::Gone)),
            Some(feature) => Some((*feature, Cause::Pin)),
            None => None,
        })
        .collect();
    for (place, rule) in question.rules.iter().enumerate() {
        let matches = |person: &Person| {
            let by_hand_on = question.by_hand.get(&person.id).copied();
            rule.conditions.iter().all(|condition| condition.holds(person, by_hand_on, question.around))
        };
        let mut matching: Vec<usize> = (0..question.people.len())
            .filter(|index| wishes[*index].is_none() && matches(&question.people[*index]))
            .collect();
        if let Some(ceiling) = rule.ceiling {
            // Who has a licence already does not count: otherwise one outcome would decide about the next.
            matching.sort_by_key(|index| {
                let person = &question.people[*index];
                let first = person.first_log_in_at;
                (person.joined_on, first.is_none(), first, &person.address, person.id)
            });
            matching.truncate(ceiling);
        }
        for index in matching {
            wishes[index] = Some((rule.feature, Cause::Rule(place)));
        }
    }
    let decided = wishes.into_iter().zip(question.people).map(|(wish, person)| {
        wish.unwrap_or_else(|| match question.held.get(&person.id) {
            Some(held) if held.source == Source::Manual && held.ends_on.is_none() => {
                (Some(held.feature), Cause::Manual)
            }
            _ => (None, Cause::NoRule),
        })
    });
    decided.collect()
}

/// People with a smaller rank come first.
fn rank<'a>(question: &Question<'_>, person: &'a Person, feature: Option<Uuid>, cause: Cause) -> Rank<&'a str> {
    let has = question.held.get(&person.id).is_some_and(|held| Some(held.feature) == feature);
    let place = if let Cause::Rule(place) = cause { place + 1 } else { 0 };
    let first = person.first_log_in_at;
    (cause != Cause::Pin, !has, place, first.is_none(), first, &person.address, person.id)
}

/// Gives out the features. Also returns who waits for another feature than the present one.
fn distribute(
    question: &Question<'_>,
    wishes: &[(Option<Uuid>, Cause)],
    staying: &HashSet<Uuid>,
) -> (Vec<Change>, HashSet<Uuid>) {
    let mut claims: HashMap<Uuid, Vec<usize>> = HashMap::new();
    for (index, (feature, _)) in wishes.iter().enumerate() {
        if let Some(feature) = feature {
            claims.entry(*feature).or_default().push(index);
        }
    }
    for (index, person) in question.people.iter().enumerate() {
        let held = question.held.get(&person.id).filter(|held| held.ends_on.is_none());
        if let Some(held) = held.filter(|_| staying.contains(&person.id)) {
            claims.entry(held.feature).or_default().push(index);
        }
    }
    // Who would have which feature, if nobody else had any.
    let mut keeps: HashSet<(usize, Uuid)> = HashSet::new();
    for (feature, claim) in &mut claims {
        claim.sort_by_cached_key(|index| {
            let (wish, cause) = wishes[*index];
            // Somebody who waits for another feature keeps this one as if it were given by hand.
            let cause = if wish == Some(*feature) { cause } else { Cause::Manual };
            let (pin, has, place, never, first, address, id) =
                rank(question, &question.people[*index], Some(*feature), cause);
            (pin, has, place, never, first, address.to_owned(), id)
        });
        let granted = question.granted.get(feature).copied().unwrap_or_default();
        let granted = usize::try_from(granted).unwrap_or_default();
        keeps.extend(claim.iter().take(granted).map(|index| (*index, *feature)));
    }
    // Who has a feature, and goes on using it: by right, or for the days of grace.
    let mut free: HashMap<Uuid, i64> = question.granted.clone();
    for (index, person) in question.people.iter().enumerate() {
        let Some(held) = question.held.get(&person.id) else { continue };
        let is_kept = keeps.contains(&(index, held.feature));
        let moves = !staying.contains(&person.id)
            && wishes[index].0.is_some_and(|wish| wish != held.feature && keeps.contains(&(index, wish)));
        let lingers = match held.ends_on {
            Some(ends_on) => ends_on > question.around.today,
            None => question.grace_days > 0,
        };
        if is_kept || (!moves && lingers) {
            *free.entry(held.feature).or_default() -= 1;
        }
    }
    let mut given = HashSet::new();
    let mut queue = HashMap::new();
    for (feature, claim) in &claims {
        let mut place = 0;
        for index in claim.iter().copied() {
            let person = &question.people[index];
            if question.held.get(&person.id).is_some_and(|held| held.feature == *feature) {
                continue;
            }
            let left = free.entry(*feature).or_default();
            if keeps.contains(&(index, *feature)) && *left > 0 {
                *left -= 1;
                given.insert(index);
            } else {
                place += 1;
                queue.insert(index, place);
            }
        }
    }
    let mut stuck = HashSet::new();
    let changes = wishes.iter().enumerate().filter_map(|(index, (wish, cause))| {
        let person = &question.people[index];
        let held = question.held.get(&person.id);
        let outcome = |action, after, ends_on, queue_place| {
            Some(Change {
                person: person.id,
                action,
                before: held.map(|held| held.feature),
                after,
                cause: *cause,
                ends_on,
                queue_place,
            })
        };
        let ends_on = question.around.today.checked_add_days(Days::new(question.grace_days));
        if let Some(place) = queue.get(&index) {
            if let Some(held) = held {
                stuck.insert(person.id);
                let is_kept = held.ends_on.is_some() || keeps.contains(&(index, held.feature));
                if staying.contains(&person.id) && !is_kept {
                    return outcome(Action::Reclaim, None, ends_on, None);
                }
            }
            return outcome(Action::Unmet, *wish, None, Some(*place));
        }
        if given.contains(&index) {
            let action = if held.is_some() { Action::Change } else { Action::Assign };
            return outcome(action, *wish, None, None);
        }
        let held = held?;
        if Some(held.feature) == *wish && keeps.contains(&(index, held.feature)) {
            if held.ends_on.is_some() {
                return outcome(Action::Resume, *wish, None, None);
            }
            let source = source_of(*cause);
            let rule = if let Cause::Rule(place) = cause { Some(question.rules[*place].id) } else { None };
            let is_known = (source, rule) == (Some(held.source), held.rule);
            return if is_known { None } else { outcome(Action::Explain, *wish, None, None) };
        }
        // It is lost: nothing gives it, or fewer are granted than before.
        if held.ends_on.is_some() {
            return None;
        }
        outcome(Action::Reclaim, None, ends_on, None)
    });
    let changes: Vec<Change> = changes.collect();
    (changes, stuck)
}
