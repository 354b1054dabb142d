//! Parts that come at the same time. One follows the other, and none is lost.

use futures_util::future::{join, join_all};

use super::*;

#[test]
fn parts_of_one_synchronisation_that_come_at_once_are_all_taken() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).credential().await;
        let parts = (0..8).map(|number| {
            let list = people(10 * number..10 * number + 10);
            sync(&world, with(part("1", "FULL", &list), "isLast", false))
        });
        let parts: Vec<_> = parts.collect();
        join_all(parts).await;
        let done = sync(&world, part("1", "FULL", &[])).await;
        assert_eq!(counts(&done), [80, 0, 0, 0, 0]);
        assert_eq!(world.db_count("directory_sync WHERE sync_key = '1'").await, 1);
    });
}

#[test]
fn of_two_full_synchronisations_at_once_none_deletes_what_the_other_named() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).credential().await;
        for round in 0..4 {
            let (first, second) = (format!("first {round}"), format!("second {round}"));
            let send = async |id: &str, numbers: std::ops::Range<usize>| {
                let mut codes = Vec::new();
                for (numbers, is_last) in [(numbers.clone(), false), (numbers, true)] {
                    let input = with(part(id, "FULL", &people(numbers)), "isLast", is_last);
                    let input = with(input, "confirmRemovals", 20);
                    let answer = world.as_(OWNER_OF_ACME).attempt("syncDirectory", input, "sync { state }").await;
                    codes.extend(answer.user_codes().iter().map(|code| (*code).to_owned()));
                }
                codes
            };
            let (one, other) = join(send(&first, 0..20), send(&second, 20..40)).await;
            let done = format!("directory_sync WHERE sync_key IN ('{first}', '{second}') AND state = 'DONE'");
            let (one, other) = (one.join(" "), other.join(" "));
            let (count, expected) = match (one.is_empty(), other.is_empty()) {
                // One was complete before the other began.
                (true, true) => (2, 20),
                (true, false) | (false, true) => (1, 20),
                (false, false) => panic!("both were refused: {one} {other}"),
            };
            for codes in [&one, &other] {
                assert!(codes.split(' ').all(|code| code.is_empty() || code == "STALE_STATE"), "{codes}");
            }
            assert_eq!(world.db_count(&done).await, count, "round {round}: {one} {other}");
            let active =
                "directory_person WHERE state = 'ACTIVE' AND external_id LIKE 'p%' AND email LIKE '%@acme.example'";
            assert_eq!(world.db_count(active).await, expected, "round {round}");
        }
    });
}

#[test]
fn of_two_people_who_take_one_address_at_once_one_has_it() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).credential().await;
        let tasks: Vec<_> = (0..6)
            .map(|number| {
                sync(&world, part(&format!("{number}"), "PATCH", &[person(&format!("x{number}"), "x@acme.example")]))
            })
            .collect();
        let done = join_all(tasks).await;
        // A person who comes with another id and the same address is the same one.
        let ids: Vec<&Value> = done.iter().map(|payload| &payload["people"][0]["objectId"]).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(listed(&world, json!({})).await.len(), 1);
    });
}
