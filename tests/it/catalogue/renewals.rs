//! The job that renews: many subscriptions of many organisations in few statements, whatever was due when.

use chrono::{Days, TimeDelta};
use entity::organisation::Kind;
use entity::subscription::{self, State};
use entity::subscription_change::{self as change, Kind as ChangeKind};
use tenantry::access::Actor;
use tenantry::base::db::counted;
use tenantry::catalogue::subscription::{Renewed, renew};
use tenantry::seed::rows as seed;

use crate::world::*;

/// Ids start here.
const FIRST: u32 = 2_000_000;
const ORGANISATIONS: u32 = 40;

/// Adds this many monthly subscriptions, spread over organisations and over the days on which their commitment ended. Every
/// tenth is cancelled.
async fn db_due(world: &World, count: u32) {
    let mut rows = Rows::starting_at(NORDIC, FIRST);
    for number in 0..ORGANISATIONS {
        rows.organisation(key(NORDIC, FIRST + 1_000_000 + number), &format!("Due {number}"), Kind::Company);
    }
    rows.db_write(world.db().writer()).await;
    let product = seed::product(key(NORDIC, FIRST + 2_000_000), OPERATOR.id, "DUE", "Due", now());
    let (mut subscriptions, mut changes) = (Vec::new(), Vec::new());
    for number in 0..count {
        let id = key(NORDIC, FIRST + 3_000_000 + number);
        let organisation = key(NORDIC, FIRST + 1_000_000 + number % ORGANISATIONS);
        let starts_on = day(-31) - Days::new(u64::from(number * 7 % 20));
        let row = seed::subscription(id, organisation, &product, (1_000, "SEK"), starts_on);
        changes.push(seed::start(&row, now()));
        let is_cancelled = number % 10 == 0;
        if is_cancelled {
            changes.push(change::Model {
                id: key(NORDIC, FIRST + 4_000_000 + number),
                position: 2,
                kind: ChangeKind::Cancel,
                effective_on: row.committed_until,
                quantity: 0,
                state: change::State::Scheduled,
                ..seed::start(&row, now())
            });
        }
        let state = if is_cancelled { State::Cancelled } else { State::Active };
        subscriptions.push(subscription::Model { state, ..row });
    }
    let db = world.db().writer();
    db_insert(db, vec![product]).await;
    db_insert(db, subscriptions).await;
    db_insert(db, changes).await;
}

async fn run(world: &World) -> (Renewed, u64) {
    let (done, statements) = Box::pin(counted(renew(&world.app.request(Actor::Anonymous)))).await;
    (done.unwrap(), statements)
}

#[test]
fn each_subscription_that_is_due_is_renewed_or_ended_once_in_few_statements() {
    with_database(async |world| {
        // What the sample world has due is done first.
        run(&world).await;
        let (_, idle) = run(&world).await;
        assert!(idle <= 4, "{idle} statements for nothing");
        db_due(&world, 1_200).await;
        let (done, statements) = run(&world).await;
        assert_eq!((done.renewed, done.ended), (1_080, 120));
        // Three pages are renewed, and one ends.
        assert!(statements - idle <= 4 * 20, "{statements} statements");
        let wrong = "SELECT s.id FROM subscription s WHERE s.product_code = 'DUE' AND (SELECT COUNT(*) \
                     FROM subscription_change c WHERE c.subscription_id = s.id AND c.kind IN ('RENEW', 'END')) <> 1";
        assert_eq!(world.db().rows(wrong, vec![]).await.unwrap().len(), 0);
        assert_eq!(run(&world).await.0, Renewed::default());
    });
}

#[test]
fn a_page_of_what_is_due_reads_its_own_rows_from_the_index() {
    on_postgres(async |world| {
        use crate::generated::plans::{db_forbid, find, prepared};
        let world = world.with_one_connection().await;
        db_due(&world, 40).await;
        run(&world).await;
        let pages = prepared(&world).await;
        let pages: Vec<_> = pages.iter().filter(|page| page.text.contains("s.committed_until <= $2")).collect();
        assert_eq!(pages.len(), 2, "one for renewals, one for announcements");
        db_forbid(&world, &["seqscan", "bitmapscan", "sort"]).await;
        for page in pages {
            let plan = page.plan(&world).await;
            for node in ["Seq Scan", "Sort", "Incremental Sort"] {
                let mut found = Vec::new();
                find(&plan, node, &mut found);
                assert!(found.is_empty(), "{node} in {}\n{plan:#}", page.text);
            }
        }
    });
}

#[test]
fn what_is_several_terms_behind_and_what_is_due_on_one_day_is_all_found() {
    with_database(async |world| {
        run(&world).await;
        db_due(&world, 700).await;
        let same = "UPDATE subscription SET committed_until = $1 WHERE product_code = 'DUE'";
        world.db_execute(same, [day(-1).into()]).await;
        world
            .db_execute("UPDATE subscription_change SET effective_on = $1 WHERE kind = 'CANCEL'", [day(-1).into()])
            .await;
        let (done, _) = run(&world).await;
        assert_eq!((done.renewed, done.ended), (630, 70));
        // After years without a server, each has many terms to begin.
        world.wait(TimeDelta::days(1_000));
        let (done, _) = run(&world).await;
        assert!(done.renewed >= 630, "{done:?}");
        let behind =
            "SELECT id FROM subscription WHERE product_code = 'DUE' AND state <> 'ENDED' AND committed_until <= $1";
        let behind = world.db().rows(behind, vec![day(1_000).into()]).await.unwrap();
        assert_eq!(behind.len(), 0);
    });
}
