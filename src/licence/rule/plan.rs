//! What the rules of a family would change now: everything that decides, read once, and the outcome.

use std::collections::{HashMap, HashSet};

use entity::licence_assignment::{Model as Assignment, State};
use entity::{licence_rule, licence_rule_set};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::{Date, DateTimeUtc};
use serde_json::json;
use uuid::Uuid;

use super::conditions::{Condition, Person, Surroundings, Test};
use super::evaluate::{Action, Cause, Change, Held, Question, Rule, evaluate};
use super::rules::{Guard, deleted_group, require_fresh};
use super::store;
use crate::base::calendar::business_day;
use crate::base::error::{Result, UserError};
use crate::base::random::hash;
use crate::directory::group::rules::Memberships;
use crate::directory::group::store as groups;
use crate::directory::person::store as people;
use crate::directory::sync::store as directories;
use crate::graphql::request::{Request, Work};
use crate::licence::assignment::rules::{Fact, Reason, Ruled};
use crate::licence::assignment::{settle, store as assignments};
use crate::licence::pin::store as pins;
use crate::licence::pool::granted_in;

/// How many people one statement reads.
const AT_ONCE: u64 = 5_000;

/// What the rules of a family would change.
pub struct Plan {
    /// The set.
    pub set: licence_rule_set::Model,
    /// Its rules.
    pub rules: Vec<licence_rule::Model>,
    /// The changes, in the order of the people.
    pub changes: Vec<Change>,
    /// The assignment of each person who has one.
    pub held: HashMap<Uuid, Assignment>,
    /// How many lose their licence.
    pub guard: Guard,
    /// Changes with anything that the plan depends on.
    pub digest: String,
    conditions: Vec<Vec<Condition>>,
    people: HashMap<Uuid, Person>,
    group_names: HashMap<Uuid, String>,
}

impl Plan {
    /// Reads everything that decides, and evaluates the rules. `None` if the family has none. `granted` is what the
    /// organisation may use of each feature.
    pub async fn make(
        db: &impl ConnectionTrait,
        request: &Request,
        organisation: Uuid,
        family: &str,
        granted: HashMap<Uuid, i64>,
    ) -> Result<Option<Self>> {
        let Some((set, rules)) = store::find(db, organisation, family).await? else { return Ok(None) };
        let (rules, conditions): (Vec<licence_rule::Model>, Vec<Vec<Condition>>) = rules.into_iter().unzip();
        let directory = directories::find_directory(db, organisation).await?;
        let until = directory.as_ref().and_then(|directory| directory.log_ins_until);
        require_fresh(conditions.iter().flatten(), until, request.now())?;
        let group_names = groups::names(db, organisation).await?;
        require_groups(&rules, &conditions, &group_names)?;

        let (today, zone) = (request.today(), request.config.billing.time_zone);
        let day = |at: DateTimeUtc| business_day(at, zone);
        let held = assignments::held(db, organisation, family).await?;
        let held: HashMap<Uuid, Assignment> = held.into_iter().map(|row| (row.person_id, row)).collect();
        let people = everybody(db, organisation, &held, today, day).await?;
        let memberships = Memberships::of(&groups::members(db, organisation).await?);
        let pins = pins::all(db, organisation, family).await?.into_iter();
        let pins = pins.filter(|pin| pin.until.is_none_or(|until| today < until));
        let pins: HashMap<Uuid, Option<Uuid>> = pins.map(|pin| (pin.person_id, pin.feature_id)).collect();
        let asked: Vec<Rule> = rules
            .iter()
            .zip(&conditions)
            .map(|(rule, conditions)| Rule {
                id: rule.id,
                conditions: conditions.clone(),
                feature: rule.feature_id,
                ceiling: rule.ceiling.map(|most| usize::try_from(most).unwrap_or_default()),
            })
            .collect();
        let present: HashMap<Uuid, Held> = held.iter().map(|(person, row)| (*person, present(row))).collect();
        let changes = evaluate(&Question {
            rules: &asked,
            people: &people,
            around: Surroundings { memberships: &memberships, today },
            pins: &pins,
            by_hand: &assignments::given_by_hand(db, organisation, family).await?,
            held: &present,
            granted: &granted,
            grace_days: u64::from(set.grace_days.unsigned_abs()),
        });
        let losing = changes.iter().filter(|change| change.action == Action::Reclaim).count();
        let active = held.values().filter(|row| row.state == State::Active).count();
        let guard = Guard::new(losing, active, set.guard_basis_points);
        let mut granted: Vec<(Uuid, i64)> = granted.into_iter().collect();
        granted.sort_unstable();
        let version = directory.map(|directory| (directory.version, directory.log_ins_until));
        let basis = json!([set.id, set.version, version, today, granted, changes]);
        let digest = hash(&basis.to_string());
        let people = people.into_iter().map(|person| (person.id, person)).collect();
        Ok(Some(Self { set, rules, changes, held, guard, digest, conditions, people, group_names }))
    }

    /// The same within a transaction, for an application. The caller has locked the organisation. What was due to end is
    /// ended first.
    pub async fn make_in(work: &Work<'_>, organisation: Uuid, family: &str) -> Result<Option<Self>> {
        settle(work, organisation).await?;
        let granted = granted_in(work, organisation).await?;
        Self::make(work.tx, work.request, organisation, family, granted).await
    }

    /// Why a change happens.
    pub fn reason(&self, change: &Change) -> Reason {
        let is_short = change.action == Action::Reclaim && !matches!(change.cause, Cause::Gone | Cause::NoRule);
        match change.cause {
            Cause::Gone => Reason::plain("The person is suspended or deleted."),
            Cause::NoRule => Reason::plain("No rule matches."),
            Cause::Manual => Reason::plain("It was assigned by hand."),
            Cause::Pin => Reason::plain("A pin decides."),
            Cause::Rule(place) => {
                let (rule, conditions) = (&self.rules[place], &self.conditions[place]);
                let sentence = match rule.feature_id {
                    Some(_) if is_short => format!("Fewer licences are granted than the rule {} needs.", rule.name),
                    Some(_) => format!("The rule {} matches.", rule.name),
                    None => format!("The rule {} gives nothing.", rule.name),
                };
                let person = self.people.get(&change.person);
                let facts = conditions.iter().filter_map(|condition| Some(self.fact(&condition.test, person?)));
                let ruled = Ruled { id: rule.id, name: rule.name.clone(), version: self.set.version };
                Reason { sentence, rule: Some(ruled), facts: facts.collect() }
            }
        }
    }

    fn fact(&self, test: &Test, person: &Person) -> Fact {
        let day = |day: Option<Date>| day.map_or_else(|| "never".to_owned(), |day| day.to_string());
        let (name, value) = match test {
            Test::Unit { .. } => ("unit", person.unit_path.clone()),
            Test::Group { id } => ("group", self.group_names.get(id).cloned().unwrap_or_default()),
            Test::Inactive { .. } => ("lastLogInOn", day(person.last_log_in_on)),
            Test::NeverLoggedIn { .. } => ("joinedOn", day(Some(person.joined_on))),
            Test::FirstLogInBefore { .. } | Test::FirstLogInAfter { .. } => {
                ("firstLogInOn", day(person.first_log_in_on))
            }
        };
        Fact { name: name.to_owned(), value }
    }
}

/// All people of the directory, and those who have a licence although they are no longer there.
async fn everybody(
    db: &impl ConnectionTrait,
    organisation: Uuid,
    held: &HashMap<Uuid, Assignment>,
    today: Date,
    day: impl Fn(DateTimeUtc) -> Date,
) -> Result<Vec<Person>> {
    let (mut found, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let rows = people::all(db, organisation, after, AT_ONCE).await?;
        found.extend(rows.iter().map(|row| Person::of(row, &day)));
        match rows.last() {
            Some(last) if rows.len() as u64 == AT_ONCE => after = last.id,
            _ => break,
        }
    }
    let known: HashSet<Uuid> = found.iter().map(|person| person.id).collect();
    let mut gone: Vec<&Assignment> = held.values().filter(|row| !known.contains(&row.person_id)).collect();
    gone.sort_unstable_by_key(|row| row.person_id);
    found.extend(gone.into_iter().map(|row| Person::gone(row.person_id, today)));
    Ok(found)
}

fn present(row: &Assignment) -> Held {
    Held {
        assignment: row.id,
        feature: row.feature_id,
        source: row.source,
        rule: Reason::read(&row.reason).rule.map(|rule| rule.id),
        ends_on: row.ends_on,
    }
}

/// Refuses rules about groups that are not there.
fn require_groups(
    rules: &[licence_rule::Model],
    conditions: &[Vec<Condition>],
    names: &HashMap<Uuid, String>,
) -> Result<(), UserError> {
    let mut both = rules.iter().zip(conditions);
    let wrong = both.find(|(_, conditions)| conditions.iter().any(|condition| condition.misses(names)));
    wrong.map_or(Ok(()), |(rule, _)| Err(deleted_group(&rule.name)))
}
