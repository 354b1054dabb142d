//! Statements about the use of licences.
#![expect(clippy::disallowed_methods, reason = "the statements about the use of licences stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::usage_day::{Column, Entity, Model};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::base::db::{Db, is_among};
use crate::base::error::Result;
use crate::base::insert::insert_or;
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// How many licences of a feature are in use now, and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// How many.
    pub assigned: i64,
    /// Of people who logged in within 7 days.
    pub active_7: i64,
    /// Of people who logged in within 30 days.
    pub active_30: i64,
    /// Of people who never logged in.
    pub never: i64,
}

/// The days of an organisation from a day on and up to another, the oldest first: of all features, or of one. One statement
/// for all organisations that are asked for together.
pub async fn days(
    request: &Request,
    organisation: Uuid,
    feature: Option<Uuid>,
    (from, until): (Date, Date),
) -> Result<Arc<Vec<Model>>> {
    let batch = request.lists.batch::<Arc<Vec<Model>>>(format!("usage {feature:?} {from} {until}"));
    let load = async |organisations: Vec<Uuid>| {
        let db = request.db().reader();
        let days = Entity::find().filter(is_among(Column::OrganisationId, &organisations, db));
        let days = days.filter(Column::Day.gte(from)).filter(Column::Day.lte(until));
        let days = match feature {
            Some(feature) => days.filter(Column::FeatureId.eq(feature)),
            None => days,
        };
        let mut found: HashMap<Uuid, Vec<Model>> = HashMap::new();
        for row in days.order_by_asc(Column::Day).order_by_asc(Column::FeatureId).all(db).await? {
            found.entry(row.organisation_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(organisation, rows)| (organisation, Arc::new(rows))).collect())
    };
    Ok(batch.load(organisation, load).await?.unwrap_or_default())
}

/// The next organisations, in the order of ids, that have a right to something or use something.
pub async fn organisations(db: &Db, after: Uuid, most: i64) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM ( \
                 SELECT s.organisation_id AS id FROM subscription s JOIN entitlement e ON e.product_id = s.product_id \
                 WHERE s.state IN ('ACTIVE', 'CANCELLED') AND s.organisation_id > $1 \
                 UNION SELECT organisation_id FROM licence_pool WHERE used > 0 AND organisation_id > $1) t \
               ORDER BY id LIMIT $2";
    let rows = db.rows(sql, vec![after.into(), most.into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
}

/// What people of these organisations use of each feature: by organisation and feature.
pub async fn in_use(db: &Db, organisations: &[Uuid], now: DateTimeUtc) -> Result<HashMap<(Uuid, Uuid), InUse>> {
    let sql = format!(
        "SELECT a.organisation_id, a.feature_id, COUNT(*), \
           COUNT(CASE WHEN p.last_log_in_at >= $2 THEN 1 END), COUNT(CASE WHEN p.last_log_in_at >= $3 THEN 1 END), \
           COUNT(CASE WHEN p.last_log_in_at IS NULL THEN 1 END) \
         FROM licence_assignment a JOIN directory_person p ON p.id = a.person_id \
         WHERE a.state <> 'ENDED' AND {} GROUP BY a.organisation_id, a.feature_id",
        db.among("a.organisation_id", 1)
    );
    let ago = |days| now - chrono::TimeDelta::days(days);
    let rows = db.rows(sql, vec![db.keys(organisations), ago(7).into(), ago(30).into()]).await?;
    let found = rows.iter().map(|row| {
        let key = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let in_use = InUse {
            assigned: row.try_get_by_index(2)?,
            active_7: row.try_get_by_index(3)?,
            active_30: row.try_get_by_index(4)?,
            never: row.try_get_by_index(5)?,
        };
        Ok((key, in_use))
    });
    Ok(found.collect::<Result<_, DbErr>>()?)
}

/// Writes the figures of a day, in place of earlier ones of that day.
pub async fn save(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    let mut known = OnConflict::columns([Column::OrganisationId, Column::FeatureId, Column::Day]);
    known.update_columns([Column::Granted, Column::Assigned, Column::Active7, Column::Active30, Column::Never]);
    insert_or(tx, rows, &known).await
}
