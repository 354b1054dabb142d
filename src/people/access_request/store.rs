//! Statements about requests for access.
#![expect(clippy::disallowed_methods, reason = "the statements about requests for access stand here")]

use entity::access_request::{ActiveModel, Column, Entity, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QueryResult, Set,
};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::{Filter, Key, List};

type Written<T> = Result<T, DbErr>;

/// A request with the name of its person.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request.
    pub row: Model,
    /// The name.
    pub name: String,
}

/// The requests that an organisation decides about, the newest first.
pub static OF_ORGANISATION: List<Asked> = List {
    table: "access_request",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: "t.*, u.name AS user_name",
    joins: "JOIN \"user\" u ON u.id = t.user_id",
    read,
    keep: None,
};

/// The requests of a person, the newest first.
pub static OF_PERSON: List<Asked> = List { parent: "user_id", ..OF_ORGANISATION };

fn read(rows: &[QueryResult]) -> Written<Asked> {
    let Some(row) = rows.first() else { return Err(DbErr::RecordNotFound("access request".to_owned())) };
    Ok(Asked { row: Model::from_query_result(row, "")?, name: row.try_get("", "user_name")? })
}

/// Only those that can still be answered.
pub fn open(now: DateTimeUtc) -> Filter {
    Filter::default().and_with("t.state = 'PENDING' AND t.expires_at > :now", [(":now", now.into())])
}

/// The requests that a person made since this time, as the transaction sees them.
pub async fn list_since(tx: &DatabaseTransaction, user: Uuid, since: DateTimeUtc) -> Written<Vec<Model>> {
    Entity::find().filter(Column::UserId.eq(user)).filter(Column::CreatedAt.gt(since)).all(tx).await
}

/// All requests of a person, the oldest first.
pub async fn list_all_of(db: &Db, user: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::UserId.eq(user)).order_by_asc(Column::CreatedAt).all(db.reader()).await?)
}

/// Writes a request.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Answers a request; false if it was answered meanwhile.
pub async fn answer(
    tx: &DatabaseTransaction,
    id: Uuid,
    state: State,
    answer: Option<String>,
    now: DateTimeUtc,
) -> Written<bool> {
    let row = ActiveModel { state: Set(state), answer: Set(answer), answered_at: Set(Some(now)), ..Default::default() };
    let pending = Entity::update_many().set(row).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Pending));
    Ok(pending.exec(tx).await?.rows_affected == 1)
}
