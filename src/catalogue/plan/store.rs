//! Statements about price plans and their assignments.
#![expect(clippy::disallowed_methods, reason = "the statements about price plans stand here")]

use std::sync::Arc;

use entity::plan_assignment;
use entity::price_plan::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_SELLER: List<Model> = List::of_kept_rows(Table::PricePlan, "organisation_id", Key::Text("name_key"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.name.heap() + self.name_key.heap()
    }
}

impl Kept for Model {}

/// A page of the plans of a seller, by name.
pub async fn list(request: &Request, seller: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_SELLER.rows(request, seller, page, Filter::default()).await
}

/// A plan by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_SELLER.look_up(request, id).await
}

/// A plan that counts for an organisation. Its organisation may know its name.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Arc<Model>>> {
    OF_SELLER.find(request.db(), &request.lists, id).await
}

/// All plans of a seller by name, as the transaction sees them.
pub async fn all_in(tx: &DatabaseTransaction, seller: Uuid) -> Written<Vec<Model>> {
    let of_seller = Entity::find().filter(Column::OrganisationId.eq(seller));
    of_seller.order_by_asc(Column::NameKey).order_by_asc(Column::Id).all(tx).await
}

/// Writes a new plan. If it is the default, no other plan of the seller is.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    let (id, seller, is_default) = (row.id, row.organisation_id, row.is_default);
    let row = Model { is_default: false, ..row };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    if is_default { make_default(tx, seller, id).await } else { Ok(()) }
}

/// Makes one plan of the seller the default, and no other.
pub async fn make_default(tx: &DatabaseTransaction, seller: Uuid, id: Uuid) -> Written<()> {
    let set = |is_default| ActiveModel { is_default: Set(is_default), ..Default::default() };
    let others = Entity::update_many().set(set(false)).filter(Column::OrganisationId.eq(seller));
    others.filter(Column::IsDefault.eq(true)).exec(tx).await?;
    Entity::update_many().set(set(true)).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Assigns a plan to an organisation. It replaces an assignment from the same day on.
pub async fn assign(tx: &DatabaseTransaction, row: plan_assignment::Model) -> Written<()> {
    let same = OnConflict::columns([plan_assignment::Column::OrganisationId, plan_assignment::Column::StartsOn])
        .update_columns([plan_assignment::Column::PlanId, plan_assignment::Column::CreatedAt])
        .to_owned();
    let insert = plan_assignment::Entity::insert(row.into_active_model()).on_conflict(same);
    insert.exec_without_returning(tx).await?;
    Ok(())
}

/// The assignments of an organisation by day, as the transaction sees them.
pub async fn assignments_in(tx: &DatabaseTransaction, organisation: Uuid) -> Written<Vec<plan_assignment::Model>> {
    let of_it = plan_assignment::Entity::find().filter(plan_assignment::Column::OrganisationId.eq(organisation));
    of_it.order_by_asc(plan_assignment::Column::StartsOn).all(tx).await
}
