//! Attempts to log in, and the policies of organisations, in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about log-ins stand here")]

use std::collections::HashMap;

use chrono::TimeDelta;
pub use entity::log_in_attempt::Outcome;
use entity::{log_in_attempt, sign_in_policy};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter, QueryOrder, Statement,
};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::{Heap, OfTable, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::{Request, Work};

/// Attempts that one transaction removes at most.
const SOME: u64 = 1_000;

type Written<T> = Result<T, DbErr>;

static OF_USER: List<log_in_attempt::Model> =
    List { descending: true, ..List::of_rows("log_in_attempt", "user_id", Key::Instant("at")) };

/// The attempts to log in to an account, the newest first.
pub async fn list(request: &Request, user: Uuid, page: &PageArguments) -> Result<Page<log_in_attempt::Model>> {
    OF_USER.rows(request, user, page, Filter::default()).await
}

/// All attempts to log in to an account that are still stored, the oldest first.
pub async fn list_all_of(db: &Db, user: Uuid) -> Result<Vec<log_in_attempt::Model>> {
    let all = log_in_attempt::Entity::find().filter(log_in_attempt::Column::UserId.eq(user));
    let all = all.order_by_asc(log_in_attempt::Column::At).order_by_asc(log_in_attempt::Column::Id);
    Ok(all.all(db.reader()).await?)
}

/// Keeps an attempt to log in. For an unknown user it runs the same statement and keeps nothing.
pub async fn keep(work: &Work<'_>, user: Option<Uuid>, outcome: Outcome) -> Written<()> {
    keep_unless(work, user, outcome, "").await
}

/// Keeps an attempt with the right password and no code, unless one from the same address is kept within the hour: each
/// log-in with a second factor may begin so.
pub async fn keep_without_code(work: &Work<'_>, user: Uuid) -> Written<()> {
    let is_new = "AND NOT EXISTS (SELECT 1 FROM log_in_attempt a WHERE a.user_id = u.id AND a.outcome = $3 AND a.at > $7 \
                  AND COALESCE(a.client_address, '') = COALESCE($4, ''))";
    keep_unless(work, Some(user), Outcome::CodeRequired, is_new).await
}

async fn keep_unless(work: &Work<'_>, user: Option<Uuid>, outcome: Outcome, condition: &str) -> Written<()> {
    let Work { tx, request, random, now } = *work;
    let sql = format!(
        "INSERT INTO log_in_attempt (id, user_id, at, outcome, client_address, user_agent, is_logged) \
         SELECT $1, u.id, $2, $3, $4, $5, FALSE FROM \"user\" u WHERE u.id = $6 {condition}"
    );
    let mut values: Vec<sea_orm::Value> = vec![
        random.id(now).into(),
        now.into(),
        outcome.to_value().into(),
        request.client_address.map(|address| address.to_string()).into(),
        request.user_agent.clone().into(),
        user.unwrap_or_default().into(),
    ];
    if !condition.is_empty() {
        values.push((now - TimeDelta::hours(1)).into());
    }
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// Takes some attempts that were not written to any log yet, the oldest first. Each is taken once.
pub async fn take_unlogged(tx: &DatabaseTransaction, most: u64) -> Written<Vec<log_in_attempt::Model>> {
    let sql = format!(
        "UPDATE log_in_attempt SET is_logged = TRUE WHERE NOT is_logged AND id IN \
         (SELECT id FROM log_in_attempt WHERE NOT is_logged ORDER BY id LIMIT {most}) RETURNING *"
    );
    let rows = tx.query_all_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
    let taken = rows.iter().map(|row| log_in_attempt::Model::from_query_result(row, ""));
    let mut taken = taken.collect::<Written<Vec<_>>>()?;
    taken.sort_unstable_by_key(|attempt| attempt.id);
    Ok(taken)
}

/// The organisations that ask for log-ins in their log and where the user was a member at the time, with the name of the
/// user.
pub async fn logging_organisations(
    tx: &DatabaseTransaction,
    user: Uuid,
    at: DateTimeUtc,
) -> Written<Vec<(Uuid, String)>> {
    let sql = "SELECT m.organisation_id, u.name FROM membership m JOIN \"user\" u ON u.id = m.user_id \
               JOIN sign_in_policy p ON p.organisation_id = m.organisation_id AND p.logs_log_ins \
               WHERE m.user_id = $1 AND m.created_at <= $2 AND (m.expires_at IS NULL OR m.expires_at > $2) \
               ORDER BY m.organisation_id";
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [user.into(), at.into()]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// Removes some attempts that are older than this, and says how many.
pub async fn remove_old(tx: &DatabaseTransaction, before: DateTimeUtc) -> Written<u64> {
    let sql =
        format!("DELETE FROM log_in_attempt WHERE id IN (SELECT id FROM log_in_attempt WHERE at < $1 LIMIT {SOME})");
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [before.into()]);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

/// Removes all attempts to log in to the account of the user.
pub async fn remove_all(tx: &DatabaseTransaction, user: Uuid) -> Written<()> {
    log_in_attempt::Entity::delete_many().filter(log_in_attempt::Column::UserId.eq(user)).exec(tx).await?;
    Ok(())
}

const POLICY: OfTable<sign_in_policy::Model> = OfTable::new(Table::SignInPolicy);

impl Heap for sign_in_policy::Model {
    fn heap(&self) -> usize {
        0
    }
}

/// What an organisation asks for, loaded together with that of its siblings.
pub async fn policy(request: &Request, organisation: Uuid) -> Result<Option<sign_in_policy::Model>> {
    let load = async |ids: Vec<Uuid>| {
        let among = sign_in_policy::Column::OrganisationId.is_in(ids);
        let rows = sign_in_policy::Entity::find().filter(among).all(request.db().reader()).await?;
        Ok(rows.into_iter().map(|row| (row.organisation_id, row)).collect::<HashMap<_, _>>())
    };
    request.lists.kept("sign-in policy", organisation, &POLICY, load).await
}

/// The same as the transaction sees it.
pub async fn policy_in(tx: &DatabaseTransaction, organisation_id: Uuid) -> Written<sign_in_policy::Model> {
    let none = sign_in_policy::Model { organisation_id, requires_second_factor: false, logs_log_ins: false };
    Ok(sign_in_policy::Entity::find_by_id(organisation_id).one(tx).await?.unwrap_or(none))
}

/// Sets what an organisation asks for.
pub async fn set_policy(tx: &DatabaseTransaction, policy: sign_in_policy::Model) -> Written<()> {
    let known = OnConflict::column(sign_in_policy::Column::OrganisationId)
        .update_columns([sign_in_policy::Column::RequiresSecondFactor, sign_in_policy::Column::LogsLogIns])
        .to_owned();
    sign_in_policy::Entity::insert(policy.into_active_model()).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}
