//! Statements about assets.
#![expect(clippy::disallowed_methods, reason = "the statements about assets stand here")]

use std::collections::HashSet;
use std::sync::Arc;

use entity::asset::{ActiveModel, Column, Entity, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use super::rules::Described;
use crate::access::Unchecked;
use crate::base::db::{is_among, is_one_of};
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Search};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static BY_NAME: List<Model> = list(Key::Text("name_key"), false);
static BY_NAME_REVERSED: List<Model> = list(Key::Text("name_key"), true);
static BY_CREATION: List<Model> = list(Key::Instant("created_at"), false);
static BY_CREATION_REVERSED: List<Model> = list(Key::Instant("created_at"), true);
static OF_POOL: List<Model> = List::of_kept_rows(Table::Asset, "licence_pool_id", Key::Text("name_key"));

const fn list(key: Key, descending: bool) -> List<Model> {
    List { descending, ..List::of_kept_rows(Table::Asset, "organisation_id", key) }
}

impl Heap for Model {
    fn heap(&self) -> usize {
        let texts = [&self.name, &self.name_key, &self.search_text, &self.kind];
        texts.iter().map(|text| text.heap()).sum::<usize>() + self.external_id.heap()
    }
}

impl Kept for Model {}

/// What assets are ordered by.
#[derive(Clone, Copy, Debug, Default)]
pub enum Order {
    /// The name.
    #[default]
    Name,
    /// The moment of their creation.
    Creation,
}

/// Which assets to list, and in which order.
#[derive(Default)]
pub struct Criteria {
    /// Only those that a quota of this feature counts.
    pub feature: Option<Uuid>,
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those with this text in the name, the kind or the external id.
    pub search: Search,
    /// The order.
    pub order: Order,
    /// Whether the order is reversed.
    pub descending: bool,
}

/// A page of the assets of an organisation.
pub async fn list_of(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    wanted: Criteria,
) -> Result<Page<Model>> {
    let mut filter = Filter::default().in_state(wanted.state);
    if let Some(feature) = wanted.feature {
        filter = filter.and_with("t.feature_id = :feature", [(":feature", feature.into())]);
    }
    if let Some(kind) = wanted.kind {
        filter = filter.and_with("t.kind = :kind", [(":kind", kind.into())]);
    }
    let filter = wanted.search.narrow(filter, "t.search_text LIKE :search ESCAPE '!'");
    let list = match (wanted.order, wanted.descending) {
        (Order::Name, false) => &BY_NAME,
        (Order::Name, true) => &BY_NAME_REVERSED,
        (Order::Creation, false) => &BY_CREATION,
        (Order::Creation, true) => &BY_CREATION_REVERSED,
    };
    list.rows(request, organisation, page, filter).await
}

/// A page of the assets that a pool counts, by name.
pub async fn list_of_pool(request: &Request, pool: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_POOL.rows(request, pool, page, Filter::default().in_state(Some(State::Active))).await
}

/// An asset by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    BY_NAME.look_up(request, id).await
}

/// Those of these assets that belong to the organisation, as the transaction sees them.
pub async fn find_in(tx: &DatabaseTransaction, organisation: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let of_it = Entity::find().filter(is_among(Column::Id, ids, tx));
    of_it.filter(Column::OrganisationId.eq(organisation)).all(tx).await
}

/// Those of these external ids that active assets of the organisation have, as the transaction sees them.
pub async fn external_ids(tx: &DatabaseTransaction, organisation: Uuid, wanted: &[&str]) -> Written<HashSet<String>> {
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let of_it = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::State.eq(State::Active));
    let found = of_it.filter(is_one_of(Column::ExternalId, wanted, tx)).select_only().column(Column::ExternalId);
    let found: Vec<Option<String>> = found.into_tuple().all(tx).await?;
    Ok(found.into_iter().flatten().collect())
}

/// Writes new assets.
pub async fn create(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    insert_all(tx, rows).await
}

/// Changes what people say about an asset.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, described: &Described) -> Written<()> {
    let change = ActiveModel {
        name: Set(described.name.clone()),
        name_key: Set(collation::sort_key(&described.name)),
        search_text: Set(described.search_text()),
        kind: Set(described.kind.clone()),
        external_id: Set(described.external_id.clone()),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Marks assets as deleted.
pub async fn delete(tx: &DatabaseTransaction, ids: &[Uuid], now: DateTimeUtc) -> Written<()> {
    let change = ActiveModel { state: Set(State::Deleted), deleted_at: Set(Some(now)), ..Default::default() };
    Entity::update_many().set(change).filter(is_among(Column::Id, ids, tx)).exec(tx).await?;
    Ok(())
}
