//! The statements about the log of changes.
//!
//! A request looks at the log in the same statement as it reads who sent it. Never look in a transaction that writes: what
//! it writes afterwards would count as seen.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Value};
use uuid::Uuid;

use super::place::{Changes, Place};
use super::table::Table;
use crate::base::clock::every;
use crate::base::db::Db;
use crate::base::error::Result;

/// The most rows that a look reads. With more, forgetting everything is cheaper.
const MOST: usize = 4_000;
/// The column with the id of the row, behind those about the log.
const POSTGRES_ID: usize = 6;
/// The same on SQLite.
const SQLITE_ID: usize = 4;
/// How long log rows are kept, in seconds. A node that sleeps longer forgets everything.
const KEPT: u32 = 600;
/// How often the log is cleaned.
const EVERY: Duration = Duration::from_mins(1);

/// A statement that reads a few rows, and the log beside them.
pub struct Look<'a> {
    /// The columns to read. The first is the id of the row.
    pub columns: &'a str,
    /// The table, or joined tables in brackets.
    pub from: &'a str,
    /// The condition, with parameters from `$1` on.
    pub condition: &'a str,
    /// The parameters.
    pub values: Vec<Value>,
    /// How many rows may meet the condition, at least 1.
    pub most: usize,
}

impl Look<'_> {
    /// A look that reads nothing else.
    pub const fn bare() -> Self {
        Self { columns: "o.id", from: "(SELECT NULL AS id) AS o", condition: "TRUE", values: Vec::new(), most: 1 }
    }

    /// Looks, and returns the rows that meet the condition, by their ids.
    pub async fn take(self, db: &Db) -> Result<HashMap<Uuid, QueryResult>> {
        let Self { columns, from, condition, mut values, most } = self;
        let memory = db.memory();
        if !memory.is_on() {
            let sql = format!("SELECT {columns} FROM {from} WHERE {condition}");
            return Ok(by_id(db.rows(sql, values).await?, 0)?);
        }
        // Each row comes with each change. There are only a few limits, so that each connection prepares few statements.
        let limit = MOST / most.max(1).next_power_of_two();
        let since = memory.stamps.place();
        let (first, second) = (values.len() + 1, values.len() + 2);
        let sql = if db.backend() == DbBackend::Postgres {
            let (end, in_progress) = match &since {
                Some(Place::Postgres { seen, .. }) => (seen.end, seen.array()),
                _ => (u64::MAX, "{}".to_owned()),
            };
            values.extend([end.to_string().into(), in_progress.into()]);
            // The planner must not see the parameters, or it would plan the statement anew each time.
            format!(
                "SELECT pg_current_snapshot()::text, l.log, l.tableoid::int8, l.cleaned::text, c.kind, c.keys, \
                   {columns} \
                 FROM (SELECT) AS one LEFT JOIN change_log l ON true LEFT JOIN {from} ON {condition} \
                 LEFT JOIN LATERAL ( \
                   (SELECT kind, keys FROM change WHERE xid >= (SELECT ${first}::text::xid8) ORDER BY xid LIMIT {limit}) \
                   UNION ALL (SELECT kind, keys FROM change \
                     WHERE xid = ANY ((SELECT ${second}::text::xid8[])::xid8[]) LIMIT {limit}) \
                 ) AS c ON true"
            )
        } else {
            let seen = if let Some(Place::Sqlite { seen }) = since { seen } else { i64::MAX };
            values.push(seen.into());
            format!(
                "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'change'), (SELECT min(id) FROM change), \
                   c.kind, c.keys, {columns} \
                 FROM (SELECT 1) AS one LEFT JOIN {from} ON {condition} \
                 LEFT JOIN (SELECT kind, keys FROM change WHERE id > ${first} LIMIT {limit}) AS c ON true"
            )
        };
        let rows = db.rows(sql, values).await?;
        let (now, changes) = if db.backend() == DbBackend::Postgres {
            postgres(&rows, since.as_ref(), limit)?
        } else {
            sqlite(&rows, since.as_ref(), limit)?
        };
        let id = if db.backend() == DbBackend::Postgres { POSTGRES_ID } else { SQLITE_ID };
        if now.is_none() {
            db.writer().execute_unprepared("INSERT INTO change_log DEFAULT VALUES ON CONFLICT DO NOTHING").await?;
        }
        memory.take_in(now, &changes);
        Ok(by_id(rows, id)?)
    }
}

/// The rows by their ids, at this column. A row without an id stands for none.
fn by_id(rows: Vec<QueryResult>, column: usize) -> Result<HashMap<Uuid, QueryResult>, DbErr> {
    let mut found = HashMap::new();
    for row in rows {
        if let Some(id) = row.try_get_by_index::<Option<Uuid>>(column)? {
            found.entry(id).or_insert(row);
        }
    }
    Ok(found)
}

/// Whether the log can be read.
pub async fn is_readable(db: &Db) -> bool {
    Look::bare().take(db).await.is_ok()
}

/// Where the look came to, and what has changed. No place: the log is gone, as after a crash.
fn postgres(rows: &[QueryResult], since: Option<&Place>, limit: usize) -> Result<(Option<Place>, Changes), DbErr> {
    let Some(row) = rows.first() else { return Ok((None, Changes::Unknown)) };
    let log: Option<Uuid> = row.try_get_by_index(1)?;
    let Some(log) = log else { return Ok((None, Changes::Unknown)) };
    let snapshot: String = row.try_get_by_index(0)?;
    let unread = || DbErr::Type(format!("{snapshot} is no snapshot"));
    let now = Place::postgres(log, row.try_get_by_index(2)?, &snapshot).ok_or_else(unread)?;
    let cleaned: String = row.try_get_by_index(3)?;
    let cleaned: u64 = cleaned.parse().map_err(|_| unread())?;
    let changes = match since {
        Some(Place::Postgres { seen, .. }) if seen.begin >= cleaned => {
            named(&with_first(rows, POSTGRES_ID)?, 4, limit, |row| {
                Ok(row.try_get_by_index::<Option<Vec<Uuid>>>(5)?.unwrap_or_default())
            })?
        }
        _ => Changes::Unknown,
    };
    Ok((Some(now), changes))
}

fn sqlite(rows: &[QueryResult], since: Option<&Place>, limit: usize) -> Result<(Option<Place>, Changes), DbErr> {
    let Some(row) = rows.first() else { return Ok((None, Changes::Unknown)) };
    let last = row.try_get_by_index::<Option<i64>>(0)?.unwrap_or_default();
    let oldest = row.try_get_by_index::<Option<i64>>(1)?.unwrap_or(last + 1);
    let keys = |row: &QueryResult| {
        let bytes: Vec<u8> = row.try_get_by_index(3)?;
        Ok(bytes.chunks_exact(16).filter_map(|key| Uuid::from_slice(key).ok()).collect())
    };
    let changes = match since {
        // Everything between was read: nothing of it had been cleaned away.
        Some(Place::Sqlite { seen }) if *seen <= last && oldest <= seen + 1 => {
            named(&with_first(rows, SQLITE_ID)?, 2, limit, keys)?
        }
        _ => Changes::Unknown,
    };
    Ok((Some(Place::Sqlite { seen: last }), changes))
}

/// The rows with the same id as the first: each change is in one of them.
fn with_first(rows: &[QueryResult], column: usize) -> Result<Vec<&QueryResult>, DbErr> {
    let id = |row: &QueryResult| row.try_get_by_index::<Option<Uuid>>(column);
    let first = rows.first().map(id).transpose()?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if Some(id(row)?) == first {
            found.push(row);
        }
    }
    Ok(found)
}

/// The keys that log rows name. A row without keys says that a whole table has changed.
fn named(
    rows: &[&QueryResult],
    kind: usize,
    limit: usize,
    keys: impl Fn(&QueryResult) -> Result<Vec<Uuid>, DbErr>,
) -> Result<Changes, DbErr> {
    if rows.len() >= limit {
        return Ok(Changes::Unknown);
    }
    let mut found = Vec::new();
    for row in rows {
        // Without any change there is one row without one.
        let Some(number) = row.try_get_by_index::<Option<i16>>(kind)? else { continue };
        let keys = keys(row)?;
        let Some(table) = Table::from_number(number).filter(|_| !keys.is_empty()) else { return Ok(Changes::Unknown) };
        found.extend(keys.into_iter().map(|key| (table, key)));
    }
    Ok(Changes::Named(found))
}

/// Makes all nodes forget what they keep: for changes that no trigger has seen.
pub async fn forget_everywhere(db: &Db) -> Result<()> {
    // No table has this number, so a look that reads it knows nothing of what has changed.
    let keys = if db.backend() == DbBackend::Postgres { "NULL" } else { "x''" };
    db.writer().execute_unprepared(&format!("INSERT INTO change (kind, keys) VALUES (0, {keys})")).await?;
    Ok(())
}

/// The tables whose changes nothing logs, because a trigger is missing or switched off.
pub async fn unlogged(db: &Db) -> Result<Vec<&'static str>> {
    let (sql, events): (_, &[&str]) = if db.backend() == DbBackend::Postgres {
        let sql = "SELECT c.relname::text || '_' || t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
                   WHERE c.relnamespace = current_schema()::regnamespace AND t.tgenabled = 'A'";
        (sql, &["change", "change_all"])
    } else {
        let sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
        (sql, &["change_insert", "change_update", "change_delete"])
    };
    let rows = db.rows(sql, Vec::new()).await?;
    let there: HashSet<String> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    let is_whole = |table: &Table| events.iter().all(|event| there.contains(&format!("{}_{event}", table.name())));
    Ok(Table::ALL.iter().filter(|table| !is_whole(table)).map(|table| table.name()).collect())
}

/// Removes old rows of the log every minute, as long as the server runs.
pub async fn clean_now_and_then(db: Db) {
    every(EVERY, async || {
        if let Err(error) = clean(&db).await {
            tracing::error!(%error, "the log of changes could not be cleaned");
        }
    })
    .await;
}

/// Removes old rows of the log.
pub async fn clean(db: &Db) -> Result<()> {
    let sql = if db.backend() == DbBackend::Postgres {
        // Only what no snapshot can lack any more. A node whose last snapshot is older than what was removed forgets
        // everything.
        format!(
            "WITH gone AS (DELETE FROM change WHERE at < now() - interval '{KEPT} seconds' \
               AND xid < pg_snapshot_xmin(pg_current_snapshot()) RETURNING xid), \
             newest AS (SELECT xid FROM gone ORDER BY xid DESC LIMIT 1) \
             UPDATE change_log SET cleaned = (newest.xid::text::numeric + 1)::text::xid8 \
             FROM newest WHERE newest.xid >= cleaned"
        )
    } else {
        format!("DELETE FROM change WHERE at < unixepoch() - {KEPT}")
    };
    db.writer().execute_unprepared(&sql).await?;
    Ok(())
}
