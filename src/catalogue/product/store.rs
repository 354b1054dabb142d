//! Statements about products and the changes of product that are allowed.
#![expect(clippy::disallowed_methods, reason = "the statements about products stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::product::{ActiveModel, Column, Entity, Model, State};
use entity::product_upgrade;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, OfTable, Table};
use crate::graphql::page::{Key, List};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_SELLER: List<Model> = List::of_kept_rows(Table::Product, "organisation_id", Key::Text("name_key"));

impl Heap for Model {
    fn heap(&self) -> usize {
        let texts = [&self.code, &self.name, &self.name_key, &self.description, &self.unit_code, &self.revenue_key];
        texts.iter().map(|text| text.heap()).sum()
    }
}

impl Kept for Model {}

const ALL: OfTable<Arc<Vec<Arc<Model>>>> = OfTable::new(Table::Product);
const UPGRADES: OfTable<Arc<Vec<Uuid>>> = OfTable::new(Table::ProductUpgrade);

/// A product by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_SELLER.look_up(request, id).await
}

/// The row of a product, for rules and sums.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Arc<Model>>> {
    OF_SELLER.find(request.db(), &request.lists, id).await
}

/// The rows of several products.
pub async fn find_all(request: &Request, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<Model>>> {
    let found = join_all(ids.iter().map(async |id| find(request, *id).await)).await;
    let found: Vec<Option<Arc<Model>>> = found.into_iter().collect::<Result<_>>()?;
    Ok(found.into_iter().flatten().map(|row| (row.id, row)).collect())
}

/// Products with these ids, as the transaction sees them.
pub async fn load_in(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<Vec<Model>> {
    Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(tx).await
}

/// All products of a seller, by name. Concurrent calls share one statement.
pub async fn all_of(request: &Request, seller: Uuid) -> Result<Arc<Vec<Arc<Model>>>> {
    let load = async |sellers: Vec<Uuid>| {
        let rows = Entity::find().filter(Column::OrganisationId.is_in(sellers));
        let rows = rows.order_by_asc(Column::NameKey).order_by_asc(Column::Id).all(request.db().reader()).await?;
        let mut found: HashMap<Uuid, Vec<Arc<Model>>> = HashMap::new();
        for row in rows {
            found.entry(row.organisation_id).or_default().push(Arc::new(row));
        }
        Ok(found.into_iter().map(|(seller, rows)| (seller, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("products of a seller", seller, &ALL, load).await?.unwrap_or_default())
}

/// The products to which this one can be changed in mid-term. Concurrent calls share one statement.
pub async fn upgrades_of(request: &Request, product: Uuid) -> Result<Arc<Vec<Uuid>>> {
    let load = async |products: Vec<Uuid>| {
        let rows = product_upgrade::Entity::find().filter(product_upgrade::Column::FromId.is_in(products));
        let mut found: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for row in rows.order_by_asc(product_upgrade::Column::ToId).all(request.db().reader()).await? {
            found.entry(row.from_id).or_default().push(row.to_id);
        }
        Ok(found.into_iter().map(|(product, rows)| (product, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("upgrades of a product", product, &UPGRADES, load).await?.unwrap_or_default())
}

/// The products of a seller with these ids, as the transaction sees them.
pub async fn find_rows(tx: &DatabaseTransaction, seller: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let of_seller = Entity::find().filter(Column::OrganisationId.eq(seller));
    of_seller.filter(Column::Id.is_in(ids.iter().copied())).all(tx).await
}

/// All products of a seller by code, as the transaction sees them.
pub async fn all_in(tx: &DatabaseTransaction, seller: Uuid) -> Written<Vec<Model>> {
    Entity::find().filter(Column::OrganisationId.eq(seller)).order_by_asc(Column::Code).all(tx).await
}

/// Whether a product of the seller has this code.
pub async fn has_code(tx: &DatabaseTransaction, seller: Uuid, code: &str) -> Written<bool> {
    let of_seller = Entity::find().filter(Column::OrganisationId.eq(seller));
    Ok(of_seller.filter(Column::Code.eq(code)).one(tx).await?.is_some())
}

/// Writes new products.
pub async fn create(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// Replaces everything but the code and the seller.
pub async fn update(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    let change = ActiveModel {
        name: Set(row.name),
        name_key: Set(row.name_key),
        description: Set(row.description),
        kind: Set(row.kind),
        unit_code: Set(row.unit_code),
        tax_class: Set(row.tax_class),
        service_kind: Set(row.service_kind),
        bills_from: Set(row.bills_from),
        notice_days: Set(row.notice_days),
        return_days: Set(row.return_days),
        price_lock_months: Set(row.price_lock_months),
        min_quantity: Set(row.min_quantity),
        max_quantity: Set(row.max_quantity),
        lowers_at: Set(row.lowers_at),
        revenue_key: Set(row.revenue_key),
        is_commissionable: Set(row.is_commissionable),
        state: Set(row.state),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Sets the state of a product.
pub async fn set_state(tx: &DatabaseTransaction, id: Uuid, state: State) -> Written<()> {
    let change = ActiveModel { state: Set(state), ..Default::default() };
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// The allowed changes of product from these, as the transaction sees them.
pub async fn upgrades_in(tx: &DatabaseTransaction, products: &[Uuid]) -> Written<Vec<product_upgrade::Model>> {
    let rows = product_upgrade::Entity::find();
    rows.filter(product_upgrade::Column::FromId.is_in(products.iter().copied())).all(tx).await
}

/// Replaces the products to which this one can be changed.
pub async fn set_upgrades(tx: &DatabaseTransaction, product: Uuid, to: &[Uuid]) -> Written<()> {
    let old = product_upgrade::Column::FromId.eq(product);
    product_upgrade::Entity::delete_many().filter(old).exec(tx).await?;
    if to.is_empty() {
        return Ok(());
    }
    let row = |to: &Uuid| product_upgrade::ActiveModel { from_id: Set(product), to_id: Set(*to) };
    product_upgrade::Entity::insert_many(to.iter().map(row)).exec_without_returning(tx).await?;
    Ok(())
}
