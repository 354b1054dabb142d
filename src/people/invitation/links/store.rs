//! Statements that count links.
#![expect(clippy::disallowed_methods, reason = "the statements that count links stand here")]

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use entity::invitation::{Column, Entity};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
    Statement, Value,
};
use uuid::Uuid;

use super::{AN_HOUR, Links};
use crate::base::random::hash;

type Written<T> = Result<T, DbErr>;

/// How many links may still be sent for the organisation now; of an invitation that was sent again, all count.
pub async fn left(tx: &DatabaseTransaction, organisation: Uuid, now: DateTimeUtc) -> Written<i64> {
    let sent: Option<Option<i64>> = Entity::find()
        .select_only()
        .column_as(Column::TimesSent.sum(), "sent")
        .filter(Column::OrganisationId.eq(organisation))
        .filter(Column::SentAt.gt(now - TimeDelta::hours(1)))
        .into_tuple()
        .one(tx)
        .await?;
    Ok(AN_HOUR - sent.flatten().unwrap_or_default())
}

/// How many links were sent to these addresses within a day, whatever became of the invitations. Until the transaction
/// ends, nobody else sends to them. Two statements for any number.
pub async fn to_addresses(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    addresses: &[&str],
    now: DateTimeUtc,
) -> Written<HashMap<String, Links>> {
    hold(tx, addresses).await?;
    let own = Expr::case(Column::OrganisationId.eq(organisation), Expr::col(Column::SentLately)).finally(0);
    let rows: Vec<(String, i64, i64)> = Entity::find()
        .select_only()
        .column(Column::Email)
        .column_as(Expr::expr(own).sum(), "own")
        .column_as(Column::SentLately.sum(), "all")
        .filter(Column::Email.is_in(addresses.iter().copied()))
        .filter(Column::SentAt.gt(now - TimeDelta::days(1)))
        .group_by(Column::Email)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|(email, own, all)| (email, Links { own, all })).collect())
}

/// Keeps others from sending links to these addresses, for whatever organisation, until the transaction ends. All take
/// them in one order, so nobody waits for who waits. (On SQLite only one transaction writes at a time.)
async fn hold(tx: &DatabaseTransaction, addresses: &[&str]) -> Written<()> {
    if tx.get_database_backend() != DbBackend::Postgres || addresses.is_empty() {
        return Ok(());
    }
    let number = |address: &&str| {
        let digits = hash(&format!("invitation to {address}"));
        i64::from_str_radix(digits.get(..15).unwrap_or_default(), 16).unwrap_or_default()
    };
    let numbers: BTreeSet<i64> = addresses.iter().map(number).collect();
    let list: Vec<String> = (1..=numbers.len()).map(|place| format!("(${place}::bigint)")).collect();
    let sql = format!("SELECT pg_advisory_xact_lock(number) FROM (VALUES {}) AS held(number)", list.join(", "));
    let values = numbers.into_iter().map(Value::from);
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}
