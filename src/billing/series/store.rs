//! Statements about number series.
#![expect(clippy::disallowed_methods, reason = "the statements about number series stand here")]

use chrono::Datelike;
use entity::number_series::{Column, Entity, Kind, Model};
use entity::{credit_note, invoice, organisation, sales_order};
use sea_orm::prelude::Date;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, Statement,
};
use uuid::Uuid;

use super::rules::{self, NoNumber};
use crate::base::db::Db;
use crate::base::error::Result;

type Written<T> = Result<T, DbErr>;

/// Takes the next numbers of a series for a day: one statement. The series stays locked until the transaction ends.
pub async fn take(
    tx: &DatabaseTransaction,
    issuer: Uuid,
    kind: Kind,
    day: Date,
    count: usize,
) -> Result<Result<Vec<String>, NoNumber>> {
    if count == 0 {
        return Ok(Ok(Vec::new()));
    }
    let first = rules::first(issuer, kind);
    let new_year = day.with_ordinal(1).unwrap_or(day);
    let sql = "INSERT INTO number_series (issuer_id, kind, format, restarts, next, last_on) \
               VALUES ($1, $2, $3, $4, 1 + $5, $6) ON CONFLICT (issuer_id, kind) DO UPDATE SET last_on = $6, \
               next = $5 + CASE WHEN number_series.restarts = 'YEARLY' AND number_series.last_on < $7 THEN 1 \
               ELSE number_series.next END \
               WHERE number_series.last_on IS NULL OR number_series.last_on <= $6 RETURNING format, next";
    let number = i64::try_from(count).unwrap_or(i64::MAX);
    let values = [
        issuer.into(),
        kind.to_value().into(),
        first.format.into(),
        first.restarts.to_value().into(),
        number.into(),
        day.into(),
        new_year.into(),
    ];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let Some(row) = tx.query_one_raw(statement).await? else {
        let last = lock(tx, issuer, kind).await?.last_on.unwrap_or(day);
        return Ok(Err(NoNumber::Earlier(last)));
    };
    let (format, next): (String, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok(rules::written(&format, day, next - number..next))
}

/// A series, locked until the transaction ends; a new one if nothing was numbered yet.
pub async fn lock(tx: &DatabaseTransaction, issuer: Uuid, kind: Kind) -> Written<Model> {
    let known = Entity::find().filter(Column::IssuerId.eq(issuer)).filter(Column::Kind.eq(kind));
    if let Some(series) = known.clone().lock_exclusive().one(tx).await? {
        return Ok(series);
    }
    // Two transactions can both find none: one of them waits here for the other.
    let insert = Entity::insert(rules::first(issuer, kind).into_active_model());
    let is_there = OnConflict::columns([Column::IssuerId, Column::Kind]).do_nothing().to_owned();
    insert.on_conflict(is_there).exec_without_returning(tx).await?;
    let series = known.lock_exclusive().one(tx).await?;
    series.ok_or_else(|| DbErr::RecordNotFound("a number series".to_owned()))
}

/// Writes a series.
pub async fn save(tx: &DatabaseTransaction, series: Model) -> Written<()> {
    let known = OnConflict::columns([Column::IssuerId, Column::Kind])
        .update_columns([Column::Format, Column::Restarts, Column::Next, Column::LastOn])
        .to_owned();
    Entity::insert(series.into_active_model()).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Whether a document of the series has this number.
pub async fn is_used(tx: &DatabaseTransaction, series: &Model, number: &str) -> Written<bool> {
    let count = match series.kind {
        Kind::Order => sales_order::Entity::find().filter(sales_order::Column::Number.eq(number)).count(tx).await?,
        Kind::Invoice => {
            let of_issuer = invoice::Entity::find().filter(invoice::Column::IssuerId.eq(series.issuer_id));
            of_issuer.filter(invoice::Column::Number.eq(number)).count(tx).await?
        }
        Kind::CreditNote => {
            let of_issuer = credit_note::Entity::find().filter(credit_note::Column::IssuerId.eq(series.issuer_id));
            of_issuer.filter(credit_note::Column::Number.eq(number)).count(tx).await?
        }
    };
    Ok(count > 0)
}

/// Counts numbers that were written without the series, behind those so far. The series is that of the operator.
pub async fn skip(tx: &DatabaseTransaction, kind: Kind, count: usize) -> Written<()> {
    let operator = organisation::Entity::find().filter(organisation::Column::Kind.eq(organisation::Kind::Operator));
    let Some(operator) = operator.one(tx).await?.filter(|_| count > 0) else { return Ok(()) };
    let series = lock(tx, operator.id, kind).await?;
    let next = series.next.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
    save(tx, Model { next, ..series }).await
}

/// The series of an issuer; those that have numbered nothing are missing.
pub async fn list(db: &Db, issuer: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::IssuerId.eq(issuer)).all(db.reader()).await?)
}
