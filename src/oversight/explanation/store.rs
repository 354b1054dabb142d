//! Statements of explanations. The data behind a decision comes from `access`.

use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;

/// Whether the user is disabled. A disabled user holds nothing, whatever memberships they have.
pub async fn is_disabled(db: &Db, user: Uuid) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM \"user\" WHERE id = $1 AND state = 'DISABLED'";
    let rows = db.rows(sql, vec![user.into()]).await?;
    Ok(rows.first().map(|row| row.try_get_by_index::<i64>(0)).transpose()?.is_some_and(|count| count > 0))
}
