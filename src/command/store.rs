//! The statements of the command line.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait, Statement};

use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::people::user::mailbox;

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

/// Waits for the lock, and then for the locks of whatever is still running, as long as it takes. The connection holds it
/// until it is closed.
pub async fn lock_migrations(db: &Db) -> Result<()> {
    db.writer().execute_unprepared("SET lock_timeout = 0").await?;
    let values = [MIGRATION_LOCK.into()];
    let lock = Statement::from_sql_and_values(db.backend(), "SELECT pg_advisory_lock($1)", values);
    db.writer().execute_raw(lock).await?;
    Ok(())
}
