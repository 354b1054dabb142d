//! Random histories of lists. After each, the people are what the list and the people before it say.

use std::collections::{BTreeMap, HashSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::*;

/// Lists on each database. `TEST_HISTORIES` sets another number, and `TEST_SEED` repeats a run.
const LISTS: u64 = 300;

/// A person as a test sees it: id, address, name, and whether it is deleted.
type Known = (Uuid, Option<String>, String, bool);

async fn db_people(world: &World) -> BTreeMap<String, Known> {
    let sql = "SELECT external_id, id, mailbox, name, state FROM directory_person WHERE organisation_id = $1";
    let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
    let read = |row: &sea_orm::QueryResult| {
        let state: String = row.try_get_by_index(4).unwrap();
        let known = (
            row.try_get_by_index(1).unwrap(),
            row.try_get_by_index(2).unwrap(),
            row.try_get_by_index(3).unwrap(),
            state == "DELETED",
        );
        (row.try_get_by_index(0).unwrap(), known)
    };
    rows.iter().map(read).collect()
}

fn holder<'a>(people: &'a BTreeMap<String, Known>, address: &str) -> Option<(&'a String, &'a Known)> {
    people.iter().find(|(_, (_, mailbox, _, deleted))| !deleted && mailbox.as_deref() == Some(address))
}

/// A list of people with few ids and few addresses, so that they are often in each other's way.
fn list(random: &mut StdRng) -> Vec<Value> {
    let one = |random: &mut StdRng| {
        let id = format!("p{}", random.random_range(0..8));
        let mut row = person(&id, &format!("a{}@acme.example", random.random_range(0..7)));
        row["name"] = format!("Name {}", random.random_range(0..3)).into();
        row["isDeleted"] = (random.random_range(0..5) == 0).into();
        if random.random_range(0..8) == 0 {
            row["email"] = Value::Null;
        }
        row
    };
    let count = random.random_range(0..7);
    (0..count).map(|_| one(random)).collect()
}

#[expect(clippy::disallowed_methods, reason = "a failed run can be repeated")]
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn people_are_always_what_the_last_lists_say() {
    with_database(async |world| {
        let seed = from_environment("TEST_SEED").unwrap_or_else(rand::random);
        println!("TEST_SEED={seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let mut before = db_people(&world).await;
        for number in 0..from_environment("TEST_HISTORIES").unwrap_or(LISTS) {
            let (list, mode) = (list(&mut random), if random.random_range(0..4) == 0 { "FULL" } else { "PATCH" });
            let done = sync(&world, part(&format!("{number}"), mode, &list)).await;
            let after = db_people(&world).await;
            let story = format!("TEST_SEED={seed}, list {number}, {mode} {list:#?}\n{before:#?}\n{after:#?}\n{done:#}");
            check(&before, &list, mode, &done, &after, &story);
            // The same list again changes nothing. Only who was missing from a full one has left an address to another.
            if mode == "PATCH" {
                let again = sync(&world, part(&format!("{number} again"), mode, &list)).await;
                assert_eq!(after, db_people(&world).await, "again: {story}\n{again:#}");
            }
            before = after;
        }
    });
}

fn check(
    before: &BTreeMap<String, Known>,
    list: &[Value],
    mode: &str,
    done: &Value,
    after: &BTreeMap<String, Known>,
    story: &str,
) {
    let id_of = |row: &Value| row["externalId"].as_str().unwrap().to_owned();
    let named: HashSet<String> = list.iter().map(id_of).collect();
    let (mut accepted, mut renamed) = (HashSet::new(), HashSet::new());
    let outcomes = outcomes(done, "people");
    for (row, outcome) in list.iter().zip(&outcomes) {
        if !matches!(outcome.as_str(), "CREATED" | "UPDATED" | "UNCHANGED" | "DELETED") {
            continue;
        }
        let id = id_of(row);
        assert!(accepted.insert(id.clone()), "{id} twice: {story}");
        let (key, mailbox, name, deleted) = &after[&id];
        assert_eq!(mailbox.as_deref(), row["email"].as_str(), "{id}: {story}");
        assert_eq!(
            (name.as_str(), *deleted),
            (row["name"].as_str().unwrap(), row["isDeleted"] == true),
            "{id}: {story}"
        );
        let old = before
            .get(&id)
            .map(|known| (&id, known))
            .or_else(|| holder(before, row["email"].as_str()?).filter(|(other, _)| !named.contains(*other)));
        match old {
            Some((other, known)) => {
                assert_eq!(known.0, *key, "{id} is the person that it was: {story}");
                renamed.extend((*other != id).then(|| other.clone()));
            }
            None => assert_eq!(outcome, "CREATED", "{id}: {story}"),
        }
    }
    for (row, outcome) in list.iter().zip(&outcomes) {
        let id = id_of(row);
        let is_refused = matches!(outcome.as_str(), "DUPLICATE" | "UNKNOWN");
        if is_refused && !accepted.contains(&id) {
            assert_eq!(before.get(&id), after.get(&id), "{id} was refused: {story}");
            let doubled = list.iter().filter(|other| id_of(other) == id).count() > 1;
            let holds = |people| row["email"].as_str().and_then(|address| holder(people, address));
            let is_other = |found: (&String, &Known)| *found.0 != id;
            let taken = holds(after).is_some_and(is_other) || mode == "FULL" && holds(before).is_some_and(is_other);
            let unknown = row["isDeleted"] == true && !before.contains_key(&id);
            assert!(doubled || taken || unknown, "{id} was refused without need: {story}");
        }
    }
    for (id, known) in before.iter().filter(|(id, _)| !named.contains(*id)) {
        match after.get(id) {
            None => assert!(renamed.contains(id), "{id} is lost: {story}"),
            Some(now) => {
                assert!(!renamed.contains(id), "{id} is still there: {story}");
                assert_eq!((now.0, &now.1, &now.2), (known.0, &known.1, &known.2), "{id}: {story}");
                assert_eq!(now.3, known.3 || mode == "FULL", "{id}: {story}");
            }
        }
    }
    let newcomers = after.keys().filter(|id| !before.contains_key(*id));
    assert!(newcomers.into_iter().all(|id| accepted.contains(id)), "somebody came from nowhere: {story}");
}
