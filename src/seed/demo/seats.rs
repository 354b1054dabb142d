//! The words for seats: the people of a directory, the rules that give them seats, and the use of each day.

use chrono::{Days, TimeDelta};
use entity::directory_person::State;
use entity::licence_assignment::Source;
use entity::{
    directory, directory_group, directory_group_member, directory_person, directory_sync, licence_assignment,
    licence_pin, licence_pool, licence_rule, licence_rule_set, usage_day,
};
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;
use uuid::Uuid;

use super::super::articles::{FAMILY, SEATS};
use super::world::World;
use crate::base::insert::insert_all;
use crate::directory::group::rules::row as group_row;
use crate::directory::person::rules::{Context, Wanted, changed};
use crate::licence::assignment::rules::{Given, Reason, Ruled};
use crate::people::user::Address;

const FIRST_NAMES: [&str; 14] = [
    "Alva", "Björn", "Celia", "David", "Elin", "Filip", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Leo", "Maja",
    "Noel",
];
const LAST_NAMES: [&str; 3] = ["Berg", "Dahl", "Ek"];
/// How many seats are still free, because the last ones came after the rules were applied.
const NEW: usize = 2;
/// How many days of use are known.
const DAYS: u64 = 90;

/// The rows of seats.
#[derive(Debug, Default)]
pub struct SeatRows {
    /// What is known of directories.
    pub directories: Vec<directory::Model>,
    /// Synchronisations.
    pub syncs: Vec<directory_sync::Model>,
    /// People.
    pub people: Vec<directory_person::Model>,
    /// Groups.
    pub groups: Vec<directory_group::Model>,
    /// Members of groups.
    pub members: Vec<directory_group_member::Model>,
    /// Sets of rules.
    pub rule_sets: Vec<licence_rule_set::Model>,
    /// Rules.
    pub rules: Vec<licence_rule::Model>,
    /// Pins.
    pub pins: Vec<licence_pin::Model>,
    /// Assignments.
    pub assignments: Vec<licence_assignment::Model>,
    /// The use of each day.
    pub days: Vec<usage_day::Model>,
}

impl SeatRows {
    /// Writes all rows, each after the rows that it points to.
    pub async fn write(&self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        insert_all(transaction, &self.directories).await?;
        insert_all(transaction, &self.syncs).await?;
        insert_all(transaction, &self.people).await?;
        insert_all(transaction, &self.groups).await?;
        insert_all(transaction, &self.members).await?;
        insert_all(transaction, &self.rule_sets).await?;
        insert_all(transaction, &self.rules).await?;
        insert_all(transaction, &self.pins).await?;
        insert_all(transaction, &self.assignments).await?;
        insert_all(transaction, &self.days).await
    }
}

impl World {
    /// The organisation has people in these units, and in a group those of the first one. Rules give them its seats.
    pub fn seats(&mut self, organisation: Uuid, units: &[(&'static str, usize)], granted: i64) {
        self.people_of_units(organisation, units);
        let group = self.group(organisation, "Staff", units[0].1);
        let rules = self.seat_rules(organisation, group);
        let used = self.give_seats(organisation, units[0].1, &rules);
        self.count_use(organisation, granted, used);
    }

    fn people_of_units(&mut self, organisation: Uuid, units: &[(&str, usize)]) {
        let domain = self.domain_of(organisation);
        let units = units.iter().flat_map(|(unit, count)| std::iter::repeat_n(*unit, *count));
        for (number, unit_path) in units.enumerate() {
            let (first, last) = (FIRST_NAMES[number % FIRST_NAMES.len()], LAST_NAMES[number / FIRST_NAMES.len() % 3]);
            let address = format!("{}.{}@{domain}", first.to_lowercase().replace('ö', "o"), last.to_lowercase());
            let wanted = Wanted {
                external_id: format!("P-{:03}", number + 1),
                email: Address::parse(&address),
                name: format!("{first} {last}"),
                unit_path: unit_path.to_owned(),
                state: State::Active,
                joined_on: None,
            };
            let (id, created_at) = self.id();
            let random = self.random.clone();
            let context = Context {
                organisation,
                seen_in: None,
                now: created_at,
                today: created_at.date_naive(),
                random: &random,
            };
            let number = i64::try_from(number).unwrap_or_default();
            let (never, inactive) = (number % 11 == 10, number % 13 == 5);
            let first = (!never).then(|| created_at + TimeDelta::days(number % 9));
            let last_days = if inactive { 95 + number } else { number % 9 };
            self.rows.seats.people.push(directory_person::Model {
                id,
                first_log_in_at: first,
                last_log_in_at: first.map(|_| self.now - TimeDelta::days(last_days) - TimeDelta::hours(6)),
                ..changed(None, &wanted, &context)
            });
        }
        let synced_at = self.now - TimeDelta::hours(5);
        self.rows.seats.directories.push(directory::Model {
            organisation_id: organisation,
            version: 1,
            log_ins_until: Some(synced_at),
        });
        self.rows.seats.syncs.push(directory_sync::Model {
            id: self.random.id(synced_at),
            organisation_id: organisation,
            sync_key: "nightly".to_owned(),
            mode: directory_sync::Mode::Full,
            state: directory_sync::State::Done,
            created: i32::try_from(NEW).unwrap_or_default(),
            updated: 0,
            unchanged: i32::try_from(self.rows.seats.people.len().saturating_sub(NEW)).unwrap_or_default(),
            deleted: 0,
            failed: 0,
            started_at: synced_at,
            ended_at: Some(synced_at + TimeDelta::seconds(2)),
        });
    }

    /// A group of the first people.
    fn group(&mut self, organisation: Uuid, name: &str, count: usize) -> Uuid {
        let (id, created_at) = self.id();
        let random = self.random.clone();
        let context =
            Context { organisation, seen_in: None, now: created_at, today: created_at.date_naive(), random: &random };
        let group = group_row(None, (id, name.to_owned(), name.to_lowercase()), &context);
        self.rows.seats.groups.push(group);
        let people: Vec<Uuid> = self.rows.seats.people.iter().take(count).map(|row| row.id).collect();
        for person in people {
            let (member, added_at) = self.id();
            self.rows.seats.members.push(directory_group_member::Model {
                id: member,
                organisation_id: organisation,
                group_id: id,
                person_id: Some(person),
                child_id: None,
                added_at,
                seen_in: None,
            });
        }
        id
    }

    /// Staff get a seat, pupils who never came get none, and the other pupils get one. Returns the rules for staff and for
    /// pupils.
    fn seat_rules(&mut self, organisation: Uuid, staff: Uuid) -> [Ruled; 2] {
        let feature = self.feature(&SEATS);
        let (set, _) = self.id();
        let applied_at = self.now - TimeDelta::days(1);
        self.rows.seats.rule_sets.push(licence_rule_set::Model {
            id: set,
            organisation_id: organisation,
            family: FAMILY.to_owned(),
            version: 1,
            grace_days: 7,
            guard_basis_points: 1_000,
            schedule: licence_rule_set::Schedule::Manual,
            updated_at: applied_at,
            applied_at: Some(applied_at),
            tried_on: None,
        });
        let rules = [
            ("Staff", json!({ "kind": "GROUP", "id": staff, "negated": false }), feature),
            ("Never logged in", json!({ "kind": "NEVER_LOGGED_IN", "days": 60, "negated": false }), None),
            ("Pupils", json!({ "kind": "UNIT", "path": "/Pupils", "negated": false }), feature),
        ];
        let mut made = Vec::new();
        for ((name, condition, feature_id), position) in rules.into_iter().zip(1..) {
            let (id, _) = self.id();
            made.push(Ruled { id, name: name.to_owned(), version: 1 });
            self.rows.seats.rules.push(licence_rule::Model {
                id,
                organisation_id: organisation,
                set_id: set,
                position,
                name: name.to_owned(),
                conditions: json!([condition]).to_string(),
                feature_id,
                ceiling: None,
            });
        }
        [made.remove(0), made.remove(1)]
    }

    /// Gives seats to all people but the newest, and returns how many.
    fn give_seats(&mut self, organisation: Uuid, staff: usize, [for_staff, for_pupils]: &[Ruled; 2]) -> i64 {
        let Some(feature) = self.feature(&SEATS) else { return 0 };
        let people: Vec<Uuid> = self.rows.seats.people.iter().map(|row| row.id).collect();
        let with_seat = people.len().saturating_sub(NEW);
        for (number, person) in people[..with_seat].iter().enumerate() {
            let rule = if number < staff { for_staff } else { for_pupils };
            let sentence = format!("The rule {} matches.", rule.name);
            let given = Given {
                organisation,
                person: *person,
                feature,
                family: FAMILY.to_owned(),
                source: Source::Rule,
                reason: Reason { rule: Some(rule.clone()), ..Reason::plain(&sentence) },
            };
            let (id, assigned_at) = self.id();
            self.rows.seats.assignments.push(given.row(id, assigned_at, assigned_at.date_naive()));
        }
        let used = i64::try_from(with_seat).unwrap_or_default();
        let (id, _) = self.id();
        self.rows.licence_pools.push(licence_pool::Model {
            id,
            organisation_id: organisation,
            feature_id: feature,
            used,
        });
        if let Some(substitute) = people.last() {
            let (id, created_at) = self.id();
            self.rows.seats.pins.push(licence_pin::Model {
                id,
                organisation_id: organisation,
                person_id: *substitute,
                family: FAMILY.to_owned(),
                feature_id: None,
                note: "Leaves at the end of the month.".to_owned(),
                until: Some(self.now.date_naive() + Days::new(30)),
                user_id: None,
                created_at,
            });
        }
        used
    }

    /// The seats of each day: they grew slowly to what they are.
    fn count_use(&mut self, organisation: Uuid, granted: i64, used: i64) {
        let Some(feature) = self.feature(&SEATS) else { return };
        let people = &self.rows.seats.people[..usize::try_from(used).unwrap_or_default()];
        let never = people.iter().filter(|row| row.last_log_in_at.is_none()).count();
        let since = self.now - TimeDelta::days(30);
        let active = people.iter().filter(|row| row.last_log_in_at.is_some_and(|last| last > since)).count();
        let [never, active] = [never, active].map(|count| i64::try_from(count).unwrap_or_default());
        for days_ago in (0..DAYS).rev() {
            let id = self.random.id(self.now);
            let fewer = i64::try_from(days_ago / 9).unwrap_or_default();
            self.rows.seats.days.push(usage_day::Model {
                id,
                organisation_id: organisation,
                feature_id: feature,
                day: self.now.date_naive() - Days::new(days_ago),
                granted,
                assigned: used - fewer,
                active_7: (active - fewer - 4).max(0),
                active_30: active - fewer,
                never,
            });
        }
    }
}
