//! The statement of the export: the next clients of one reseller.

use std::sync::Arc;

use entity::organisation;
use sea_orm::QueryResult;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::PermissionSet;
use crate::base::db::Db;
use crate::base::error::Result;

/// A client of a reseller: its row, and what of the partnership an export tells.
#[expect(clippy::struct_field_names, reason = "named as in the schema")]
pub struct Client {
    /// The partnership.
    pub partnership: Uuid,
    /// What is let through to the client.
    pub delegated: PermissionSet,
    /// What is let through to its own clients.
    pub client_delegated: PermissionSet,
    /// Whether people of resellers above come through.
    pub includes_upstream: bool,
    /// From when it holds.
    pub starts_at: DateTimeUtc,
    /// Until when it holds, if not for ever.
    pub ends_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// The client.
    pub organisation: Arc<organisation::Model>,
}

/// The place of a client in the list of a reseller. It never changes, whatever is renamed meanwhile.
pub type Place = (DateTimeUtc, Uuid);

/// So many clients behind a place, the oldest partnership first: all but those whose partnership was ended.
pub async fn clients(db: &Db, reseller: Uuid, behind: Option<Place>, most: usize) -> Result<Vec<Client>> {
    let (made, id) = behind.unwrap_or((DateTimeUtc::UNIX_EPOCH, Uuid::nil()));
    let sql = "SELECT p.id, p.delegated, p.client_delegated, p.includes_upstream, p.starts_at, p.ends_at, p.created_at, \
                 o.id, o.name, o.kind, o.state, o.code, o.created_at \
               FROM partnership p JOIN organisation o ON o.id = p.client_id \
               WHERE p.reseller_id = $1 AND p.state = 'ACTIVE' AND (p.created_at, p.id) > ($2, $3) \
               ORDER BY p.created_at, p.id LIMIT $4";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = db.rows(sql, vec![reseller.into(), made.into(), id.into(), most.into()]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Client> {
    Ok(Client {
        partnership: row.try_get_by_index(0)?,
        delegated: PermissionSet::from_stored(row.try_get_by_index(1)?),
        client_delegated: PermissionSet::from_stored(row.try_get_by_index(2)?),
        includes_upstream: row.try_get_by_index(3)?,
        starts_at: row.try_get_by_index(4)?,
        ends_at: row.try_get_by_index(5)?,
        created_at: row.try_get_by_index(6)?,
        organisation: Arc::new(organisation::Model {
            id: row.try_get_by_index(7)?,
            name: row.try_get_by_index(8)?,
            kind: row.try_get_by_index(9)?,
            state: row.try_get_by_index(10)?,
            code: row.try_get_by_index(11)?,
            created_at: row.try_get_by_index(12)?,
        }),
    })
}
