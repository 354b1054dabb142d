//! Statements about rates between currencies.
#![expect(clippy::disallowed_methods, reason = "the statements about exchange rates stand here")]

use std::collections::HashMap;

use entity::exchange_rate::{Column, Entity, Model};
use sea_orm::prelude::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::rules::Known;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// How many rates are compared with what is known at once.
const AT_ONCE: usize = 2_000;

static OF_ISSUER: List<Model> =
    List { descending: true, ..List::of_rows("exchange_rate", "issuer_id", Key::Day("day")) };

/// A page of the rates that an issuer has recorded, those of the newest day first. The days are inclusive.
pub async fn list(
    request: &Request,
    issuer: Uuid,
    page: &PageArguments,
    (first, last): (Option<Date>, Option<Date>),
) -> Result<Page<Model>> {
    let mut filter = Filter::default();
    if let Some(first) = first {
        filter = filter.and_with("t.day >= :first", [(":first", first.into())]);
    }
    if let Some(last) = last {
        filter = filter.and_with("t.day <= :last", [(":last", last.into())]);
    }
    OF_ISSUER.rows(request, issuer, page, filter).await
}

/// What an issuer has recorded for days, both inclusive, in the order in which it was recorded.
async fn rows(db: &impl ConnectionTrait, issuer: Uuid, first: Date, last: Date) -> Written<Vec<Model>> {
    let of_days = Entity::find().filter(Column::IssuerId.eq(issuer)).filter(Column::Day.between(first, last));
    of_days.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(db).await
}

/// The rates that can count on a day, if a rate counts for so many days.
pub async fn known(db: &impl ConnectionTrait, issuer: Uuid, day: Date, days: u64) -> Written<Known> {
    let first = day.checked_sub_days(chrono::Days::new(days)).unwrap_or(day);
    Ok(Known::of(rows(db, issuer, first, day).await?))
}

/// Those of the rates that are new: a source said something else of the day until now, or nothing. They have the same issuer.
pub async fn new_ones(db: &impl ConnectionTrait, issuer: Uuid, rates: Vec<Model>) -> Written<Vec<Model>> {
    let mut rates = rates;
    rates.sort_by_key(|rate| rate.day);
    let mut new = Vec::new();
    for part in rates.chunks(AT_ONCE) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        let of_source = |row: &Model| (row.day, row.from_currency.clone(), row.to_currency.clone(), row.source.clone());
        let known = rows(db, issuer, first.day, last.day).await?;
        let said: HashMap<_, i64> = known.iter().map(|row| (of_source(row), row.billionths)).collect();
        new.extend(part.iter().filter(|rate| said.get(&of_source(rate)) != Some(&rate.billionths)).cloned());
    }
    Ok(new)
}

/// Records rates.
pub async fn add(tx: &DatabaseTransaction, rates: &[Model]) -> Written<()> {
    insert_all(tx, rates).await
}
