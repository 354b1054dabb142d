//! What the triggers write into the log of changes is what the code expects of each table.

use std::collections::BTreeSet;

use entity::{second_factor, sign_in_policy};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, TransactionTrait};
use tenantry::base::memory::{Table, unlogged};
use uuid::Uuid;

use crate::world::{ACME, OWNER_OF_ACME, World, db_insert, now, with_database};

type Logged = (i16, Option<BTreeSet<Uuid>>);

async fn rows(tx: &DatabaseTransaction, sql: &str) -> Vec<QueryResult> {
    tx.query_all_raw(Statement::from_string(tx.get_database_backend(), sql)).await.unwrap()
}

/// What the statement logs.
async fn logged(tx: &DatabaseTransaction, sql: &str) -> Vec<Logged> {
    tx.execute_unprepared("DELETE FROM change").await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    let is_postgres = tx.get_database_backend() == DbBackend::Postgres;
    let found = rows(tx, "SELECT kind, keys FROM change").await;
    let keys = |row: &QueryResult| {
        if is_postgres {
            return row.try_get_by_index::<Option<Vec<Uuid>>>(1).unwrap().map(BTreeSet::from_iter);
        }
        let bytes: Vec<u8> = row.try_get_by_index(1).unwrap();
        Some(bytes.chunks(16).map(|key| Uuid::from_slice(key).unwrap()).collect())
    };
    found.iter().map(|row| (row.try_get_by_index(0).unwrap(), keys(row))).collect()
}

fn literal(id: Uuid, backend: DbBackend) -> String {
    if backend == DbBackend::Postgres { format!("'{id}'::uuid") } else { format!("x'{}'", id.simple()) }
}

#[test]
fn each_way_to_write_a_row_logs_its_id_and_its_parents() {
    with_database(async |world| {
        let factor = second_factor::Model {
            user_id: OWNER_OF_ACME.person().id,
            sealed_secret: String::new(),
            confirmed_at: None,
            last_step: 0,
            created_at: now(),
        };
        db_insert(world.db().writer(), vec![factor]).await;
        let policy =
            sign_in_policy::Model { organisation_id: ACME.id, requires_second_factor: false, logs_log_ins: false };
        db_insert(world.db().writer(), vec![policy]).await;
        for table in Table::ALL {
            check(&world, *table).await;
        }
        assert_eq!(unlogged(world.db()).await.unwrap(), Vec::<&str>::new());
    });
}

/// The columns of a table that are written: all but those that the database computes.
async fn written_columns(world: &World, table: &str) -> String {
    let sql = match world.db().backend() {
        DbBackend::Postgres => format!(
            "SELECT column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER'"
        ),
        _ => format!("SELECT name FROM pragma_table_info('{table}')"),
    };
    let names: Vec<String> = world.texts(&sql).await.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}

async fn check(world: &World, table: Table) {
    let (name, columns, backend) = (table.name(), table.keys(), world.db().backend());
    let tx = world.db().writer().begin().await.unwrap();
    // Rows are written without the rows that they belong to; everything is rolled back.
    let free = match backend {
        DbBackend::Postgres => "SET LOCAL session_replication_role = replica",
        _ => "PRAGMA defer_foreign_keys = ON",
    };
    tx.execute_unprepared(free).await.unwrap();
    let any = rows(&tx, &format!("SELECT {} FROM \"{name}\" LIMIT 1", columns.join(", "))).await;
    let any = any.first().unwrap_or_else(|| panic!("the sample world has no {name}"));
    let of_row: Vec<Option<Uuid>> = (0..columns.len()).map(|index| any.try_get_by_index(index).unwrap()).collect();
    let keys: BTreeSet<Uuid> = of_row.iter().copied().flatten().collect();
    let this = |column: &str, id: Uuid| format!("{column} = {}", literal(id, backend));
    let conditions = columns.iter().zip(&of_row).filter_map(|(column, id)| Some(this(column, (*id)?)));
    let condition = conditions.collect::<Vec<_>>().join(" AND ");
    let one = |found: Vec<Logged>, keys: &BTreeSet<Uuid>, how: &str| {
        // Rows of other tables that change with it are logged under their own tables.
        let found: Vec<Logged> = found.into_iter().filter(|(kind, _)| *kind == table as i16).collect();
        assert!(!found.is_empty(), "{how} of {name} is not logged");
        for (_, logged) in found {
            assert_eq!(logged.as_ref(), Some(keys), "{how} of {name}");
        }
    };
    let written = written_columns(world, name).await;
    let saved = format!("CREATE TEMPORARY TABLE saved AS SELECT {written} FROM \"{name}\" WHERE {condition} LIMIT 1");
    tx.execute_unprepared(&saved).await.unwrap();

    let same = format!("UPDATE \"{name}\" SET {0} = {0} WHERE {condition}", columns[0]);
    one(logged(&tx, &same).await, &keys, "an update");
    let delete = format!("DELETE FROM \"{name}\" WHERE {condition}");
    one(logged(&tx, &delete).await, &keys, "a deletion");
    let insert = format!("INSERT INTO \"{name}\" ({written}) SELECT {written} FROM saved");
    one(logged(&tx, &insert).await, &keys, "an insertion");
    for (column, old) in columns.iter().zip(&of_row) {
        let Some(old) = old else { continue };
        let new = Uuid::from_u128(77);
        let moved = format!("UPDATE \"{name}\" SET {} WHERE {}", this(column, new), condition);
        let both = keys.iter().copied().chain([new]).collect();
        one(logged(&tx, &moved).await, &both, "a move");
        let back = format!("UPDATE \"{name}\" SET {} WHERE {}", this(column, *old), this(column, new));
        tx.execute_unprepared(&back).await.unwrap();
    }
    if backend == DbBackend::Postgres {
        let emptied = logged(&tx, &format!("TRUNCATE \"{name}\" CASCADE")).await;
        assert!(emptied.contains(&(table as i16, None)), "an emptied {name}: {emptied:?}");
    }
    tx.execute_unprepared("DROP TABLE saved").await.unwrap();
    tx.rollback().await.unwrap();
}
