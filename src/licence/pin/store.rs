//! Statements about pins.
#![expect(clippy::disallowed_methods, reason = "the statements about pins stand here")]

use std::sync::Arc;

use entity::licence_pin::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_ORGANISATION: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::LicencePin, "organisation_id", Key::Instant("created_at")) };

impl Heap for Model {
    fn heap(&self) -> usize {
        self.family.heap() + self.note.heap()
    }
}

impl Kept for Model {}

/// A page of the pins of an organisation, the newest first: all, or those of a family.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    family: Option<&str>,
) -> Result<Page<Model>> {
    let filter = match family {
        Some(family) => Filter::default().and_with("t.family = :family", [(":family", family.into())]),
        None => Filter::default(),
    };
    OF_ORGANISATION.rows(request, organisation, page, filter).await
}

/// A pin by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// All pins of a family.
pub async fn all(db: &impl ConnectionTrait, organisation: Uuid, family: &str) -> Written<Vec<Model>> {
    let pins = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::Family.eq(family));
    pins.order_by_asc(Column::Id).all(db).await
}

/// The pin of a person in a family.
pub async fn find(tx: &DatabaseTransaction, person: Uuid, family: &str) -> Written<Option<Model>> {
    Entity::find().filter(Column::PersonId.eq(person)).filter(Column::Family.eq(family)).one(tx).await
}

/// Writes a pin in place of another one.
pub async fn replace(tx: &DatabaseTransaction, old: Option<Uuid>, new: Model) -> Written<()> {
    if let Some(old) = old {
        delete(tx, old).await?;
    }
    insert_all(tx, &[new]).await
}

/// Deletes a pin. Returns whether it was there.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<bool> {
    Ok(Entity::delete_by_id(id).exec(tx).await?.rows_affected > 0)
}
