//! How fast a large directory is synchronised. Run it with `--ignored`; the goal is 5,000 rows a second in a release build.

use std::time::Instant;

use super::*;

const PEOPLE: usize = 100_000;
const AT_ONCE: usize = 500;

#[test]
#[ignore = "it takes minutes, and only prints"]
fn a_hundred_thousand_people_are_synchronised_in_parts() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).credential().await;
        let query = "mutation($input: SyncDirectoryInput!) { syncDirectory(input: $input) { sync { unchanged deleted } \
             userErrors { code message } } }";
        for (sync_id, what) in [("1", "created"), ("2", "unchanged"), ("3", "moved to another unit")] {
            let began = Instant::now();
            for first in (0..PEOPLE).step_by(AT_ONCE) {
                let list = people(first..first + AT_ONCE);
                let unit = if sync_id == "3" { "/Other" } else { "/Sales" };
                let list: Vec<Value> = list.into_iter().map(|one| with(one, "unitPath", unit)).collect();
                let is_last = first + AT_ONCE == PEOPLE;
                let input = with(part(sync_id, "FULL", &list), "isLast", is_last);
                world.as_(OWNER_OF_ACME).run(query, json!({ "input": input })).await.ok();
            }
            let seconds = began.elapsed().as_secs_f64();
            #[expect(clippy::cast_precision_loss, reason = "it is only printed")]
            let rate = PEOPLE as f64 / seconds;
            println!("{PEOPLE} people {what}: {seconds:.1} s, {rate:.0} rows a second");
        }
        assert_eq!(db_states(&world).await, [format!("ACTIVE {PEOPLE}")]);
    });
}
