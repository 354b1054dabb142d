//! Statements about the reseller programme.
#![expect(clippy::disallowed_methods, reason = "the statements about the reseller programme stand here")]

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

use super::object::{ResellerProgramme, ResellerRequest};
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// Requests that the desk of the operator shows at most.
const MOST: u64 = 1_000;

/// The requests of an organisation, the newest first.
static OF_ORGANISATION: List<Model> =
    List { descending: true, ..List::of_rows("reseller_request", "organisation_id", Key::Instant("created_at")) };

/// The requests of an organisation, the newest first.
pub async fn list(request: &Request, seen: &Decision, page: &PageArguments) -> Result<Connection<ResellerRequest>> {
    let make = |row: &Arc<Model>| ResellerRequest::new(row, seen);
    OF_ORGANISATION.connection(request, seen.row.id, page, Filter::default(), make).await
}

/// The request, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<ResellerRequest>> {
    let Some((row, seen)) = find_any(request, id).await? else { return Ok(None) };
    Ok(ResellerRequest::new(&row, &seen).if_visible())
}

/// The request with its organisation, whoever asks.
pub async fn find_any(request: &Request, id: Uuid) -> Result<Option<(Arc<Model>, Decision)>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.organisation_id).await?;
    Ok(seen.map(|seen| (row, seen)))
}

/// The requests that are in one of the states, the oldest first.
pub async fn desk(request: &Request, states: &[State]) -> Result<Vec<Arc<Model>>> {
    let rows = Entity::find()
        .filter(Column::State.is_in(states.iter().copied()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(request.db().reader())
        .await?;
    Ok(rows.into_iter().map(Arc::new).collect())
}

/// The terms of a reseller, asked together with those of its siblings.
pub async fn programme(request: &Request, reseller: Uuid) -> Result<Option<ResellerProgramme>> {
    let batch = request.lists.batch::<ResellerProgramme>("reseller programme".to_owned());
    let load = async |ids: Vec<Uuid>| {
        let rows = reseller_programme::Entity::find()
            .filter(reseller_programme::Column::OrganisationId.is_in(ids))
            .all(request.db().reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.organisation_id, row.into())).collect())
    };
    batch.load(reseller, load).await
}

/// The request as the transaction sees it.
pub async fn load(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// How often the organisation has asked since the moment.
pub async fn made_since(tx: &DatabaseTransaction, organisation: Uuid, since: DateTimeUtc) -> Written<u64> {
    let made = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::CreatedAt.gt(since));
    made.count(tx).await
}

/// Writes a request; false if one waits already.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<bool> {
    let insert = Entity::insert(row.into_active_model()).on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// Answers a request that waits, or takes it back; false if it does not wait.
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
    let waiting =
        Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Requested));
    Ok(waiting.exec(tx).await?.rows_affected == 1)
}

/// The terms of a reseller as the transaction sees them.
pub async fn load_programme(tx: &DatabaseTransaction, reseller: Uuid) -> Written<Option<reseller_programme::Model>> {
    reseller_programme::Entity::find_by_id(reseller).one(tx).await
}

/// Writes the terms of a reseller, in the place of those that there were.
pub async fn set_programme(tx: &DatabaseTransaction, row: reseller_programme::Model) -> Written<()> {
    let known = OnConflict::column(reseller_programme::Column::OrganisationId)
        .update_columns([reseller_programme::Column::CommissionBasisPoints, reseller_programme::Column::Terms])
        .to_owned();
    let insert = reseller_programme::Entity::insert(row.into_active_model()).on_conflict(known);
    insert.exec_without_returning(tx).await?;
    Ok(())
}

/// Takes the terms away.
pub async fn remove_programme(tx: &DatabaseTransaction, reseller: Uuid) -> Written<()> {
    reseller_programme::Entity::delete_by_id(reseller).exec(tx).await?;
    Ok(())
}

/// Makes an organisation another kind.
pub async fn set_kind(tx: &DatabaseTransaction, id: Uuid, kind: organisation::Kind) -> Written<()> {
    let change = organisation::ActiveModel { kind: Set(kind), ..Default::default() };
    organisation::Entity::update_many().set(change).filter(organisation::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// The organisation that runs the platform.
pub async fn operator(tx: &DatabaseTransaction) -> Written<Option<organisation::Model>> {
    organisation::Entity::find().filter(organisation::Column::Kind.eq(organisation::Kind::Operator)).one(tx).await
}
