//! The statements of the tree export, and of client lists that are ordered in memory.

use std::sync::Arc;

use entity::{organisation, partnership};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::access::{ClientReach, Permission, PermissionSet};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::Filter;
use crate::partners::overview::store::is_reached;
use crate::partners::partnership::store::{in_force, not_ended};

/// A client of a reseller: its row, and the parts of the partnership that the export shows.
#[expect(clippy::struct_field_names, reason = "named as in the schema")]
pub struct Client {
    /// The partnership.
    pub partnership: Uuid,
    /// Permissions delegated at the client.
    pub delegated: PermissionSet,
    /// Permissions delegated at the client's own clients.
    pub client_delegated: PermissionSet,
    /// Whether people of resellers further up are included.
    pub includes_upstream: bool,
    /// When the partnership begins.
    pub starts_at: DateTimeUtc,
    /// When the partnership ends; `None` if it has no end date.
    pub ends_at: Option<DateTimeUtc>,
    /// When the partnership was agreed.
    pub created_at: DateTimeUtc,
    /// The client.
    pub organisation: Arc<organisation::Model>,
}

/// The position of a client in the list of its reseller. It never changes, even if the client is renamed.
pub type Cursor = (DateTimeUtc, Uuid);

/// The clients after a cursor, at most `limit`, the oldest partnership first. Ended partnerships are left out.
pub async fn list_clients(db: &Db, reseller: Uuid, after: Option<Cursor>, limit: usize) -> Result<Vec<Client>> {
    let (created_at, id) = after.unwrap_or((DateTimeUtc::UNIX_EPOCH, Uuid::nil()));
    let sql = format!(
        "SELECT p.id, p.delegated, p.client_delegated, p.includes_upstream, p.starts_at, p.ends_at, p.created_at, \
           o.id, o.name, o.kind, o.state, o.code, o.created_at \
         FROM partnership p JOIN organisation o ON o.id = p.client_id \
         WHERE p.reseller_id = $1 AND {} AND (p.created_at, p.id) > ($2, $3) \
         ORDER BY p.created_at, p.id LIMIT $4",
        not_ended("p")
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db.rows(sql, vec![reseller.into(), created_at.into(), id.into(), limit.into()]).await?;
    rows.iter().map(read).collect()
}

/// The partnerships of resellers that match, each with whether the reach includes its client now.
pub async fn list_reached(
    db: &Db,
    resellers: &[Uuid],
    (reach, permission): (&ClientReach, Permission),
    filter: &Filter,
    now: DateTimeUtc,
) -> Result<Vec<(partnership::Model, bool)>> {
    let sql = format!(
        "SELECT t.*, CASE WHEN {} AND {} THEN 1 ELSE 0 END AS reached FROM partnership t WHERE {} {}",
        in_force("t", "$2"),
        is_reached("t", reach, permission),
        db.among("t.reseller_id", 1),
        filter.behind(2)
    );
    let mut values = vec![db.keys(resellers), now.into()];
    values.extend(filter.values().iter().cloned());
    let rows = db.rows(sql, values).await?;
    let read = |row: &QueryResult| {
        Ok((partnership::Model::from_query_result(row, "")?, row.try_get::<i32>("", "reached")? == 1))
    };
    Ok(rows.iter().map(read).collect::<Result<_, DbErr>>()?)
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
