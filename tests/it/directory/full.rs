//! Full synchronisations: those who are not named are deleted at the end, unless they are suspiciously many.

use super::*;

/// A part that is not the last.
fn further(sync_id: &str, people: &[Value]) -> Value {
    with(part(sync_id, "FULL", people), "isLast", false)
}

#[test]
fn a_full_synchronisation_in_parts_deletes_at_the_end_whom_no_part_named() {
    with_database(async |world| {
        sync(&world, part("0", "PATCH", &people(0..12))).await;
        let done = sync(&world, further("1", &people(0..4))).await;
        assert_eq!((counts(&done), &done["sync"]["state"]), ([0, 0, 4, 0, 0], &json!("OPEN")));
        // The same part again does no harm.
        sync(&world, further("1", &people(0..4))).await;
        sync(&world, further("1", &people(20..23))).await;
        assert_eq!(db_states(&world).await, ["ACTIVE 15"]);
        let done = sync(&world, part("1", "FULL", &people(4..8))).await;
        assert_eq!((counts(&done), &done["sync"]["state"]), ([3, 0, 12, 4, 0], &json!("DONE")));
        assert_eq!(db_states(&world).await, ["ACTIVE 11", "DELETED 4"]);
        let (code, message) = refused(&world, part("1", "FULL", &people(0..1))).await;
        assert_eq!((code.as_str(), message.contains("new syncId")), ("STALE_STATE", true));
    });
}

#[test]
fn many_missing_people_are_deleted_only_with_their_exact_number() {
    with_database(async |world| {
        sync(&world, part("0", "PATCH", &people(0..100))).await;
        // 10 of 100 are within the limits.
        let done = sync(&world, part("1", "FULL", &people(0..90))).await;
        assert_eq!(counts(&done)[3], 10);
        sync(&world, part("2", "PATCH", &people(90..100))).await;
        let before = world.db_dump().await;
        // 11 of 101, of whom one came with this very part.
        let mut list = people(0..89);
        list.extend(people(100..101));
        let (code, message) = refused(&world, part("3", "FULL", &list)).await;
        assert_eq!((code.as_str(), message.contains("confirmRemovals: 11")), ("DIRECTORY_GUARD", true), "{message}");
        for wrong in [10, 12, -11] {
            let input = with(part("3", "FULL", &list), "confirmRemovals", wrong);
            assert_eq!(refused(&world, input).await.0, "DIRECTORY_GUARD");
        }
        assert_eq!(before, world.db_dump().await, "nothing of the part was written");
        let done = sync(&world, with(part("3", "FULL", &list), "confirmRemovals", 11)).await;
        assert_eq!(counts(&done), [1, 0, 89, 11, 0]);
        assert_eq!(db_states(&world).await, ["ACTIVE 90", "DELETED 11"]);
    });
}

#[test]
fn an_empty_or_shortened_full_synchronisation_is_stopped_and_can_go_on() {
    with_database(async |world| {
        sync(&world, part("0", "PATCH", &people(0..50))).await;
        assert_eq!(refused(&world, part("empty", "FULL", &[])).await.0, "DIRECTORY_GUARD");
        // The source broke off after its first part, and says that this was all.
        sync(&world, further("short", &people(0..10))).await;
        let before = world.db_dump().await;
        assert_eq!(refused(&world, part("short", "FULL", &people(10..20))).await.0, "DIRECTORY_GUARD");
        assert_eq!(before, world.db_dump().await);
        // It is open still, and the rest can follow.
        let done = sync(&world, part("short", "FULL", &people(10..49))).await;
        assert_eq!(counts(&done), [0, 0, 49, 1, 0]);
        // Few people are deleted without a question.
        let done = sync(&world, with(part("all gone", "FULL", &[]), "confirmRemovals", 49)).await;
        assert_eq!(counts(&done)[3], 49);
        let done = sync(&world, part("nobody", "FULL", &[])).await;
        assert_eq!(counts(&done), [0; 5]);
    });
}

#[test]
fn a_refused_row_of_a_full_synchronisation_deletes_nobody() {
    with_database(async |world| {
        let input = with(part("0", "PATCH", &people(0..5)), "groups", json!([group("g", &["p0", "p1"], &[])]));
        sync(&world, input).await;
        let list = [
            with(person("p0", "p0@acme.example"), "name", " "),
            person(" p1 ", "nonsense"),
            person("p2", "p3@acme.example"),
            person("p3", "p3@acme.example"),
            person("p4", "p4@acme.example"),
            person("p4", "other@acme.example"),
        ];
        let bad_group = with(group("g", &["p0", "unknown"], &[]), "name", "Other");
        let done = sync(&world, with(part("1", "FULL", &list), "groups", json!([bad_group]))).await;
        let expected = ["INVALID_INPUT", "INVALID_INPUT", "DUPLICATE", "UNCHANGED", "UNCHANGED", "DUPLICATE"];
        assert_eq!(outcomes(&done, "people"), expected, "{done}");
        assert_eq!(outcomes(&done, "groups"), ["UNKNOWN"], "{done}");
        assert_eq!(counts(&done), [0, 0, 2, 0, 5]);
        assert_eq!(db_states(&world).await, ["ACTIVE 5"]);
        assert_eq!(world.texts("SELECT name FROM directory_group WHERE external_id = 'g'").await, ["G"]);
        let members = "directory_group_member m JOIN directory_group g ON g.id = m.group_id AND g.external_id = 'g'";
        assert_eq!(world.db_count(members).await, 2, "the group keeps its members");
    });
}

#[test]
fn a_second_full_synchronisation_abandons_the_first() {
    with_database(async |world| {
        sync(&world, further("1", &people(0..3))).await;
        sync(&world, with(part("patch", "PATCH", &people(5..6)), "isLast", false)).await;
        sync(&world, further("2", &people(0..2))).await;
        let (code, message) = refused(&world, part("1", "FULL", &people(3..5))).await;
        assert_eq!((code.as_str(), message.contains("Another full")), ("STALE_STATE", true), "{message}");
        // One that patches goes on beside it, in its own mode.
        let input = with(part("patch", "FULL", &[]), "isLast", false);
        assert_eq!(refused(&world, input).await.0, "INVALID_INPUT");
        sync(&world, part("patch", "PATCH", &people(6..7))).await;
        let done = sync(&world, part("2", "FULL", &[])).await;
        assert_eq!(counts(&done)[3], 3);
        let states =
            "SELECT sync_key || ' ' || state FROM directory_sync WHERE sync_key IN ('1', '2', 'patch') ORDER BY 1";
        assert_eq!(world.texts(states).await, ["1 ABANDONED", "2 DONE", "patch DONE"]);
    });
}

#[test]
fn a_part_that_is_too_large_is_refused_as_a_whole() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).credential().await;
        let before = world.db_dump().await;
        assert_eq!(refused(&world, part("1", "PATCH", &people(0..501))).await.0, "TOO_MANY");
        let members: Vec<&str> = vec!["p0"; 5_001];
        let input = with(part("1", "PATCH", &[]), "groups", json!([group("g", &members, &[])]));
        assert_eq!(refused(&world, input).await.0, "TOO_MANY");
        for wrong in ["", " ", &"x".repeat(101)] {
            assert_eq!(refused(&world, part(wrong, "PATCH", &[])).await.0, "INVALID_INPUT");
        }
        assert_eq!(before, world.db_dump().await);
    });
}
