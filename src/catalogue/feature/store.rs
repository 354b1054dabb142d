//! Statements about features and entitlements.
#![expect(clippy::disallowed_methods, reason = "the statements about features stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::entitlement;
use entity::feature::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, OfTable, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_SELLER: List<Model> = List::of_kept_rows(Table::Feature, "organisation_id", Key::Text("name_key"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.key.heap() + self.name.heap() + self.name_key.heap() + self.family.heap()
    }
}

impl Kept for Model {}

/// The features that one unit of a product gives, with how many of each.
pub type Given = Arc<Vec<(Uuid, i32)>>;

const ENTITLEMENTS: OfTable<Given> = OfTable::new(Table::Entitlement);

/// A page of the features of a seller, by name.
pub async fn list(request: &Request, seller: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_SELLER.rows(request, seller, page, Filter::default()).await
}

/// A feature by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_SELLER.look_up(request, id).await
}

/// What one unit of a product gives. Concurrent calls share one statement.
pub async fn entitlements_of(request: &Request, product: Uuid) -> Result<Given> {
    let load = async |products: Vec<Uuid>| {
        let rows = entitlement::Entity::find().filter(entitlement::Column::ProductId.is_in(products));
        let mut found: HashMap<Uuid, Vec<(Uuid, i32)>> = HashMap::new();
        for row in rows.order_by_asc(entitlement::Column::FeatureId).all(request.db().reader()).await? {
            found.entry(row.product_id).or_default().push((row.feature_id, row.quantity));
        }
        Ok(found.into_iter().map(|(product, rows)| (product, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("entitlements of a product", product, &ENTITLEMENTS, load).await?.unwrap_or_default())
}

/// All features of a seller by key, as the transaction sees them.
pub async fn all_in(tx: &DatabaseTransaction, seller: Uuid) -> Written<Vec<Model>> {
    Entity::find().filter(Column::OrganisationId.eq(seller)).order_by_asc(Column::Key).all(tx).await
}

/// The features with these ids, as the transaction sees them.
pub async fn find_in(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<Vec<Model>> {
    Entity::find().filter(is_among(Column::Id, ids, tx)).all(tx).await
}

/// The keys of features, by id.
pub async fn keys(db: &impl ConnectionTrait, ids: &[Uuid]) -> Written<HashMap<Uuid, String>> {
    let some = Entity::find().filter(is_among(Column::Id, ids, db)).select_only();
    let found: Vec<(Uuid, String)> = some.column(Column::Id).column(Column::Key).into_tuple().all(db).await?;
    Ok(found.into_iter().collect())
}

/// What one unit of each of these products gives, as the transaction sees it.
pub async fn entitlements_in(tx: &DatabaseTransaction, products: &[Uuid]) -> Written<Vec<entitlement::Model>> {
    let rows = entitlement::Entity::find();
    rows.filter(entitlement::Column::ProductId.is_in(products.iter().copied())).all(tx).await
}

/// Writes new features.
pub async fn create(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// Replaces everything but the key and the seller.
pub async fn update(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    let change = ActiveModel {
        name: Set(row.name),
        name_key: Set(row.name_key),
        kind: Set(row.kind),
        family: Set(row.family),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Replaces what one unit of a product gives.
pub async fn set_entitlements(tx: &DatabaseTransaction, product: Uuid, given: &[(Uuid, i32)]) -> Written<()> {
    let old = entitlement::Column::ProductId.eq(product);
    entitlement::Entity::delete_many().filter(old).exec(tx).await?;
    if given.is_empty() {
        return Ok(());
    }
    let row = |(feature, quantity): &(Uuid, i32)| entitlement::ActiveModel {
        product_id: Set(product),
        feature_id: Set(*feature),
        quantity: Set(*quantity),
    };
    entitlement::Entity::insert_many(given.iter().map(row)).exec_without_returning(tx).await?;
    Ok(())
}
