//! The statements about saved views.
#![expect(clippy::disallowed_methods, reason = "the statements about saved views belong in this file")]

use std::sync::Arc;

use entity::client_view::{ActiveModel, Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_RESELLER: List<Model> = List::of_kept_rows(Table::ClientView, "organisation_id", Key::Text("name_key"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.name.heap() + self.name_key.heap() + self.filter.heap() + self.ordering.heap() + self.columns.heap()
    }
}

impl Kept for Model {}

/// The views of a reseller, ordered by name.
pub async fn list(request: &Request, reseller: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_RESELLER.rows(request, reseller, page, Filter::default()).await
}

/// The view.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_RESELLER.look_up(request, id).await
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

/// Replaces the name and the content of a view.
pub async fn replace(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    let change = ActiveModel {
        name: Set(row.name),
        name_key: Set(row.name_key),
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
