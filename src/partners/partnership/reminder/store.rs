//! Statements about reminders of ends.

use chrono::TimeDelta;
use entity::partnership::{ActiveModel, Column, Entity, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, Set};

use super::DAYS;
use crate::base::db::Db;
use crate::base::error::Result;

/// Partnerships that one round of the server reminds of.
const REMINDED: u64 = 100;

type Written<T> = Result<T, DbErr>;

/// Partnerships that end soon and whose people were not reminded of that yet: so many.
pub async fn ending(db: &Db, now: DateTimeUtc) -> Result<Vec<Model>> {
    let [month, week, day] = DAYS;
    let sql = format!(
        "SELECT * FROM partnership WHERE state = 'ACTIVE' AND ends_at > $1 AND ends_at <= $2 \
         AND COALESCE(reminded_days, 1000) > \
           CASE WHEN ends_at <= $4 THEN {day} WHEN ends_at <= $3 THEN {week} ELSE {month} END \
         ORDER BY ends_at, id LIMIT {REMINDED}"
    );
    let ahead = |days: i32| (now + TimeDelta::days(i64::from(days))).into();
    let rows = db.rows(sql, vec![now.into(), ahead(month), ahead(week), ahead(day)]).await?;
    Ok(rows.iter().map(|row| Model::from_query_result(row, "")).collect::<Written<_>>()?)
}

/// Notes that the people of a partnership are reminded, if nobody else has done so and its end is still the same.
pub async fn note_reminder(tx: &DatabaseTransaction, row: &Model, days: i32) -> Written<bool> {
    let is_later = Column::RemindedDays.is_null().or(Column::RemindedDays.gt(days));
    let change = ActiveModel { reminded_days: Set(Some(days)), ..Default::default() };
    let due = Entity::update_many().set(change).filter(Column::Id.eq(row.id)).filter(Column::State.eq(State::Active));
    let due = due.filter(Column::EndsAt.eq(row.ends_at)).filter(is_later);
    Ok(due.exec(tx).await?.rows_affected == 1)
}
