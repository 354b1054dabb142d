//! Statements about idempotency keys.
#![expect(clippy::disallowed_methods, reason = "the statements about idempotency keys belong in this file")]

use entity::idempotency_key::{Column, Entity, Model};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter, Set};

type Written<T> = Result<T, DbErr>;

/// Inserts the row; false if the key is known. A row from before `kept_since` is replaced. If another transaction has
/// inserted the same key, this waits until it ends.
pub async fn claim(tx: &DatabaseTransaction, row: &Model, kept_since: DateTimeUtc) -> Written<bool> {
    let identity = [Column::ActorKind, Column::ActorId, Column::OrganisationId, Column::Mutation, Column::Key];
    let replace = OnConflict::columns(identity)
        .update_columns([Column::RequestSha256, Column::Outcome, Column::CreatedAt])
        .action_and_where(Expr::col((Entity, Column::CreatedAt)).lt(kept_since))
        .to_owned();
    let insert = Entity::insert(row.clone().into_active_model()).on_conflict(replace);
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// The row with the same key.
pub async fn find(tx: &DatabaseTransaction, row: &Model) -> Written<Option<Model>> {
    let key = (row.actor_kind, row.actor_id, row.organisation_id, row.mutation.clone(), row.key.clone());
    Entity::find_by_id(key).one(tx).await
}

/// Writes the outcome into a row that was claimed.
pub async fn keep(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    let outcome = Set(row.outcome.clone());
    let mut row = row.into_active_model();
    row.outcome = outcome;
    Entity::update(row).exec(tx).await?;
    Ok(())
}

/// Removes a row that was claimed.
pub async fn release(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    row.delete(tx).await?;
    Ok(())
}

/// Removes the rows from before a moment, and returns how many.
pub async fn remove(tx: &DatabaseTransaction, before: DateTimeUtc) -> Written<u64> {
    let removed = Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(tx).await?;
    Ok(removed.rows_affected)
}
