use entity::directory_group_member as member;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use sea_orm::prelude::DateTimeUtc;

use super::super::conditions::Test;
use super::*;
use crate::directory::group::rules::Memberships;

#[path = "naive_tests.rs"]
mod naive;

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

fn feature(number: usize) -> Uuid {
    id(1_000 + number)
}

fn day(offset: i64) -> Date {
    ("2026-03-31".parse::<Date>().unwrap()) + chrono::TimeDelta::days(offset)
}

fn moment(offset: i64) -> DateTimeUtc {
    day(offset).and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn person(number: usize, log_ins: Option<(i64, i64)>) -> Person {
    Person {
        id: id(number),
        is_active: true,
        unit_path: "/Sales".to_owned(),
        joined_on: day(-400),
        reactivated_on: None,
        first_log_in_at: log_ins.map(|(first, _)| moment(first)),
        first_log_in_on: log_ins.map(|(first, _)| day(first)),
        last_log_in_on: log_ins.map(|(_, last)| day(last)),
        address: format!("{number:03}@example.org"),
    }
}

/// A family with two features, and its people.
#[derive(Clone, Debug)]
struct World {
    rules: Vec<Rule>,
    people: Vec<Person>,
    members: Vec<member::Model>,
    pins: HashMap<Uuid, Option<Uuid>>,
    by_hand: HashMap<Uuid, Date>,
    held: HashMap<Uuid, Held>,
    granted: HashMap<Uuid, i64>,
    grace_days: u64,
}

impl World {
    fn of(rules: Vec<Rule>, people: Vec<Person>, granted: [i64; 2]) -> Self {
        Self {
            rules,
            people,
            members: Vec::new(),
            pins: HashMap::new(),
            by_hand: HashMap::new(),
            held: HashMap::new(),
            granted: granted.into_iter().enumerate().map(|(number, count)| (feature(number), count)).collect(),
            grace_days: 7,
        }
    }

    fn evaluate(&self) -> Vec<Change> {
        let memberships = Memberships::of(&self.members);
        evaluate(&Question {
            rules: &self.rules,
            people: &self.people,
            around: Surroundings { memberships: &memberships, today: day(0) },
            pins: &self.pins,
            by_hand: &self.by_hand,
            held: &self.held,
            granted: &self.granted,
            grace_days: self.grace_days,
        })
    }

    /// Writes the changes, as an application of the rules does.
    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            let rule = if let Cause::Rule(place) = change.cause { Some(self.rules[place].id) } else { None };
            match change.action {
                Action::Assign | Action::Change | Action::Resume | Action::Explain => {
                    self.held.insert(
                        change.person,
                        Held {
                            assignment: change.person,
                            feature: change.after.unwrap(),
                            source: source_of(change.cause).unwrap(),
                            rule,
                            ends_on: None,
                        },
                    );
                }
                Action::Reclaim if change.ends_on.unwrap() <= day(0) => {
                    self.held.remove(&change.person);
                }
                Action::Reclaim => self.held.get_mut(&change.person).unwrap().ends_on = change.ends_on,
                Action::Unmet => {}
            }
        }
    }

    fn used(&self, feature: Uuid) -> i64 {
        i64::try_from(self.held.values().filter(|held| held.feature == feature).count()).unwrap()
    }

    fn give(&mut self, number: usize, of: usize, source: Source) {
        let rule = (source == Source::Rule).then(|| id(500));
        let held = Held { assignment: id(number), feature: feature(of), source, rule, ends_on: None };
        if source == Source::Manual {
            self.by_hand.insert(id(number), day(-20));
        }
        self.held.insert(id(number), held);
    }
}

fn rule(number: usize, of: Option<usize>, conditions: Vec<Condition>) -> Rule {
    Rule { id: id(500 + number), conditions, feature: of.map(feature), ceiling: None }
}

fn not(test: Test) -> Condition {
    Condition { test, negated: true }
}

fn actions(changes: &[Change]) -> Vec<(usize, Action, Option<usize>)> {
    let number = |id: Uuid, from: u128| (id.as_u128() - 1 - from) as usize;
    changes.iter().map(|one| (number(one.person, 0), one.action, one.after.map(|after| number(after, 1_000)))).collect()
}

#[test]
fn seats_go_to_pins_then_to_holders_then_by_rule_and_first_log_in() {
    let people = vec![
        person(0, None),
        person(1, Some((-50, -1))),
        person(2, Some((-90, -1))),
        person(3, Some((-10, -1))),
        person(4, None),
    ];
    let mut world = World::of(vec![rule(0, Some(0), vec![])], people, [4, 0]);
    world.pins.insert(id(4), Some(feature(0)));
    world.give(3, 0, Source::Rule);
    let changes = world.evaluate();
    let expected = [
        (0, Action::Unmet, Some(0)),
        (1, Action::Assign, Some(0)),
        (2, Action::Assign, Some(0)),
        (4, Action::Assign, Some(0)),
    ];
    assert_eq!(actions(&changes), expected);
    assert_eq!(changes[0].queue_place, Some(1));
}

#[test]
fn a_lost_seat_is_kept_for_the_days_of_grace_and_nobody_else_gets_it() {
    let inactive = not(Test::Inactive { days: 60 });
    let people = vec![person(0, Some((-200, -90))), person(1, Some((-200, -1)))];
    let mut world = World::of(vec![rule(0, Some(0), vec![inactive])], people, [1, 0]);
    world.give(0, 0, Source::Rule);
    let changes = world.evaluate();
    assert_eq!(actions(&changes), [(0, Action::Reclaim, None), (1, Action::Unmet, Some(0))]);
    assert_eq!(changes[0].ends_on, Some(day(7)));
    world.apply(&changes);
    assert_eq!(actions(&world.evaluate()), [(1, Action::Unmet, Some(0))]);
    // A log-in within the days of grace takes it up again.
    world.people[0].last_log_in_on = Some(day(0));
    assert_eq!(actions(&world.evaluate())[0], (0, Action::Resume, Some(0)));
    // Without grace, the other one gets it at once.
    world.people[0].last_log_in_on = Some(day(-90));
    world.give(0, 0, Source::Rule);
    world.grace_days = 0;
    assert_eq!(actions(&world.evaluate()), [(0, Action::Reclaim, None), (1, Action::Assign, Some(0))]);
}

#[test]
fn what_was_given_by_hand_stays_unless_a_rule_or_a_pin_says_otherwise() {
    let unit = |path: &str| Condition { test: Test::Unit { path: path.to_owned() }, negated: false };
    let mut world = World::of(vec![rule(0, None, vec![unit("/Gone")])], vec![person(0, None), person(1, None)], [5, 5]);
    world.give(0, 0, Source::Manual);
    world.give(1, 0, Source::Rule);
    assert_eq!(actions(&world.evaluate()), [(1, Action::Reclaim, None)]);
    world.people[0].unit_path = "/Gone/Now".to_owned();
    assert_eq!(actions(&world.evaluate())[0], (0, Action::Reclaim, None));
    world.people[0].unit_path = "/Gonesville".to_owned();
    world.pins.insert(id(0), None);
    assert_eq!(actions(&world.evaluate())[0], (0, Action::Reclaim, None));
    world.pins.clear();
    world.people[0].is_active = false;
    assert_eq!(actions(&world.evaluate())[0], (0, Action::Reclaim, None));
}

#[test]
fn who_waits_for_another_feature_keeps_the_present_one() {
    let unit = |path: &str| Condition { test: Test::Unit { path: path.to_owned() }, negated: false };
    let rules = vec![rule(0, Some(1), vec![unit("/Sales")]), rule(1, Some(0), vec![])];
    let mut people = vec![person(0, Some((-200, -1))), person(1, Some((-100, -1))), person(2, None)];
    people[2].unit_path = String::new();
    let mut world = World::of(rules, people, [2, 1]);
    world.give(0, 0, Source::Rule);
    world.give(1, 0, Source::Rule);
    let changes = world.evaluate();
    // The first one changes, and so makes room for the third; the second one waits with what is there.
    let expected = [(0, Action::Change, Some(1)), (1, Action::Unmet, Some(1)), (2, Action::Assign, Some(0))];
    assert_eq!(actions(&changes), expected);
    world.apply(&changes);
    assert_eq!((world.used(feature(0)), world.used(feature(1))), (2, 1));
    assert_eq!(actions(&world.evaluate()), [(1, Action::Unmet, Some(1))]);
}

#[test]
fn a_ceiling_leaves_the_others_to_the_next_rules() {
    let mut first = rule(0, Some(1), vec![]);
    first.ceiling = Some(1);
    let people = vec![person(0, Some((-5, -1))), person(1, Some((-50, -1))), person(2, None)];
    let mut world = World::of(vec![first, rule(1, Some(0), vec![])], people, [9, 9]);
    let changes = world.evaluate();
    assert_eq!(
        actions(&changes),
        [(0, Action::Assign, Some(0)), (1, Action::Assign, Some(1)), (2, Action::Assign, Some(0))]
    );
    // Who has the place keeps it when others join, even with an earlier log-in.
    world.apply(&changes);
    world.people[0].joined_on = day(-10);
    world.people[0].first_log_in_at = Some(moment(-300));
    assert_eq!(actions(&world.evaluate()), []);
}

#[test]
fn fewer_licences_than_people_who_have_one_cost_the_last_of_them_theirs() {
    let people = vec![person(0, Some((-5, -1))), person(1, Some((-50, -1)))];
    let mut world = World::of(vec![rule(0, Some(0), vec![])], people, [1, 0]);
    world.give(0, 0, Source::Rule);
    world.give(1, 0, Source::Rule);
    assert_eq!(actions(&world.evaluate()), [(0, Action::Reclaim, None)]);
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let test = prop_oneof![
        select(vec!["", "/Sales", "/Sales/North", "/SalesOps"]).prop_map(|path| Test::Unit { path: path.to_owned() }),
        (0_usize..3).prop_map(|group| Test::Group { id: id(900 + group) }),
        select(vec![1, 30, 90]).prop_map(|days| Test::Inactive { days }),
        select(vec![1, 30, 90]).prop_map(|days| Test::NeverLoggedIn { days }),
        (-100_i64..0).prop_map(|offset| Test::FirstLogInBefore { day: day(offset) }),
        (-100_i64..0).prop_map(|offset| Test::FirstLogInAfter { day: day(offset) }),
    ];
    (test, any::<bool>()).prop_map(|(test, negated)| Condition { test, negated })
}

fn any_world() -> impl Strategy<Value = World> {
    let rule = (vec(any_condition(), 0..3), option::weighted(0.85, 0_usize..2), option::weighted(0.3, 0_usize..4));
    let log_ins = option::weighted(0.8, (-200_i64..0, -120_i64..0))
        .prop_map(|days| days.map(|(first, last)| (first.min(last), last)));
    let somebody = (log_ins, select(vec!["", "/Sales", "/Sales/North", "/SalesOps"]), prop::bool::weighted(0.9));
    let held = option::weighted(
        0.6,
        (0_usize..2, select(vec![Source::Rule, Source::Pin, Source::Manual]), option::weighted(0.2, 0_i64..9)),
    );
    let pin = option::weighted(0.15, option::weighted(0.7, 0_usize..2));
    let group = option::weighted(0.5, 0_usize..3);
    let one = (somebody, held, pin, group);
    (vec(rule, 0..5), vec(one, 1..10), [0_i64..9, 0_i64..9], select(vec![0_u64, 7])).prop_map(
        |(rules, people, granted, grace_days)| {
            let rules = rules.into_iter().enumerate().map(|(number, (conditions, of, ceiling))| Rule {
                ceiling,
                ..super::tests::rule(number, of, conditions)
            });
            let mut world = World::of(rules.collect(), Vec::new(), granted);
            world.grace_days = grace_days;
            for (number, ((log_ins, unit, is_active), held, pin, group)) in people.into_iter().enumerate() {
                let somebody = Person { unit_path: unit.to_owned(), is_active, ..person(number, log_ins) };
                world.people.push(somebody);
                if let Some((of, source, ending)) = held {
                    world.give(number, of, source);
                    let held = world.held.get_mut(&id(number)).unwrap();
                    held.ends_on = ending.map(|offset| day(offset + 1));
                }
                if let Some(pin) = pin {
                    world.pins.insert(id(number), pin.map(feature));
                }
                if let Some(group) = group {
                    world.members.push(member::Model {
                        id: id(number),
                        organisation_id: id(0),
                        group_id: id(900 + group),
                        person_id: Some(id(number)),
                        child_id: None,
                        added_at: moment(0),
                        seen_in: None,
                    });
                }
            }
            world
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn nothing_is_given_beyond_what_is_granted_and_a_second_time_changes_nothing(world in any_world()) {
        let changes = world.evaluate();
        let mut after = world.clone();
        after.apply(&changes);
        for number in 0..2 {
            let granted = world.granted[&feature(number)];
            prop_assert!(after.used(feature(number)) <= granted.max(world.used(feature(number))));
        }
        let again: Vec<Change> =
            after.evaluate().into_iter().filter(|change| change.action != Action::Unmet).collect();
        prop_assert_eq!(again, vec![]);
    }

    #[test]
    fn people_are_decided_by_pin_then_rule_and_nobody_is_lost_without_a_row(world in any_world()) {
        let memberships = Memberships::of(&world.members);
        let around = Surroundings { memberships: &memberships, today: day(0) };
        let changes = world.evaluate();
        let of = |person: Uuid| changes.iter().find(|change| change.person == person);
        for person in &world.people {
            let held = world.held.get(&person.id);
            let since = world.by_hand.get(&person.id).copied();
            let matching = world.rules.iter().position(|rule| {
                rule.conditions.iter().all(|condition| condition.holds(person, since, around))
            });
            let change = of(person.id);
            let cause = change.map(|change| change.cause);
            if !person.is_active {
                prop_assert!(cause.is_none_or(|cause| cause == Cause::Gone));
                prop_assert!(change.is_none_or(|change| change.action == Action::Reclaim));
            } else if world.pins.contains_key(&person.id) {
                prop_assert!(cause.is_none_or(|cause| cause == Cause::Pin));
            } else if let Some(Cause::Rule(place)) = cause {
                // Earlier rules that match were full.
                prop_assert!(world.rules[place].conditions.iter().all(|one| one.holds(person, since, around)));
                prop_assert!(matching.is_some_and(|first| first == place
                    || world.rules[first..place].iter().any(|rule| rule.ceiling.is_some())));
            }
            // Who has an unlimited rule, or no pin and no rule, gets exactly that.
            if person.is_active && !world.pins.contains_key(&person.id) && matching.is_none() {
                let keeps = held.is_some_and(|held| held.source == Source::Manual && held.ends_on.is_none());
                let loses = change.is_some_and(|change| change.action == Action::Reclaim);
                if !keeps && held.is_some_and(|held| held.ends_on.is_none()) {
                    prop_assert!(loses);
                }
                prop_assert!(held.is_some() || change.is_none());
            }
        }
    }
}
