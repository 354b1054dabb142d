//! The same rule once more, as slowly and plainly as it can be said, for families with one feature: each question about a
//! person is answered by looking at all the others.

use super::*;

/// What a person has when the rules have been applied.
#[derive(Debug, PartialEq, Eq)]
enum Seat {
    Nothing,
    Until(Date),
    Kept,
}

/// The order in which people get the feature: the smallest first.
type Rank = (bool, bool, usize, (bool, Option<DateTimeUtc>), String);

/// Who is asked about, in a family whose only feature is number 0.
struct Naive<'a>(&'a World);

impl Naive<'_> {
    fn condition_holds(&self, person: &Person, condition: &Condition) -> bool {
        let days_since = |since: Date| (day(0) - since).num_days();
        let holds = match &condition.test {
            Test::Unit { path } => {
                let (unit, path): (Vec<&str>, Vec<&str>) =
                    (person.unit_path.split('/').collect(), path.split('/').collect());
                unit.len() >= path.len() && unit[..path.len()] == path[..]
            }
            Test::Group { id } => {
                self.0.members.iter().any(|member| member.group_id == *id && member.person_id == Some(person.id))
            }
            Test::Inactive { days } => match person.last_log_in_on {
                None => false,
                Some(last) => {
                    let by_hand =
                        self.0.by_hand.get(&person.id).is_none_or(|given| days_since(*given) >= i64::from(*days));
                    days_since(last) >= i64::from(*days) && by_hand
                }
            },
            Test::NeverLoggedIn { days } => {
                person.last_log_in_on.is_none() && days_since(person.joined_on) >= i64::from(*days)
            }
            Test::FirstLogInBefore { day } => person.first_log_in_on.is_some_and(|first| first < *day),
            Test::FirstLogInAfter { day } => person.first_log_in_on.is_some_and(|first| first > *day),
        };
        holds != condition.negated
    }

    /// The place of the rule that decides about a person.
    fn rule_of(&self, person: &Person) -> Option<usize> {
        (0..self.0.rules.len()).find(|place| self.decides(*place, person))
    }

    /// Whether a rule decides about a person: no pin and no earlier rule does, and fewer than its ceiling come before.
    fn decides(&self, place: usize, person: &Person) -> bool {
        let rule = &self.0.rules[place];
        let is_open = |one: &Person| {
            one.is_active
                && !self.0.pins.contains_key(&one.id)
                && (0..place).all(|earlier| !self.decides(earlier, one))
                && rule.conditions.iter().all(|condition| self.condition_holds(one, condition))
        };
        let order = |one: &Person| (one.joined_on, logged_in(one), one.address.clone());
        let before = || self.0.people.iter().filter(|one| order(one) < order(person) && is_open(one)).count();
        is_open(person) && rule.ceiling.is_none_or(|ceiling| before() < ceiling)
    }

    fn holds_now(&self, person: &Person) -> bool {
        self.0.held.contains_key(&person.id)
    }

    /// Whether a person should have the feature, and with which rank: a smaller one comes first.
    fn wish(&self, person: &Person) -> Option<Rank> {
        let is_pinned = self.0.pins.contains_key(&person.id);
        let held = self.0.held.get(&person.id);
        let (should, place) = match (self.0.pins.get(&person.id), self.rule_of(person)) {
            _ if !person.is_active => (false, 0),
            (Some(pin), _) => (pin.is_some(), 0),
            (None, Some(place)) => (self.0.rules[place].feature.is_some(), place + 1),
            (None, None) => (held.is_some_and(|held| held.source == Source::Manual && held.ends_on.is_none()), 0),
        };
        should.then(|| (!is_pinned, !self.holds_now(person), place, logged_in(person), person.address.clone()))
    }

    fn granted(&self) -> usize {
        usize::try_from(self.0.granted[&feature(0)]).unwrap()
    }

    /// Whether a person is among as many of those who should have the feature as may.
    fn is_entitled(&self, person: &Person) -> bool {
        let Some(rank) = self.wish(person) else { return false };
        let before = self.0.people.iter().filter_map(|one| self.wish(one)).filter(|one| *one < rank).count();
        before < self.granted()
    }

    /// The last day with the licence of somebody who should not keep it: `None` if it ends at once.
    fn lingers_until(&self, person: &Person) -> Option<Date> {
        let grace = day(i64::try_from(self.0.grace_days).unwrap());
        let ends_on = self.0.held[&person.id].ends_on.unwrap_or(grace);
        (ends_on > day(0)).then_some(ends_on)
    }

    fn outcome(&self, person: &Person) -> Seat {
        let goes_on =
            |one: &Person| self.holds_now(one) && (self.is_entitled(one) || self.lingers_until(one).is_some());
        if self.holds_now(person) {
            return match self.lingers_until(person) {
                _ if self.is_entitled(person) => Seat::Kept,
                Some(ends_on) => Seat::Until(ends_on),
                None => Seat::Nothing,
            };
        }
        let used = self.0.people.iter().filter(|one| goes_on(one)).count();
        let is_new = |one: &&Person| !self.holds_now(one) && self.is_entitled(one);
        let before = self.0.people.iter().filter(is_new).filter(|one| self.wish(one) < self.wish(person)).count();
        if self.is_entitled(person) && used + before < self.granted() { Seat::Kept } else { Seat::Nothing }
    }
}

/// Whoever never logged in comes last.
fn logged_in(person: &Person) -> (bool, Option<DateTimeUtc>) {
    (person.first_log_in_at.is_none(), person.first_log_in_at)
}

/// The same world with one feature. Licences that have ended are taken away before rules are applied.
fn with_one_feature(mut world: World) -> World {
    for rule in &mut world.rules {
        rule.feature = rule.feature.map(|_| feature(0));
    }
    for pin in world.pins.values_mut() {
        *pin = pin.map(|_| feature(0));
    }
    for held in world.held.values_mut() {
        held.feature = feature(0);
    }
    world.held.retain(|_, held| held.ends_on.is_none_or(|ends_on| ends_on > day(0)));
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn the_outcome_is_the_one_that_is_found_person_by_person(world in any_world().prop_map(with_one_feature)) {
        let naive = Naive(&world);
        let changes = world.evaluate();
        let mut after = world.clone();
        after.apply(&changes);
        for person in &world.people {
            let found = match after.held.get(&person.id) {
                None => Seat::Nothing,
                Some(held) => held.ends_on.map_or(Seat::Kept, Seat::Until),
            };
            prop_assert_eq!(found, naive.outcome(person), "{}", person.address);
        }
    }
}
