//! Writes when rows were last used.

use std::fmt::Write;

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;

/// The most uses that one statement writes.
const USES: usize = 1_000;

/// Writes when rows were last used, unless a later use is stored already: other nodes write too. One statement per
/// thousand rows.
pub async fn write(db: &Db, table: &str, uses: &[(Uuid, DateTimeUtc)]) -> Result<()> {
    for chunk in uses.chunks(USES) {
        // PostgreSQL needs the types spelled out in a list of values.
        let (id, at) = if db.backend() == DbBackend::Postgres { ("::uuid", "::timestamptz") } else { ("", "") };
        let mut list = String::new();
        let mut values: Vec<Value> = Vec::with_capacity(2 * chunk.len());
        for (key, used) in chunk {
            let comma = if values.is_empty() { "" } else { ", " };
            let _ = write!(list, "{comma}(${}{id}, ${}{at})", values.len() + 1, values.len() + 2);
            values.extend([(*key).into(), (*used).into()]);
        }
        let sql = format!(
            "WITH used(id, at) AS (VALUES {list}) \
             UPDATE {table} SET last_used_at = (SELECT used.at FROM used WHERE used.id = {table}.id) \
             WHERE EXISTS (SELECT 1 FROM used WHERE used.id = {table}.id \
               AND ({table}.last_used_at IS NULL OR {table}.last_used_at < used.at))"
        );
        let statement = Statement::from_sql_and_values(db.backend(), sql, values);
        db.write(async |tx| {
            tx.execute_raw(statement).await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}
