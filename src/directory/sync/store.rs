//! Statements about synchronisations, and about directories as a whole.
#![expect(clippy::disallowed_methods, reason = "the statements about synchronisations stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::directory_sync::{Column, Entity, Mode, Model, State};
use entity::{directory, directory_sync};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::{insert_all, insert_or};
use crate::base::memory::{Heap, Kept, OfTable, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_ORGANISATION: List<Model> = List {
    descending: true,
    ..List::of_kept_rows(Table::DirectorySync, "organisation_id", Key::Instant("started_at"))
};
const DIRECTORIES: OfTable<directory::Model> = OfTable::new(Table::Directory);

impl Heap for Model {
    fn heap(&self) -> usize {
        self.sync_key.heap()
    }
}

impl Kept for Model {}

impl Heap for directory::Model {
    fn heap(&self) -> usize {
        0
    }
}

/// A page of the synchronisations of an organisation, the newest first.
pub async fn list(request: &Request, organisation: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_ORGANISATION.rows(request, organisation, page, Filter::default()).await
}

/// A synchronisation by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// What is known of the directory as a whole, if anything.
pub async fn directory(request: &Request, organisation: Uuid) -> Result<Option<directory::Model>> {
    let load = async |ids: Vec<Uuid>| {
        let column = directory::Column::OrganisationId;
        let db = request.db().reader();
        let rows = directory::Entity::find().filter(is_among(column, &ids, db)).all(db).await?;
        Ok(rows.into_iter().map(|row| (row.organisation_id, row)).collect::<HashMap<_, _>>())
    };
    request.lists.kept("directory", organisation, &DIRECTORIES, load).await
}

/// The same, as a transaction or the database sees it.
pub async fn find_directory(db: &impl ConnectionTrait, organisation: Uuid) -> Written<Option<directory::Model>> {
    directory::Entity::find_by_id(organisation).one(db).await
}

/// Notes that the people or groups of a directory changed, or until when its log-ins are known.
pub async fn touch(tx: &DatabaseTransaction, organisation: Uuid, log_ins_until: Option<DateTimeUtc>) -> Written<()> {
    let row = directory::Model { organisation_id: organisation, version: 1, log_ins_until };
    let version = Expr::col((directory::Entity, directory::Column::Version)).add(1);
    let mut known = OnConflict::column(directory::Column::OrganisationId);
    known.value(directory::Column::Version, version);
    if log_ins_until.is_some() {
        known.update_column(directory::Column::LogInsUntil);
    }
    insert_or(tx, &[row], &known).await
}

/// The synchronisation with the key of its source.
pub async fn find(tx: &DatabaseTransaction, organisation: Uuid, key: &str) -> Written<Option<Model>> {
    Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::SyncKey.eq(key)).one(tx).await
}

/// Writes a new synchronisation.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    insert_all(tx, &[row]).await
}

/// Gives up other full synchronisations that are open: two at once would each take what the other names for missing.
pub async fn abandon(tx: &DatabaseTransaction, organisation: Uuid, now: DateTimeUtc) -> Written<()> {
    let row =
        directory_sync::ActiveModel { state: Set(State::Abandoned), ended_at: Set(Some(now)), ..Default::default() };
    let open = Entity::update_many().set(row).filter(Column::OrganisationId.eq(organisation));
    open.filter(Column::State.eq(State::Open)).filter(Column::Mode.eq(Mode::Full)).exec(tx).await?;
    Ok(())
}

/// Writes the counts and the state of a synchronisation.
pub async fn update(tx: &DatabaseTransaction, sync: &Model) -> Written<()> {
    let row = directory_sync::ActiveModel {
        state: Set(sync.state),
        created: Set(sync.created),
        updated: Set(sync.updated),
        unchanged: Set(sync.unchanged),
        deleted: Set(sync.deleted),
        failed: Set(sync.failed),
        ended_at: Set(sync.ended_at),
        ..Default::default()
    };
    Entity::update_many().set(row).filter(Column::Id.eq(sync.id)).exec(tx).await?;
    Ok(())
}
