//! Statements about saved views.
#![expect(clippy::disallowed_methods, reason = "the statements about saved views stand here")]

use std::sync::Arc;

use entity::client_view::{ActiveModel, Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set};
use uuid::Uuid;

use super::object::ClientView;
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_RESELLER: List<Model> = List::of_rows("client_view", "organisation_id", Key::Text("name"));

/// The views of a reseller, by name.
pub async fn list(request: &Request, seen: &Decision, page: &PageArguments) -> Result<Connection<ClientView>> {
    let make = |row: &Arc<Model>| ClientView::new(row, seen);
    OF_RESELLER.connection(request, seen.row.id, page, Filter::default(), make).await
}

/// The view, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<ClientView>> {
    let Some(row) = OF_RESELLER.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.organisation_id).await?;
    Ok(seen.and_then(|seen| ClientView::new(&row, &seen).if_visible()))
}

/// All views of a reseller, as the transaction sees them.
pub async fn all_in(tx: &DatabaseTransaction, reseller: Uuid) -> Written<Vec<Model>> {
    Entity::find().filter(Column::OrganisationId.eq(reseller)).all(tx).await
}

/// Writes a new view.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Gives a view another name and content.
pub async fn replace(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    let change = ActiveModel {
        name: Set(row.name),
        filter: Set(row.filter),
        ordering: Set(row.ordering),
        columns: Set(row.columns),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Deletes a view.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
