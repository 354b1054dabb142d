//! Statements about services.
#![expect(clippy::disallowed_methods, reason = "the statements about services belong in this file")]

use std::sync::Arc;

use entity::service::{ActiveModel, Column, DesiredState, Entity, Kind, Model, State};
use entity::subscription;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveEnum, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, SqlErr,
};
use uuid::Uuid;

use crate::access::{Grants, Permission, Unchecked};
use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::Together;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Search};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_ORGANISATION: List<Model> = List::of_kept_rows(Table::Service, "organisation_id", Key::Text("name_key"));

static OF_SUBSCRIPTION: List<Model> = List::of_kept_rows(Table::Service, "subscription_id", Key::Text("name_key"));

impl Heap for Model {
    fn heap(&self) -> usize {
        let texts = [&self.name, &self.name_key, &self.name_folded, &self.attributes];
        texts.iter().map(|text| text.heap()).sum::<usize>() + self.external_id.heap() + self.problem.heap()
    }
}

impl Kept for Model {}

/// A page of the services of an organisation that are visible with these grants, by name.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    (kind, state, search): (Option<Kind>, Option<State>, &Search),
    grants: Grants,
) -> Result<Page<Model>> {
    let mut filter = visible(grants).in_state(state);
    if let Some(kind) = kind {
        filter = filter.and_with("t.kind = :kind", [(":kind", kind.to_value().into())]);
    }
    let filter = search.narrow(filter, "t.name_folded LIKE :search ESCAPE '!'");
    OF_ORGANISATION.rows(request, organisation, page, filter).await
}

/// A page of the services of a subscription that are visible with these grants, by name.
pub async fn list_of_subscription(
    request: &Request,
    subscription: Uuid,
    page: &PageArguments,
    grants: Grants,
) -> Result<Page<Model>> {
    OF_SUBSCRIPTION.rows(request, subscription, page, visible(grants)).await
}

/// The condition that a service is visible with these grants.
fn visible(grants: Grants) -> Filter {
    let mut filter = Filter::default();
    let sees_all = grants.has(Permission::ServiceProvision);
    if !sees_all && !grants.has(Permission::DomainRead) {
        filter = filter.and("t.kind <> 'DOMAIN'");
    }
    if !sees_all && !grants.has(Permission::ServiceRead) {
        filter = filter.and("t.kind = 'DOMAIN'");
    }
    filter
}

/// A service by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// A service as the transaction sees it.
pub async fn find_in(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// The services of these subscriptions as the transaction sees them, in the order of their creation.
pub async fn of_subscriptions(tx: &DatabaseTransaction, subscriptions: &[Uuid]) -> Written<Vec<Model>> {
    let of_them = is_among(Column::SubscriptionId, subscriptions, tx);
    Entity::find().filter(of_them).order_by_asc(Column::Id).all(tx).await
}

/// Whether a service of the subscription is still being set up.
pub async fn has_pending(tx: &DatabaseTransaction, subscription: Uuid) -> Written<bool> {
    let of_it = Entity::find().filter(Column::SubscriptionId.eq(subscription));
    Ok(of_it.filter(Column::State.eq(State::Pending)).count(tx).await? > 0)
}

/// The products and quantities of subscriptions: the id of each, the code of its product, and its units.
pub async fn bought(tx: &DatabaseTransaction, subscriptions: Vec<Uuid>) -> Written<Vec<(Uuid, String, i32)>> {
    let some = subscription::Entity::find()
        .select_only()
        .column(subscription::Column::Id)
        .column(subscription::Column::ProductCode)
        .column(subscription::Column::Quantity)
        .filter(is_among(subscription::Column::Id, &subscriptions, tx));
    some.into_tuple().all(tx).await
}

/// Adds new services to the rows that are inserted together.
pub fn add(rows: &mut Together, services: &[Model]) {
    rows.add(services);
}

/// Begins the next generation of services, in which they should have this state; without one, the state that they should
/// have already.
pub async fn begin_generation(
    tx: &DatabaseTransaction,
    services: &[Uuid],
    desired: Option<DesiredState>,
) -> Written<()> {
    let mut update = Entity::update_many()
        .col_expr(Column::Generation, Expr::col(Column::Generation).add(1))
        .col_expr(Column::Problem, Expr::value(Option::<String>::None));
    if let Some(desired) = desired {
        update = update.col_expr(Column::DesiredState, Expr::value(desired.to_value()));
    }
    update.filter(is_among(Column::Id, services, tx)).exec(tx).await?;
    Ok(())
}

/// Changes a service; false if another service of its kind has the same external id.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, change: ActiveModel) -> Written<bool> {
    match Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error),
    }
}
