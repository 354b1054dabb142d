//! Rows of seats: rules, pins, assignments and figures of use.

use entity::licence_assignment::{self, Confirmation, Source, State};
use entity::{directory_person, licence_pin, licence_rule, licence_rule_set, usage_day};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Rows, day, db_insert};

/// The rows of seats.
#[derive(Clone, Default)]
pub struct SeatRows {
    sets: Vec<licence_rule_set::Model>,
    rules: Vec<licence_rule::Model>,
    pins: Vec<licence_pin::Model>,
    assignments: Vec<licence_assignment::Model>,
    days: Vec<usage_day::Model>,
}

impl SeatRows {
    /// Writes all rows. Their people and features are there.
    pub async fn db_write(self, db: &impl ConnectionTrait) {
        db_insert(db, self.sets).await;
        db_insert(db, self.rules).await;
        db_insert(db, self.pins).await;
        db_insert(db, self.assignments).await;
        db_insert(db, self.days).await;
    }
}

impl Rows {
    /// The person of a directory who was made last logged in long ago.
    pub fn absent(&mut self) {
        let person: &mut directory_person::Model = self.last_directory_person();
        person.last_log_in_at = person.first_log_in_at;
    }

    /// Rules of a family with one rule, which has these conditions and gives a feature.
    pub fn licence_rules(&mut self, organisation: Uuid, family: &str, feature: Uuid, conditions: &Value) -> Uuid {
        let id = self.id();
        self.seats.sets.push(licence_rule_set::Model {
            id,
            organisation_id: organisation,
            family: family.to_owned(),
            version: 2,
            grace_days: 7,
            guard_basis_points: 1_000,
            schedule: licence_rule_set::Schedule::Manual,
            updated_at: self.made(),
            applied_at: Some(self.made()),
            tried_on: None,
        });
        let rule = self.id();
        self.seats.rules.push(licence_rule::Model {
            id: rule,
            organisation_id: organisation,
            set_id: id,
            position: 1,
            name: format!("{family} rule"),
            conditions: conditions.to_string(),
            feature_id: Some(feature),
            ceiling: Some(9),
        });
        id
    }

    /// A person is pinned to a feature of a family.
    pub fn pin(&mut self, organisation: Uuid, person: Uuid, family: &str, feature: Uuid) -> Uuid {
        let id = self.id();
        self.seats.pins.push(licence_pin::Model {
            id,
            organisation_id: organisation,
            person_id: person,
            family: family.to_owned(),
            feature_id: Some(feature),
            note: format!("{family} note"),
            until: Some(day(30)),
            user_id: None,
            created_at: self.made(),
        });
        id
    }

    /// A person has a feature of a family by a rule. It fails in the outside system.
    pub fn seat(
        &mut self,
        organisation: Uuid,
        person: Uuid,
        family: &str,
        feature: Uuid,
    ) -> &mut licence_assignment::Model {
        let id = self.id();
        let reason = json!({
            "sentence": format!("The rule {family} matches."),
            "rule": { "id": id, "name": format!("{family} rule"), "version": 2 },
            "facts": [{ "name": "unit", "value": family }],
        });
        self.seats.assignments.push(licence_assignment::Model {
            id,
            organisation_id: organisation,
            person_id: person,
            feature_id: feature,
            family: family.to_owned(),
            state: State::Active,
            source: Source::Rule,
            reason: reason.to_string(),
            assigned_at: self.made(),
            by_hand_on: None,
            ends_on: None,
            ended_at: None,
            confirmation: Confirmation::Failed,
            error: Some(format!("{family} error")),
        });
        self.seats.assignments.last_mut().unwrap()
    }

    /// The figures of use of a feature on three days.
    pub fn usage(&mut self, organisation: Uuid, feature: Uuid) {
        for offset in -3..0 {
            let id = self.id();
            self.seats.days.push(usage_day::Model {
                id,
                organisation_id: organisation,
                feature_id: feature,
                day: day(offset),
                granted: 10,
                assigned: 5,
                active_7: 1,
                active_30: 2,
                never: 1,
            });
        }
    }
}
