//! The statements of the command line.

use sea_orm::{ConnectionTrait, Statement};

use crate::base::db::Db;
use crate::base::error::Result;

/// Steps of the schema are taken by one process at a time, which holds this lock of PostgreSQL.
const MIGRATION_LOCK: i64 = 0x7465_6e61_6e74_7279;

/// Whether somebody with this address has an account.
pub async fn is_known(db: &Db, email: &str) -> Result<bool> {
    Ok(!db.rows("SELECT 1 FROM \"user\" WHERE email = $1", vec![email.into()]).await?.is_empty())
}

/// Waits for the lock, and keeps it for as long as the connection lasts.
pub async fn lock_migrations(db: &Db) -> Result<()> {
    let values = [MIGRATION_LOCK.into()];
    let lock = Statement::from_sql_and_values(db.backend(), "SELECT pg_advisory_lock($1)", values);
    db.writer().execute_raw(lock).await?;
    Ok(())
}
