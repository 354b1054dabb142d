//! Counts of failures in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about counts belong in this file")]

use entity::throttle;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Statement, Value};

type Written<T> = std::result::Result<T, DbErr>;

/// How many attempts failed in a row, and when the last one failed.
pub type Count = throttle::Model;

/// The most old counts that one statement removes.
const SOME: u64 = 100;

/// The highest count; more failures change nothing.
const MOST: i32 = 1_000_000;

/// The counts with these keys, as far as they exist.
pub async fn read(db: &impl ConnectionTrait, keys: &[String]) -> Written<Vec<Count>> {
    throttle::Entity::find().filter(throttle::Column::Key.is_in(keys)).all(db).await
}

async fn run(tx: &DatabaseTransaction, sql: &str, values: Vec<Value>) -> Written<u64> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

/// Counts one more. Starts at 1 again if the last one is older than `forgotten`.
pub async fn count(
    tx: &DatabaseTransaction,
    key: &str,
    account: Option<&str>,
    forgotten: DateTimeUtc,
    now: DateTimeUtc,
) -> Written<()> {
    let sql = "INSERT INTO throttle (key, account, failures, last_at) VALUES ($1, $2, 1, $3) \
               ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, failures = CASE \
               WHEN throttle.last_at <= $4 THEN 1 WHEN throttle.failures >= $5 THEN $5 ELSE throttle.failures + 1 END";
    let account = account.map(str::to_owned);
    run(tx, sql, vec![key.into(), account.into(), now.into(), forgotten.into(), MOST.into()]).await?;
    Ok(())
}

/// Counts one more up to `most`; false if there are as many. Starts at 1 again if the last one is older than `forgotten`.
pub async fn count_up_to(
    tx: &DatabaseTransaction,
    key: &str,
    most: i32,
    forgotten: DateTimeUtc,
    now: DateTimeUtc,
) -> Written<bool> {
    let sql = "INSERT INTO throttle (key, account, failures, last_at) VALUES ($1, NULL, 1, $2) \
               ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, \
               failures = CASE WHEN throttle.last_at <= $3 THEN 1 ELSE throttle.failures + 1 END \
               WHERE throttle.last_at <= $3 OR throttle.failures < $4";
    Ok(run(tx, sql, vec![key.into(), now.into(), forgotten.into(), most.into()]).await? == 1)
}

/// Takes the turn of one attempt; false if another has taken it since `before`.
pub async fn take_turn(tx: &DatabaseTransaction, key: &str, before: DateTimeUtc, now: DateTimeUtc) -> Written<bool> {
    let sql = "UPDATE throttle SET last_at = $1 WHERE key = $2 AND last_at <= $3";
    Ok(run(tx, sql, vec![now.into(), key.into(), before.into()]).await? == 1)
}

/// Gives a turn back.
pub async fn give_back(tx: &DatabaseTransaction, key: &str, at: DateTimeUtc) -> Written<()> {
    run(tx, "UPDATE throttle SET last_at = $1 WHERE key = $2", vec![at.into(), key.into()]).await?;
    Ok(())
}

/// Forgets one count.
pub async fn clear(tx: &DatabaseTransaction, key: &str) -> Written<()> {
    throttle::Entity::delete_many().filter(throttle::Column::Key.eq(key)).exec(tx).await?;
    Ok(())
}

/// Forgets all failures with the account, from any client.
pub async fn clear_account(tx: &DatabaseTransaction, account: uuid::Uuid) -> Written<()> {
    throttle::Entity::delete_many().filter(throttle::Column::Account.eq(account.to_string())).exec(tx).await?;
    Ok(())
}

/// Removes some of the counts that last failed before this time.
pub async fn forget_old(tx: &DatabaseTransaction, before: DateTimeUtc) -> Written<()> {
    let sql = format!(
        "DELETE FROM throttle WHERE key IN (SELECT key FROM throttle WHERE last_at < $1 ORDER BY last_at LIMIT {SOME})"
    );
    run(tx, &sql, vec![before.into()]).await?;
    Ok(())
}
