//! Statements about billing runs.
#![expect(clippy::disallowed_methods, reason = "the statements about billing runs stand here")]

use std::sync::Arc;

use chrono::TimeDelta;
use entity::billing_run::{ActiveModel, Column, Entity, Mode, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// For how long a server may work on a run before another may go on.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

static OF_ISSUER: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::BillingRun, "issuer_id", Key::Instant("created_at")) };

impl Heap for Model {
    fn heap(&self) -> usize {
        self.sums.heap() + self.problems.heap()
    }
}

impl Kept for Model {}

/// A page of the runs of an issuer, the newest first.
pub async fn list(request: &Request, issuer: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_ISSUER.rows(request, issuer, page, Filter::default()).await
}

/// A run by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ISSUER.look_up(request, id).await
}

/// Begins a run.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// A run, as the connection sees it.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(db).await
}

/// The run of an issuer that is not finished.
pub async fn running(tx: &DatabaseTransaction, issuer: Uuid) -> Written<Option<Model>> {
    Entity::find().filter(Column::IssuerId.eq(issuer)).filter(Column::State.eq(State::Running)).one(tx).await
}

/// The last finished run of an issuer that invoiced.
pub async fn last_done(db: &impl ConnectionTrait, issuer: Uuid) -> Written<Option<Model>> {
    let done = Entity::find().filter(Column::IssuerId.eq(issuer)).filter(Column::State.eq(State::Done));
    let done = done.filter(Column::Mode.ne(Mode::Try)).filter(Column::Invoices.gt(0));
    done.order_by_desc(Column::CreatedAt).one(db).await
}

/// Takes a run that nobody works on: the one with the id, or any.
pub async fn claim(db: &Db, now: DateTimeUtc) -> Written<Option<Model>> {
    let free = Condition::all().add(Column::State.eq(State::Running)).add(Column::LeaseUntil.lte(now));
    let Some(run) = Entity::find().filter(free.clone()).order_by_asc(Column::CreatedAt).one(db.reader()).await? else {
        return Ok(None);
    };
    let lease = ActiveModel { lease_until: Set(now + LEASE), ..Default::default() };
    let taken = Entity::update_many().set(lease).filter(Column::Id.eq(run.id)).filter(free).exec(db.writer()).await?;
    Ok((taken.rows_affected == 1).then_some(run))
}

/// Writes how far a run is. `false` if another server has taken it meanwhile.
pub async fn save(tx: &DatabaseTransaction, before: DateTimeUtc, row: Model) -> Written<bool> {
    let known = Entity::update_many().filter(Column::Id.eq(row.id)).filter(Column::LeaseUntil.eq(before));
    let saved = known.set(row.into_active_model().reset_all()).exec(tx).await?;
    Ok(saved.rows_affected == 1)
}
