//! Statements about the reseller programme.
#![expect(clippy::disallowed_methods, reason = "the statements about the reseller programme belong in this file")]

use std::sync::Arc;

use entity::reseller_request::{self, Column, Entity, Model, State};
use entity::{organisation, reseller_programme};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::memory::{Heap, OfTable, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// The most requests that the operator's review shows.
const MOST: u64 = 1_000;

/// The requests of an organisation, the newest first.
static OF_ORGANISATION: List<Model> =
    List { descending: true, ..List::of_rows("reseller_request", "organisation_id", Key::Instant("created_at")) };

/// The requests of an organisation, the newest first.
pub async fn list(request: &Request, organisation: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_ORGANISATION.rows(request, organisation, page, Filter::default()).await
}

/// The request.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// The requests of all organisations that are in one of the states, the oldest first.
pub async fn in_states(request: &Request, states: &[State]) -> Result<Vec<Arc<Model>>> {
    let rows = Entity::find()
        .filter(Column::State.is_in(states.iter().copied()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(request.db().reader())
        .await?;
    Ok(rows.into_iter().map(Arc::new).collect())
}

const PROGRAMME: OfTable<reseller_programme::Model> = OfTable::new(Table::ResellerProgramme);

impl Heap for reseller_programme::Model {
    fn heap(&self) -> usize {
        self.terms.heap()
    }
}

/// The terms of a reseller. One statement fetches those of all resellers that are asked for together.
pub async fn programme(request: &Request, reseller: Uuid) -> Result<Option<reseller_programme::Model>> {
    let load = async |ids: Vec<Uuid>| {
        let rows = reseller_programme::Entity::find()
            .filter(reseller_programme::Column::OrganisationId.is_in(ids))
            .all(request.db().reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.organisation_id, row)).collect())
    };
    request.lists.kept("reseller programme", reseller, &PROGRAMME, load).await
}

/// How many requests the organisation has made since this time.
pub async fn count_since(tx: &DatabaseTransaction, organisation: Uuid, since: DateTimeUtc) -> Written<u64> {
    let made = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::CreatedAt.gt(since));
    made.count(tx).await
}

/// Writes a request; false if the organisation already has a pending one.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<bool> {
    let insert = Entity::insert(row.into_active_model()).on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// Answers or withdraws a pending request; false if it is not pending.
pub async fn answer(
    tx: &DatabaseTransaction,
    id: Uuid,
    state: State,
    answer: Option<String>,
    now: DateTimeUtc,
) -> Written<bool> {
    let change = reseller_request::ActiveModel {
        state: Set(state),
        answer: Set(answer),
        answered_at: Set(Some(now)),
        ..Default::default()
    };
    let pending =
        Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Requested));
    Ok(pending.exec(tx).await?.rows_affected == 1)
}

/// The terms of a reseller as the transaction sees them.
pub async fn load_programme(tx: &DatabaseTransaction, reseller: Uuid) -> Written<Option<reseller_programme::Model>> {
    reseller_programme::Entity::find_by_id(reseller).one(tx).await
}

/// Writes the terms of a reseller, or replaces them. The day of approval and the kind before stay.
pub async fn set_programme(tx: &DatabaseTransaction, row: reseller_programme::Model) -> Written<()> {
    let known = OnConflict::column(reseller_programme::Column::OrganisationId)
        .update_columns([reseller_programme::Column::CommissionBasisPoints, reseller_programme::Column::Terms])
        .to_owned();
    let insert = reseller_programme::Entity::insert(row.into_active_model()).on_conflict(known);
    insert.exec_without_returning(tx).await?;
    Ok(())
}

/// Deletes the terms of a reseller.
pub async fn remove_programme(tx: &DatabaseTransaction, reseller: Uuid) -> Written<()> {
    reseller_programme::Entity::delete_by_id(reseller).exec(tx).await?;
    Ok(())
}

/// Changes the kind of an organisation.
pub async fn set_kind(tx: &DatabaseTransaction, id: Uuid, kind: organisation::Kind) -> Written<()> {
    let change = organisation::ActiveModel { kind: Set(kind), ..Default::default() };
    organisation::Entity::update_many().set(change).filter(organisation::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// The organisation that runs the platform.
pub async fn find_operator(tx: &DatabaseTransaction) -> Written<Option<organisation::Model>> {
    organisation::Entity::find().filter(organisation::Column::Kind.eq(organisation::Kind::Operator)).one(tx).await
}
