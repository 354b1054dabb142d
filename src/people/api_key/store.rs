//! Statements about API keys.
#![expect(clippy::disallowed_methods, reason = "the statements about API keys stand here")]

use std::fmt::Write;
use std::sync::Arc;

use entity::api_key::{self, Model};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryResult, Statement, Value,
};
use uuid::Uuid;

use super::object::ApiKey;
use crate::access::{Decision, Exists, Grants, PermissionSet, Subject};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// Uses that one statement writes at most.
const USES: usize = 1_000;

/// A key, and the name of who made it.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its row.
    pub model: Model,
    /// Who made it.
    pub creator: Option<String>,
}

impl KeyRow {
    /// Its scopes.
    pub fn scopes(&self) -> Grants {
        scopes(&self.model)
    }
}

/// The scopes of a key.
pub const fn scopes(row: &Model) -> Grants {
    Grants {
        own: PermissionSet::from_stored(row.permissions),
        clients: PermissionSet::from_stored(row.client_permissions),
    }
}

/// Whose grants decide about a key.
pub const fn subject(row: &Model) -> Subject {
    Subject::Key { id: row.id, organisation_id: row.organisation_id, scopes: scopes(row) }
}

static OF_ORGANISATION: List<KeyRow> = List {
    table: "api_key",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: false,
    columns: "t.*, u.name AS creator",
    joins: "LEFT JOIN \"user\" u ON u.id = t.created_by_id",
    read,
};

fn read(rows: &[QueryResult]) -> Written<KeyRow> {
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("API key".to_owned()))?;
    Ok(KeyRow { model: Model::from_query_result(row, "")?, creator: row.try_get("", "creator")? })
}

/// The keys of an organisation, the oldest first.
pub async fn list(request: &Request, seen: &Decision, page: &PageArguments) -> Result<Connection<ApiKey>> {
    let make = |row: &Arc<KeyRow>| ApiKey::new(row, seen, request.now());
    OF_ORGANISATION.connection(request, seen.row.id, page, Filter::default(), make).await
}

/// The key, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<ApiKey>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.model.organisation_id).await?;
    Ok(seen.and_then(|seen| ApiKey::new(&row, &seen, request.now()).if_visible()))
}

/// The key as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    api_key::Entity::find_by_id(id).one(tx).await
}

/// Writes a new key.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    api_key::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Changes a key.
pub async fn change(tx: &DatabaseTransaction, id: Uuid, change: api_key::ActiveModel) -> Written<()> {
    api_key::Entity::update_many().set(change).filter(api_key::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Writes when keys were last used, where that is later than what stands there: other nodes write too. One statement for
/// a thousand keys.
pub async fn write_uses(db: &Db, uses: &[(Uuid, DateTimeUtc)]) -> Result<()> {
    for some in uses.chunks(USES) {
        // PostgreSQL wants to know the types in a list of values.
        let (id, at) = if db.backend() == DbBackend::Postgres { ("::uuid", "::timestamptz") } else { ("", "") };
        let mut list = String::new();
        let mut values: Vec<Value> = Vec::with_capacity(2 * some.len());
        for (key, used) in some {
            let comma = if values.is_empty() { "" } else { ", " };
            let _ = write!(list, "{comma}(${}{id}, ${}{at})", values.len() + 1, values.len() + 2);
            values.extend([(*key).into(), (*used).into()]);
        }
        let sql = format!(
            "WITH used(id, at) AS (VALUES {list}) \
             UPDATE api_key SET last_used_at = (SELECT used.at FROM used WHERE used.id = api_key.id) \
             WHERE EXISTS (SELECT 1 FROM used WHERE used.id = api_key.id \
               AND (api_key.last_used_at IS NULL OR api_key.last_used_at < used.at))"
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
