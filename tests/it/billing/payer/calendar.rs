//! Each day has exactly the right payer, however agreements are made and ended: compared with a calendar that gives each
//! day its agreement.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;

use super::*;

/// The days of the calendar; an agreement on the last one has no end.
const DAYS: usize = 13;
const PAYERS: [Tenant; 3] = [MECENAT, SOLO, JARL];
const CASES: usize = 12;

/// An act of the test.
#[derive(Clone, Debug)]
enum Step {
    /// This payer pays from this day on.
    Agree(usize, usize),
    /// One of the agreements so far ends on this day.
    End(prop::sample::Index, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..PAYERS.len(), 0..DAYS).prop_map(|(payer, from)| Step::Agree(payer, from)),
        1 => (any::<prop::sample::Index>(), 0..DAYS).prop_map(|(which, on)| Step::End(which, on)),
    ];
    vec(step, 1..9)
}

/// The naive model.
#[derive(Default)]
struct Calendar {
    /// The payer and the first day of each agreement.
    made: Vec<(usize, usize)>,
    /// The agreement of each day.
    days: [Option<usize>; DAYS],
}

impl Calendar {
    /// Writes the agreement into the days until the next one begins; none if it pays on that day already.
    fn agree(&mut self, payer: usize, from: usize) -> Option<()> {
        if self.days[from].is_some_and(|agreement| self.made[agreement].0 == payer) {
            return None;
        }
        let begins = |day: &usize| self.days[*day].is_some_and(|agreement| self.made[agreement].1 == *day);
        let next = (from + 1..DAYS).find(begins).unwrap_or(DAYS);
        self.days[from..next].fill(Some(self.made.len()));
        self.made.push((payer, from));
        Some(())
    }

    /// Removes the agreement from the days from this one on; none if it is on none of them.
    fn end(&mut self, agreement: usize, on: usize) -> Option<()> {
        let mut taken = None;
        for day in self.days[on..].iter_mut().filter(|day| **day == Some(agreement)) {
            (*day, taken) = (None, Some(()));
        }
        taken
    }

    fn payers(&self) -> Vec<Option<&'static str>> {
        self.days.iter().map(|day| day.map(|agreement| PAYERS[self.made[agreement].0].name)).collect()
    }
}

async fn payers(world: &World) -> Vec<Option<String>> {
    let mut query = "query($id: ID!) {".to_owned();
    for number in 0..DAYS {
        let on = super::day(i64::try_from(number).unwrap());
        write!(query, " d{number}: explainPayer(organisationId: $id, on: {on:?}) {{ steps {{ payer {{ name }} }} }}")
            .unwrap();
    }
    let answer = world.as_(OWNER_OF_OPERATOR).run(&(query + " }"), json!({ "id": id_of(ACME) })).await;
    answer.ok();
    let of = |number| answer.at(&format!("d{number}/steps/0/payer/name")).as_str().map(str::to_owned);
    (0..DAYS).map(of).collect()
}

#[test]
fn each_day_has_exactly_the_agreed_payer() {
    with_database(async |world| {
        let mut runner = any_values();
        let staff = world.as_(OWNER_OF_OPERATOR);
        for _ in 0..CASES {
            db_nobody_pays(&world).await;
            let steps = steps().new_tree(&mut runner).unwrap().current();
            let (mut calendar, mut ids) = (Calendar::default(), Vec::new());
            for step in &steps {
                match step {
                    Step::Agree(payer, from) => {
                        let input = asking(ACME, PAYERS[*payer], i64::try_from(*from).unwrap());
                        if calendar.agree(*payer, *from).is_some() {
                            ids.push(staff.act("requestPayer", input, AGREEMENT).await["agreement"].clone());
                        } else {
                            assert_eq!(staff.mistake("requestPayer", input).await["code"], "DUPLICATE", "{steps:?}");
                        }
                    }
                    Step::End(which, on) if !ids.is_empty() => {
                        let which = which.index(ids.len());
                        let mut input = named(&ids[which]);
                        input["on"] = json!(super::day(i64::try_from(*on).unwrap()));
                        if calendar.end(which, *on).is_some() {
                            staff.act("endPayer", input, AGREEMENT).await;
                        } else {
                            assert_eq!(staff.mistake("endPayer", input).await["code"], "STALE_STATE", "{steps:?}");
                        }
                    }
                    Step::End(..) => {}
                }
                let found = payers(&world).await;
                let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
                assert_eq!(found, calendar.payers(), "after {steps:?}");
            }
        }
    });
}

#[test]
fn a_replaced_payer_pays_until_the_day_and_does_not_return() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        let first = agree(&world, ACME, MECENAT, 0).await;
        let later = agree(&world, ACME, SOLO, 10).await;
        let between = agree(&world, ACME, JARL, 5).await;
        assert_eq!((&between["startsOn"], &between["endsOn"]), (&json!(day(5)), &json!(day(10))));
        for (offset, payer) in [(0, "Mecenat"), (4, "Mecenat"), (5, "Jarl"), (9, "Jarl"), (10, "Solo")] {
            assert_eq!(chain_on(&world, ACME, offset).await, [payer], "day {offset}");
        }
        let staff = world.as_(OWNER_OF_OPERATOR);
        let ended = staff.act("endPayer", named(&later), AGREEMENT).await;
        assert_eq!(ended["agreement"]["state"], "ENDED", "it never begins");
        assert_eq!(chain_on(&world, ACME, 10).await, Vec::<String>::new());
        assert_eq!(chain_on(&world, ACME, 9).await, ["Jarl"]);
        let beyond = json!({ "agreementId": first["id"], "on": day(6) });
        assert_eq!(staff.mistake("endPayer", beyond).await["code"], "STALE_STATE", "it ends on the fifth");
        for on in [-1, 3_700] {
            let wrong = json!({ "agreementId": first["id"], "on": day(on) });
            assert_eq!(staff.mistake("endPayer", wrong).await["code"], "INVALID_INPUT");
        }
    });
}
