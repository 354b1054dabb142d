//! What goes wrong around the log of changes. The next request always sees what is true.

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait};
use serde_json::json;
use tenantry::base::memory::{clean, forget_everywhere, unlogged};

use super::node;
use crate::world::*;

const NAME: &str = "query($id: ID!) { organisation(id: $id) { name } }";

async fn name_at(node: &World) -> String {
    let answer = node.as_(OWNER_OF_ACME).run(NAME, json!({ "id": id_of(ACME) })).await;
    answer.at("organisation/name").as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

fn rename(name: &str) -> String {
    format!("UPDATE organisation SET name = '{name}' WHERE name LIKE 'Acme%'")
}

async fn execute(world: &World, sql: &str) {
    world.db().writer().execute_unprepared(sql).await.unwrap();
}

#[test]
fn a_change_is_seen_when_it_is_committed_and_not_when_it_is_rolled_back() {
    with_database(async |world| {
        let nodes = [node(&world, 64).await, node(&world, 1).await];
        for node in &nodes {
            assert_eq!(name_at(node).await, "Acme");
        }
        execute(&world, &rename("Acme by hand")).await;
        for node in &nodes {
            assert_eq!(name_at(node).await, "Acme by hand");
        }
        let tx = world.db().writer().begin().await.unwrap();
        tx.execute_unprepared(&rename("Acme for nothing")).await.unwrap();
        for node in &nodes {
            assert_eq!(name_at(node).await, "Acme by hand");
        }
        tx.rollback().await.unwrap();
        assert_eq!(name_at(&nodes[0]).await, "Acme by hand");
        // Two nodes write the same row.
        for (number, node) in [0, 1, 0, 0, 1, 1, 0].into_iter().enumerate() {
            let name = format!("Acme {number}");
            let input = json!({ "organisationId": id_of(ACME), "name": name });
            let payload =
                nodes[node].as_(OWNER_OF_ACME).act("updateOrganisation", input, "organisation { name }").await;
            assert_eq!(payload["organisation"]["name"], name);
            for node in &nodes {
                assert_eq!(name_at(node).await, name);
            }
        }
    });
}

#[test]
fn a_transaction_that_stays_open_hides_nothing_of_the_others() {
    with_database(async |world| {
        if world.db().backend() != DbBackend::Postgres {
            // SQLite has one writer at a time.
            return;
        }
        let node = node(&world, 64).await;
        assert_eq!(name_at(&node).await, "Acme");
        // It has its number before all that follows, and commits after it.
        let open = world.db().writer().begin().await.unwrap();
        open.execute_unprepared(&rename("Acme at last")).await.unwrap();
        for number in 0..20 {
            execute(&world, &format!("UPDATE organisation SET name = 'Fjord {number}' WHERE name LIKE 'Fjord%'")).await;
            assert_eq!(name_at(&node).await, "Acme");
        }
        open.commit().await.unwrap();
        assert_eq!(name_at(&node).await, "Acme at last");
    });
}

#[test]
fn a_node_that_slept_longer_than_the_log_is_kept_reads_everything_anew() {
    with_database(async |world| {
        let node = node(&world, 64).await;
        assert_eq!(name_at(&node).await, "Acme");
        execute(&world, &rename("Acme while it slept")).await;
        let long_ago = match world.db().backend() {
            DbBackend::Postgres => "UPDATE change SET at = at - interval '1 hour'",
            _ => "UPDATE change SET at = at - 3600",
        };
        execute(&world, long_ago).await;
        // Only what no transaction of the server can lack is removed, and other tests run beside this one.
        for _ in 0..200 {
            clean(world.db()).await.unwrap();
            if world.db_count("change").await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(world.db_count("change").await, 0);
        assert_eq!(name_at(&node).await, "Acme while it slept");
        execute(&world, &rename("Acme awake")).await;
        assert_eq!(name_at(&node).await, "Acme awake");
    });
}

#[test]
fn a_log_that_is_lost_or_made_anew_makes_nodes_forget() {
    with_database(async |world| {
        let node = node(&world, 64).await;
        assert_eq!(name_at(&node).await, "Acme");
        if world.db().backend() == DbBackend::Postgres {
            // After a crash of the database, unlogged tables are empty.
            execute(&world, &rename("Acme before the crash")).await;
            execute(&world, "TRUNCATE change; TRUNCATE change_log").await;
            assert_eq!(name_at(&node).await, "Acme before the crash");
            assert_eq!(world.db_count("change_log").await, 1);
            execute(&world, &rename("Acme after the crash")).await;
            assert_eq!(name_at(&node).await, "Acme after the crash");
        }
        // A migration while the node runs.
        let seen = world.db_count("change").await;
        Migrator::down(world.db().writer(), Some(1)).await.unwrap();
        Migrator::up(world.db().writer(), None).await.unwrap();
        execute(&world, &rename("Acme migrated")).await;
        // The new log becomes longer than the old one was when the node last looked.
        let more = "UPDATE service SET state = state WHERE id = (SELECT id FROM service LIMIT 1)";
        for _ in 0..seen + 5 {
            execute(&world, more).await;
        }
        assert_eq!(name_at(&node).await, "Acme migrated");
        execute(&world, &rename("Acme later")).await;
        assert_eq!(name_at(&node).await, "Acme later");
    });
}

#[test]
fn a_change_that_no_trigger_saw_is_found_at_the_start_and_forgotten_by_command() {
    with_database(async |world| {
        let node = node(&world, 64).await;
        // Solo has no partner. With a name, the copies of it in partnerships change too, and these are logged.
        let name = async || {
            let answer = node.as_(SOLE_PERSON).run(NAME, json!({ "id": id_of(SOLO) })).await;
            answer.ok()["organisation"]["name"].clone()
        };
        assert_eq!(name().await, "Solo");
        let (disable, enable) = if world.db().backend() == DbBackend::Postgres {
            let alter = |how: &str| format!("ALTER TABLE organisation {how} TRIGGER change");
            (alter("DISABLE"), alter("ENABLE ALWAYS"))
        } else {
            let made = "SELECT sql FROM sqlite_master WHERE name = 'organisation_change_update'";
            ("DROP TRIGGER organisation_change_update".to_owned(), world.texts(made).await.remove(0))
        };
        execute(&world, &disable).await;
        assert_eq!(unlogged(world.db()).await.unwrap(), ["organisation"]);
        execute(&world, "UPDATE organisation SET name = 'Solo unseen' WHERE name = 'Solo'").await;
        execute(&world, &enable).await;
        assert_eq!(unlogged(world.db()).await.unwrap(), Vec::<&str>::new());
        assert_eq!(name().await, "Solo");
        forget_everywhere(world.db()).await.unwrap();
        assert_eq!(name().await, "Solo unseen");
    });
}
