//! Second factors and recovery codes in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about second factors belong in this file")]

use entity::{recovery_code, second_factor};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, Set,
};
use uuid::Uuid;

type Written<T> = std::result::Result<T, DbErr>;

/// The second factor of the user, on or only begun.
pub async fn find(db: &impl ConnectionTrait, user: Uuid) -> Written<Option<second_factor::Model>> {
    second_factor::Entity::find_by_id(user).one(db).await
}

/// Whether the second factor of the user is on.
pub async fn is_on(db: &impl ConnectionTrait, user: Uuid) -> Written<bool> {
    Ok(find(db, user).await?.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// Locks the second factor, so that codes of the user are tried one at a time. (On SQLite only one transaction writes
/// at a time.)
pub async fn lock(tx: &DatabaseTransaction, user: Uuid) -> Written<Option<second_factor::Model>> {
    let query = second_factor::Entity::find_by_id(user);
    let query = if tx.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    query.one(tx).await
}

/// Begins a second factor, and replaces one that was only begun; false if one is on.
pub async fn begin(tx: &DatabaseTransaction, row: second_factor::Model) -> Written<bool> {
    use second_factor::Column::{CreatedAt, LastStep, SealedSecret, UserId};
    let not_on = Expr::col((second_factor::Entity, second_factor::Column::ConfirmedAt)).is_null();
    let replace = OnConflict::column(UserId)
        .update_columns([SealedSecret, LastStep, CreatedAt])
        .action_and_where(not_on)
        .to_owned();
    let insert = second_factor::Entity::insert(row.into_active_model()).on_conflict(replace);
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// Uses up a time step, so that its code is not accepted again; false if it or a later one was used.
pub async fn take_step(tx: &DatabaseTransaction, user: Uuid, step: i64) -> Written<bool> {
    let taken = second_factor::Entity::update_many()
        .set(second_factor::ActiveModel { last_step: Set(step), ..Default::default() })
        .filter(second_factor::Column::UserId.eq(user))
        .filter(second_factor::Column::LastStep.lt(step))
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Uses up a recovery code; false if it is unknown or was used.
pub async fn take_code(tx: &DatabaseTransaction, user: Uuid, hash: &str, now: DateTimeUtc) -> Written<bool> {
    let taken = recovery_code::Entity::update_many()
        .set(recovery_code::ActiveModel { used_at: Set(Some(now)), ..Default::default() })
        .filter(recovery_code::Column::CodeHash.eq(hash))
        .filter(recovery_code::Column::UserId.eq(user))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Turns the second factor on; false if it is on already, or gone.
pub async fn confirm(tx: &DatabaseTransaction, user: Uuid, now: DateTimeUtc) -> Written<bool> {
    let confirmed = second_factor::Entity::update_many()
        .set(second_factor::ActiveModel { confirmed_at: Set(Some(now)), ..Default::default() })
        .filter(second_factor::Column::UserId.eq(user))
        .filter(second_factor::Column::ConfirmedAt.is_null())
        .exec(tx)
        .await?;
    Ok(confirmed.rows_affected == 1)
}

/// Replaces the recovery codes with those that have these hashes.
pub async fn replace_codes(
    tx: &DatabaseTransaction,
    user: Uuid,
    hashes: impl IntoIterator<Item = String>,
    now: DateTimeUtc,
) -> Written<()> {
    remove_codes(tx, user).await?;
    let rows = hashes.into_iter().map(|code_hash| recovery_code::ActiveModel {
        code_hash: Set(code_hash),
        user_id: Set(user),
        used_at: Set(None),
        created_at: Set(now),
    });
    recovery_code::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

async fn remove_codes(tx: &DatabaseTransaction, user: Uuid) -> Written<()> {
    recovery_code::Entity::delete_many().filter(recovery_code::Column::UserId.eq(user)).exec(tx).await?;
    Ok(())
}

/// Removes the recovery codes that were made at this time or later.
pub async fn remove_codes_since(tx: &DatabaseTransaction, user: Uuid, since: DateTimeUtc) -> Written<()> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(user))
        .filter(recovery_code::Column::CreatedAt.gte(since))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes the second factor with its recovery codes; false if there was none.
pub async fn remove(tx: &DatabaseTransaction, user: Uuid) -> Written<bool> {
    remove_codes(tx, user).await?;
    Ok(second_factor::Entity::delete_by_id(user).exec(tx).await?.rows_affected == 1)
}

/// Number of unused recovery codes.
pub async fn codes_left(db: &impl ConnectionTrait, user: Uuid) -> Written<u64> {
    recovery_code::Entity::find()
        .filter(recovery_code::Column::UserId.eq(user))
        .filter(recovery_code::Column::UsedAt.is_null())
        .count(db)
        .await
}
