//! Statements about the tasks of services.
#![expect(clippy::disallowed_methods, reason = "the statements about tasks of services belong in this file")]

use std::sync::Arc;

use entity::service::Kind as ServiceKind;
use entity::service_task::{ActiveModel, Column, Entity, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult,
    QueryFilter, QueryResult, Statement, Value,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::insert::{Together, insert_all};
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Keep, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// The most tasks that the list of staff shows.
const MOST: usize = 1_000;
/// How many rows one statement writes or names.
pub const CHUNK: usize = 500;

/// A task, with the kind of its service, which decides who sees it.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// Its row.
    pub model: Model,
    /// The kind of its service.
    pub service_kind: ServiceKind,
}

/// The tasks of a service, the newest first.
static OF_SERVICE: List<TaskRow> = List {
    table: "service_task",
    placing: None,
    parent: "service_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: "t.*, s.kind AS service_kind",
    joins: "JOIN service s ON s.id = t.service_id",
    read: first,
    keep: Some(Keep::until_changed(Table::ServiceTask)),
};

impl Heap for TaskRow {
    fn heap(&self) -> usize {
        self.model.action.heap() + self.model.wanted.heap() + self.model.error.heap()
    }
}

// The kind of a service never changes, so the task is all that it depends on.
impl Kept for TaskRow {}

fn first(rows: &[QueryResult]) -> Written<TaskRow> {
    read(rows.first().ok_or_else(|| DbErr::RecordNotFound("task of a service".to_owned()))?)
}

fn read(row: &QueryResult) -> Written<TaskRow> {
    Ok(TaskRow { model: Model::from_query_result(row, "")?, service_kind: row.try_get("", "service_kind")? })
}

/// A page of the tasks of a service, the newest first.
pub async fn list(request: &Request, service: Uuid, page: &PageArguments) -> Result<Page<TaskRow>> {
    OF_SERVICE.rows(request, service, page, Filter::default()).await
}

/// A task by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<TaskRow>>>> {
    OF_SERVICE.look_up(request, id).await
}

/// The tasks of all organisations in these states, and for services of this kind: 1,000 at most. Those that have failed
/// come first, then the oldest.
pub async fn urgent(db: &Db, states: &[State], kind: Option<ServiceKind>) -> Result<Vec<TaskRow>> {
    let mut filter = Filter::default();
    let listed: Vec<String> = states.iter().map(|state| filter.value(state.to_value())).collect();
    filter =
        filter.and(&if listed.is_empty() { "FALSE".to_owned() } else { format!("t.state IN ({})", listed.join(", ")) });
    if let Some(kind) = kind {
        filter = filter.and_with("s.kind = :kind", [(":kind", kind.to_value().into())]);
    }
    let sql = format!(
        "SELECT t.*, s.kind AS service_kind FROM service_task t JOIN service s ON s.id = t.service_id WHERE TRUE {} \
         ORDER BY CASE t.state WHEN 'FAILED' THEN 0 ELSE 1 END, t.created_at, t.id LIMIT {MOST}",
        filter.behind(0)
    );
    let rows = db.rows(sql, filter.values().to_vec()).await?;
    Ok(rows.iter().map(read).collect::<Written<_>>()?)
}

/// The task as the transaction sees it.
pub async fn find_in(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// The newest task of each of these services, at most `CHUNK`. Services without tasks are left out.
pub async fn newest_of(tx: &DatabaseTransaction, db: &Db, services: &[Uuid]) -> Written<Vec<Model>> {
    let condition = db.among("t.service_id", 1);
    let sql = format!(
        "SELECT t.* FROM service_task t WHERE {condition} AND NOT EXISTS (SELECT 1 FROM service_task n \
         WHERE n.service_id = t.service_id AND (n.created_at, n.id) > (t.created_at, t.id))"
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.keys(services)]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| Model::from_query_result(row, "")).collect()
}

/// Adds the first tasks of new services to the rows that are inserted together.
pub fn add(rows: &mut Together, tasks: &[Model]) {
    rows.add(tasks);
}

/// Writes tasks, at most `CHUNK`, in place of those with the same ids. Two statements.
pub async fn put(tx: &DatabaseTransaction, tasks: Vec<Model>) -> Written<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    Entity::delete_many().filter(Column::Id.is_in(tasks.iter().map(|row| row.id))).exec(tx).await?;
    insert_all(tx, &tasks).await
}

/// What a program claims.
pub struct Claim<'a> {
    /// Tasks of services of these kinds; of all kinds if there are none.
    pub kinds: &'a [ServiceKind],
    /// How many at most.
    pub most: i32,
    /// The end of the lease.
    pub until: DateTimeUtc,
    /// The API key of the program.
    pub key: Option<Uuid>,
}

/// Claims the tasks that wait longest, and those whose lease has ended. On PostgreSQL, programs that claim at the same time
/// pass over each other's tasks; on SQLite they wait for each other. Two statements.
pub async fn claim(tx: &DatabaseTransaction, db: &Db, claim: &Claim<'_>, now: DateTimeUtc) -> Written<Vec<TaskRow>> {
    let lock = if db.backend() == DbBackend::Postgres { "FOR UPDATE OF t SKIP LOCKED" } else { "" };
    let mut values: Vec<Value> = vec![now.into(), claim.until.into(), claim.key.into(), i64::from(claim.most).into()];
    values.extend(claim.kinds.iter().map(|kind| Value::from(kind.to_value())));
    let kinds: Vec<String> = (5..=values.len()).map(|number| format!("${number}")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!("AND s.kind IN ({})", kinds.join(", ")) };
    // A claimed task can be claimed again from the end of its lease on.
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT t.id FROM service_task t JOIN service s ON s.id = t.service_id \
         WHERE t.state IN ('WAITING', 'CLAIMED') AND t.not_before <= $1 {kinds} ORDER BY t.not_before, t.id LIMIT $4 {lock}) \
         UPDATE service_task SET state = 'CLAIMED', attempts = attempts + 1, lease_until = $2, not_before = $2, \
         claimed_by_key_id = $3 WHERE id IN (SELECT id FROM due) RETURNING id"
    );
    let claimed = tx.query_all_raw(Statement::from_sql_and_values(db.backend(), sql, values)).await?;
    let ids = claimed.iter().map(|row| row.try_get_by_index(0)).collect::<Written<Vec<Uuid>>>()?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let condition = db.among("t.id", 1);
    let sql = format!(
        "SELECT t.*, s.kind AS service_kind FROM service_task t JOIN service s ON s.id = t.service_id WHERE {condition} \
         ORDER BY t.created_at, t.id"
    );
    let rows = tx.query_all_raw(Statement::from_sql_and_values(db.backend(), sql, [db.keys(&ids)])).await?;
    rows.iter().map(read).collect()
}

/// Changes a task.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, change: ActiveModel) -> Written<()> {
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}
