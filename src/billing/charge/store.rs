//! Statements about charges.
#![expect(clippy::disallowed_methods, reason = "the statements about charges stand here")]

use std::sync::Arc;

use entity::pending_charge::{ActiveModel, Column, Entity, Model, State};
use sea_orm::prelude::Date;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::{Together, insert_all};
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_ORGANISATION: List<Model> = List {
    descending: true,
    ..List::of_kept_rows(Table::PendingCharge, "organisation_id", Key::Instant("created_at"))
};

impl Heap for Model {
    fn heap(&self) -> usize {
        self.description.heap() + self.currency.heap() + self.unit_code.heap() + self.revenue_key.heap()
    }
}

impl Kept for Model {}

/// A page of the charges of an organisation, the newest first.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    state: Option<State>,
) -> Result<Page<Model>> {
    OF_ORGANISATION.rows(request, organisation, page, Filter::default().in_state(state)).await
}

/// A charge by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// A charge, as the transaction sees it.
pub async fn find(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// Adds charges.
pub async fn add(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// Adds charges to the rows that are inserted together.
pub fn add_among(rows: &mut Together, charges: &[Model]) {
    rows.add(charges);
}

/// Sets the state of charges.
pub async fn set_state(tx: &DatabaseTransaction, ids: Vec<Uuid>, state: State) -> Written<()> {
    if !ids.is_empty() {
        let row = ActiveModel { state: Set(state), ..Default::default() };
        Entity::update_many().set(row).filter(is_among(Column::Id, &ids, tx)).exec(tx).await?;
    }
    Ok(())
}

/// Withdraws what the setup of these subscriptions would cost: they never began.
pub async fn withdraw_setup(tx: &DatabaseTransaction, subscriptions: &[Uuid]) -> Written<()> {
    if !subscriptions.is_empty() {
        let row = ActiveModel { state: Set(State::Withdrawn), ..Default::default() };
        let setup = Entity::update_many().set(row).filter(is_among(Column::SubscriptionId, subscriptions, tx));
        setup.filter(Column::State.eq(State::Pending)).exec(tx).await?;
    }
    Ok(())
}

/// The pending charges of these organisations up to a day, the oldest first.
pub async fn pending(tx: &DatabaseTransaction, organisations: &[Uuid], until: Date) -> Written<Vec<Model>> {
    let pending = Entity::find().filter(Column::State.eq(State::Pending));
    let pending = pending.filter(Column::OrganisationId.is_in(organisations.iter().copied()));
    pending.filter(Column::PerformedOn.lte(until)).order_by_asc(Column::Id).all(tx).await
}

/// The next organisations, in the order of ids, with pending charges up to a day.
pub async fn organisations(db: &impl ConnectionTrait, until: Date, after: Uuid, limit: u64) -> Written<Vec<Uuid>> {
    let pending = Entity::find().filter(Column::State.eq(State::Pending)).filter(Column::PerformedOn.lte(until));
    let pending = pending.filter(Column::OrganisationId.gt(after)).select_only().column(Column::OrganisationId);
    pending.distinct().order_by_asc(Column::OrganisationId).limit(limit).into_tuple().all(db).await
}
