//! Anchors find logs that were written anew or cut, although such logs verify.

use std::fs;

use entity::audit_event;
use sea_orm::FromQueryResult;
use tenantry::oversight::audit::hash_of;

use super::{command, db_count, id, switch};
use crate::world::*;

/// Place of the newest event in the log of the hub.
const NEWEST: i64 = 3;

/// The lines that are kept elsewhere.
fn anchors(world: &World) -> String {
    let (succeeded, said) = command(world, &["anchor"]);
    assert!(succeeded, "{said}");
    let is_kept = |line: &&str| line.starts_with('#') || line.starts_with("organisation_");
    said.lines().filter(is_kept).flat_map(|line| [line, "\n"]).collect()
}

/// What the comparison of these lines with the logs says.
fn compared(world: &World, lines: &str) -> (bool, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), lines).unwrap();
    command(world, &["anchor", "--check", file.path().to_str().unwrap()])
}

/// The events of the hub from the oldest on.
async fn log(world: &World) -> Vec<audit_event::Model> {
    let sql = "SELECT * FROM audit_event WHERE organisation_id = $1 ORDER BY sequence";
    let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
    rows.iter().map(|row| audit_event::Model::from_query_result(row, "").unwrap()).collect()
}

async fn set_end(world: &World, sequence: i64, hash: &str) {
    let sql = "UPDATE audit_chain SET sequence = $1, hash = $2 WHERE organisation_id = $3";
    world.db_execute(sql, [sequence.into(), hash.into(), HUB.id().into()]).await;
}

#[test]
fn anchors_hold_while_logs_grow_and_details_are_forgotten() {
    with_database(async |world| {
        let before = db_count(&world).await;
        let kept = anchors(&world);
        let (hub, newest) = (id(HUB.id()), log(&world).await.pop().unwrap());
        assert!(kept.contains(&format!("{hub} {NEWEST} {} 2", newest.hash)), "{kept}");
        assert!(kept.ends_with("# end, logs: 2\n") && kept.lines().count() == 4, "{kept}");
        switch(&world, HUB.owner, HUB.id()).await.ok();
        world.db_execute("UPDATE audit_event SET details = NULL WHERE organisation_id = $1", [HUB.id().into()]).await;
        let later = anchors(&world);
        assert!(later.contains(&format!("{hub} {} ", NEWEST + 1)), "{later}");
        let (succeeded, said) = compared(&world, &(kept + &later));
        assert!(succeeded && said.contains("All anchors hold: 4, of which removed by retention: 0."), "{said}");
        assert_eq!(db_count(&world).await, before + 1);
    });
}

#[test]
fn a_log_that_was_written_anew_is_found_although_it_verifies() {
    with_database(async |world| {
        let kept = anchors(&world);
        // Somebody changes an act, and gives every event from there on the hash that fits.
        let mut previous = String::new();
        for mut event in log(&world).await {
            if event.sequence > 1 {
                event.action = if event.sequence == 2 { "nothing".to_owned() } else { event.action };
                event.previous_hash = previous;
                event.hash = hash_of(&event);
                let sql = "UPDATE audit_event SET action = $1, previous_hash = $2, hash = $3 WHERE id = $4";
                let values = [
                    event.action.as_str().into(),
                    event.previous_hash.as_str().into(),
                    event.hash.as_str().into(),
                    event.id.into(),
                ];
                world.db_execute(sql, values).await;
            }
            previous = event.hash;
        }
        set_end(&world, NEWEST, &previous).await;
        assert!(command(&world, &["verify"]).0);
        let (succeeded, said) = compared(&world, &kept);
        assert!(!succeeded && said.contains("Anchors that do not hold: 1 of 2."), "{said}");
        assert!(said.contains(&format!("{}: event {NEWEST}: the log was rewritten", id(HUB.id()))), "{said}");
    });
}

#[test]
fn a_log_that_was_cut_off_or_removed_is_found_although_it_verifies() {
    with_database(async |world| {
        let kept = anchors(&world);
        let events = log(&world).await;
        world.db_execute("DELETE FROM audit_event WHERE id = $1", [events[2].id.into()]).await;
        set_end(&world, NEWEST - 1, &events[1].hash).await;
        assert!(command(&world, &["verify"]).0);
        let place = format!("{}: event {NEWEST}: ", id(HUB.id()));
        let (succeeded, said) = compared(&world, &kept);
        assert!(!succeeded && said.contains(&format!("{place}the log was shortened")), "{said}");

        // The next act takes the free place.
        switch(&world, HUB.owner, HUB.id()).await.ok();
        assert!(command(&world, &["verify"]).0);
        let (succeeded, said) = compared(&world, &kept);
        assert!(!succeeded && said.contains(&format!("{place}the log was rewritten")), "{said}");

        world.db_execute("DELETE FROM audit_event WHERE organisation_id = $1", [HUB.id().into()]).await;
        world.db_execute("DELETE FROM audit_chain WHERE organisation_id = $1", [HUB.id().into()]).await;
        assert!(command(&world, &["verify"]).0);
        let (succeeded, said) = compared(&world, &kept);
        assert!(!succeeded && said.contains(&format!("{place}the whole log was removed")), "{said}");
    });
}

#[test]
fn retention_is_told_from_tampering() {
    with_database(async |world| {
        let kept = anchors(&world);
        let older = kept.replace(&format!(" {NEWEST} "), " 2 ");
        world
            .db_execute("UPDATE audit_chain SET retention_days = 90 WHERE organisation_id = $1", [HUB.id().into()])
            .await;
        // For the command, which has a real clock, it is all long ago.
        let (succeeded, said) = command(&world, &["prune"]);
        assert!(succeeded && said.contains("Events removed: 3."), "{said}");
        let (succeeded, said) = compared(&world, &kept);
        assert!(succeeded && said.contains("All anchors hold: 2, of which removed by retention: 0."), "{said}");
        let hub = |lines: &str| {
            let line = lines.lines().find(|line| line.starts_with(&id(HUB.id()))).unwrap();
            format!("{line}\n# end, logs: 1\n")
        };
        let (succeeded, said) = compared(&world, &hub(&older));
        assert!(succeeded && said.contains("All anchors hold: 1, of which removed by retention: 1."), "{said}");
        // The same event, had it happened in the distant future.
        let young = hub(&older);
        let time = young.lines().next().unwrap().rsplit(' ').next().unwrap();
        let (succeeded, said) = compared(&world, &young.replace(time, "2999-01-01T00:00:00Z"));
        assert!(!succeeded && said.contains("removed before its time"), "{said}");
    });
}

#[test]
fn a_kept_file_that_lacks_lines_is_refused() {
    with_database(async |world| {
        let kept = anchors(&world);
        let lines: Vec<&str> = kept.lines().collect();
        for (lines, expected) in [
            (
                vec![lines[0], lines[1], lines[3]],
                "line 3: lines are missing before this one. It says 2, and there are 1.",
            ),
            (vec![lines[0], lines[1], lines[2]], "is cut off"),
            (vec![lines[0]], "holds no anchors"),
            (vec!["organisation_01h455vb4pex5vsknk084sn02q 3"], "line 1: this is no anchor"),
        ] {
            let (succeeded, said) = compared(&world, &lines.join("\n"));
            assert!(!succeeded && said.contains(expected), "{expected}: {said}");
        }
        let (succeeded, said) = command(&world, &["anchor", "--check", "nowhere.txt"]);
        assert!(!succeeded && said.contains("nowhere.txt cannot be read"), "{said}");
    });
}
