//! The statements of the command line.

use sea_orm::prelude::{DateTimeUtc, Uuid};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::people::user::mailbox;

/// A column with sealed secrets.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    /// Its table.
    pub table: &'static str,
    /// The column with the id for which the secrets are sealed.
    id: &'static str,
    column: &'static str,
}

/// All columns with sealed secrets.
pub const SEALED: [Sealed; 3] = [
    Sealed { table: "second_factor", id: "user_id", column: "sealed_secret" },
    Sealed { table: "webhook", id: "id", column: "sealed_secret" },
    Sealed { table: "webhook", id: "id", column: "previous_secret" },
];

/// Sealed secrets in the order of their ids, after one: at most so many.
pub async fn sealed(db: &Db, place: Sealed, after: Uuid, most: u64) -> Result<Vec<(Uuid, String)>> {
    let Sealed { table, id, column } = place;
    let sql = format!(
        "SELECT {id}, {column} FROM {table} WHERE {column} IS NOT NULL AND {id} > $1 ORDER BY {id} LIMIT {most}"
    );
    let rows = db.rows(sql, vec![after.into()]).await?;
    Ok(rows.iter().map(QueryResult::try_get_many_by_index).collect::<std::result::Result<_, _>>()?)
}

/// Replaces sealed secrets, in one transaction: id, former text and new text of each. Those that have another text by now
/// stay. Returns how many were replaced.
pub async fn replace_sealed(db: &Db, place: Sealed, news: &[(Uuid, String, String)]) -> Result<u64> {
    if news.is_empty() {
        return Ok(0);
    }
    let Sealed { table, id, column } = place;
    let sql = format!("UPDATE {table} SET {column} = $1 WHERE {id} = $2 AND {column} = $3");
    db.write(async |tx| {
        let mut replaced = 0;
        for (id, former, new) in news {
            let values = [new.as_str().into(), (*id).into(), former.as_str().into()];
            replaced +=
                tx.execute_raw(Statement::from_sql_and_values(db.backend(), &sql, values)).await?.rows_affected();
        }
        Ok(replaced)
    })
    .await
}

/// The PostgreSQL lock that lets only one process migrate at a time.
const MIGRATION_LOCK: i64 = 0x7465_6e61_6e74_7279;

/// Whether an account has this address.
pub async fn is_known(db: &Db, email: &str) -> Result<bool> {
    Ok(!db.rows("SELECT 1 FROM \"user\" WHERE mailbox = $1", vec![mailbox(email).into()]).await?.is_empty())
}

/// The time by the clock of PostgreSQL.
pub async fn time(db: &Db) -> Result<DateTimeUtc> {
    let rows = db.rows("SELECT clock_timestamp()", Vec::new()).await?;
    let row = rows.first().ok_or_else(|| Error::fault("no time"))?;
    Ok(row.try_get_by_index(0)?)
}

/// Writes what the embedded database holds at this moment into a new file. Others read and write meanwhile.
pub async fn copy_into(db: &Db, file: &str) -> Result<()> {
    let statement = Statement::from_sql_and_values(db.backend(), "VACUUM INTO $1", [file.into()]);
    db.reader().execute_raw(statement).await?;
    Ok(())
}

/// The size of the embedded database in bytes.
pub async fn size(db: &Db) -> Result<u64> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let rows = db.rows(sql, Vec::new()).await?;
    let bytes: i64 = rows.first().ok_or_else(|| Error::fault("no size"))?.try_get_by_index(0)?;
    Ok(u64::try_from(bytes).unwrap_or_default())
}

/// What is wrong with the file of the embedded database, and with references between its rows.
pub async fn damages(db: &Db) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for row in db.rows("PRAGMA integrity_check(10)", Vec::new()).await? {
        found.extend(Some(row.try_get_by_index::<String>(0)?).filter(|text| text != "ok"));
    }
    let sql = "SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check LIMIT 10";
    for row in db.rows(sql, Vec::new()).await? {
        let (table, parent): (String, String) = row.try_get_many_by_index()?;
        found.push(format!("rows of {table} name rows of {parent} that are missing"));
    }
    Ok(found)
}

/// Waits for the lock, and then for the locks of whatever is still running, as long as it takes. The connection holds it
/// until it is closed.
pub async fn lock_migrations(db: &Db) -> Result<()> {
    db.writer().execute_unprepared("SET lock_timeout = 0").await?;
    let values = [MIGRATION_LOCK.into()];
    let lock = Statement::from_sql_and_values(db.backend(), "SELECT pg_advisory_lock($1)", values);
    db.writer().execute_raw(lock).await?;
    Ok(())
}
