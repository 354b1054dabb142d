//! Statements about prices, and about which plans count for an organisation.
#![expect(clippy::disallowed_methods, reason = "the statements about prices stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::price::{Column, Entity, Model};
use entity::{plan_assignment, price_plan};
use sea_orm::prelude::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, OfTable, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

impl Heap for Model {
    fn heap(&self) -> usize {
        self.currency.heap()
    }
}

impl Kept for Model {}

impl Heap for plan_assignment::Model {
    fn heap(&self) -> usize {
        0
    }
}

static OF_PLAN: List<Model> = List::of_kept_rows(Table::Price, "plan_id", Key::Day("valid_from"));

const ASSIGNMENTS: OfTable<Arc<Vec<plan_assignment::Model>>> = OfTable::new(Table::PlanAssignment);
const PRICES: OfTable<Arc<Vec<Model>>> = OfTable::new(Table::Price);
const DEFAULT: OfTable<Arc<price_plan::Model>> = OfTable::new(Table::PricePlan);
const OF_PRODUCT: OfTable<Arc<Vec<Arc<Model>>>> = OfTable::new(Table::Price);

/// The plans whose prices count for an organisation on a day: its own plan, then the default plan.
pub async fn plans_for(request: &Request, organisation: Uuid, on: Date) -> Result<Vec<Uuid>> {
    Ok(sold_by(request, organisation, on).await?.map_or_else(Vec::new, |(_, plans)| plans))
}

/// Who sells to an organisation, and the plans whose prices count for it on a day. `None` while there is no default plan.
/// Concurrent calls share two statements.
pub async fn sold_by(request: &Request, organisation: Uuid, on: Date) -> Result<Option<(Uuid, Vec<Uuid>)>> {
    let Some(default) = default_plan(request).await? else { return Ok(None) };
    let load = async |organisations: Vec<Uuid>| {
        let found = assignments(request.db().reader(), &organisations).await?.into_iter();
        Ok(found.map(|(organisation, rows)| (organisation, Arc::new(rows))).collect())
    };
    let rows = request.lists.kept("assignments of plans", organisation, &ASSIGNMENTS, load).await?;
    let assigned = rows.and_then(|rows| assigned_on(&rows, on));
    Ok(Some((default.organisation_id, in_order(assigned, Some(default.id)))))
}

/// The plans that organisations were assigned, the first one first.
async fn assignments(
    db: &impl ConnectionTrait,
    organisations: &[Uuid],
) -> Written<HashMap<Uuid, Vec<plan_assignment::Model>>> {
    let of_them = plan_assignment::Column::OrganisationId.is_in(organisations.iter().copied());
    let rows = plan_assignment::Entity::find().filter(of_them).order_by_asc(plan_assignment::Column::StartsOn);
    let mut found: HashMap<Uuid, Vec<plan_assignment::Model>> = HashMap::new();
    for row in rows.all(db).await? {
        found.entry(row.organisation_id).or_default().push(row);
    }
    Ok(found)
}

/// The plan that was assigned last by the day.
fn assigned_on(rows: &[plan_assignment::Model], on: Date) -> Option<Uuid> {
    rows.iter().rev().find(|row| row.starts_on <= on).map(|row| row.plan_id)
}

/// The default plan, if there is one.
async fn find_default(db: &impl ConnectionTrait) -> Written<Option<price_plan::Model>> {
    price_plan::Entity::find().filter(price_plan::Column::IsDefault.eq(true)).one(db).await
}

/// The same for a new organisation, for which the default plan counts.
pub async fn sold_to_anybody(request: &Request) -> Result<Option<(Uuid, Vec<Uuid>)>> {
    Ok(default_plan(request).await?.map(|plan| (plan.organisation_id, vec![plan.id])))
}

/// The default plan, if there is one. Concurrent calls share one statement.
async fn default_plan(request: &Request) -> Result<Option<Arc<price_plan::Model>>> {
    let load = async |keys: Vec<Uuid>| {
        let default = find_default(request.db().reader()).await?.map(Arc::new);
        Ok(keys.into_iter().filter_map(|key| Some((key, default.clone()?))).collect())
    };
    // There is one default plan for everybody. It is kept with the plans of the operator, who alone sells.
    match request.access.operator() {
        Some(operator) => request.lists.kept("default plan", operator, &DEFAULT, load).await,
        None => request.lists.batch::<Arc<price_plan::Model>>("default plan").load(Uuid::nil(), load).await,
    }
}

/// All prices of a plan, past, present and future. Concurrent calls share one statement.
pub async fn all_of_plan(request: &Request, plan: Uuid) -> Result<Arc<Vec<Model>>> {
    let load = async |plans: Vec<Uuid>| {
        let rows = Entity::find().filter(Column::PlanId.is_in(plans)).order_by_asc(Column::Id);
        let mut found: HashMap<Uuid, Vec<Model>> = HashMap::new();
        for row in rows.all(request.db().reader()).await? {
            found.entry(row.plan_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(plan, rows)| (plan, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("prices of a plan", plan, &PRICES, load).await?.unwrap_or_default())
}

/// All prices of these products in these plans and this currency, past, present and future.
pub async fn prices_for(request: &Request, products: &[Uuid], plans: &[Uuid], currency: &str) -> Result<Vec<Model>> {
    let mut found = Vec::new();
    for of_plan in
        futures_util::future::join_all(plans.iter().map(async |plan| all_of_plan(request, *plan).await)).await
    {
        let of_plan = of_plan?;
        let wanted = of_plan.iter().filter(|price| products.contains(&price.product_id) && price.currency == currency);
        found.extend(wanted.cloned());
    }
    Ok(found)
}

/// A page of the prices of a plan, by their first day.
pub async fn list_of_plan(request: &Request, plan: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_PLAN.rows(request, plan, page, Filter::default()).await
}

/// A price by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_PLAN.look_up(request, id).await
}

/// All prices of a product in all plans, past, present and future. Concurrent calls share one statement.
pub async fn all_of_product(request: &Request, product: Uuid) -> Result<Arc<Vec<Arc<Model>>>> {
    let load = async |products: Vec<Uuid>| {
        let rows = Entity::find().filter(Column::ProductId.is_in(products)).order_by_asc(Column::Id);
        let mut found: HashMap<Uuid, Vec<Arc<Model>>> = HashMap::new();
        for row in rows.all(request.db().reader()).await? {
            found.entry(row.product_id).or_default().push(Arc::new(row));
        }
        Ok(found.into_iter().map(|(product, rows)| (product, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("prices of a product", product, &OF_PRODUCT, load).await?.unwrap_or_default())
}

/// A price, as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// All prices of these products, as the transaction sees them.
pub async fn all_of_products(tx: &DatabaseTransaction, products: &[Uuid]) -> Written<Vec<Model>> {
    Entity::find().filter(Column::ProductId.is_in(products.iter().copied())).all(tx).await
}

/// All prices of a seller in the order in which they were added, as the transaction sees them.
pub async fn all_in(tx: &DatabaseTransaction, seller: Uuid) -> Written<Vec<Model>> {
    Entity::find().filter(Column::OrganisationId.eq(seller)).order_by_asc(Column::Id).all(tx).await
}

/// The highest price that one unit of a product has or will have, as the transaction sees it.
pub async fn highest_unit(tx: &DatabaseTransaction, product: Uuid) -> Written<Option<i64>> {
    let of_it = Entity::find().filter(Column::ProductId.eq(product));
    Ok(of_it.order_by_desc(Column::UnitMinor).one(tx).await?.map(|row| row.unit_minor))
}

/// Writes new prices.
pub async fn create(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    insert_all(tx, rows).await
}

/// Deletes prices that have not begun.
pub async fn withdraw(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<()> {
    for some in ids.chunks(500) {
        Entity::delete_many().filter(Column::Id.is_in(some.iter().copied())).exec(tx).await?;
    }
    Ok(())
}

fn in_order(assigned: Option<Uuid>, default: Option<Uuid>) -> Vec<Uuid> {
    let default = default.filter(|plan| Some(*plan) != assigned);
    assigned.into_iter().chain(default).collect()
}

/// The price plans of several organisations.
pub struct Plans {
    default: Option<Uuid>,
    assigned: HashMap<Uuid, Vec<plan_assignment::Model>>,
}

impl Plans {
    /// Loads them: two statements.
    pub async fn load(tx: &DatabaseTransaction, organisations: &[Uuid]) -> Written<Self> {
        let default = find_default(tx).await?.map(|plan| plan.id);
        Ok(Self { default, assigned: assignments(tx, organisations).await? })
    }

    /// The plans of one of them on a day: its own, then the default plan.
    pub fn of(&self, organisation: Uuid, on: Date) -> Vec<Uuid> {
        let assigned = self.assigned.get(&organisation).and_then(|rows| assigned_on(rows, on));
        in_order(assigned, self.default)
    }
}
