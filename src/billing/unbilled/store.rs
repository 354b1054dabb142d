//! Statements about what is not billed.
#![expect(clippy::disallowed_methods, reason = "the statements about what is not billed stand here")]

use entity::unbilled_subscription::{Column, Entity, Model};
use sea_orm::prelude::Date;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::base::db::is_among;
use crate::base::insert::{Together, insert_or};

type Written<T> = Result<T, DbErr>;

/// Something changes from these days on. A day never moves on by this.
pub async fn note(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    insert_or(tx, &rows, &earlier()).await
}

/// The same for new subscriptions, among the rows that are inserted together.
pub fn add(rows: &mut Together, of_new: &[Model]) {
    rows.add_or(of_new, &earlier());
}

fn earlier() -> OnConflict {
    let earlier = "CASE WHEN excluded.since < unbilled_subscription.since THEN excluded.since \
                   ELSE unbilled_subscription.since END";
    OnConflict::column(Column::SubscriptionId).value(Column::Since, Expr::cust(earlier)).to_owned()
}

/// Everything before these days is billed.
pub async fn move_on(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    let known = OnConflict::column(Column::SubscriptionId).update_column(Column::Since).to_owned();
    insert_or(tx, &rows, &known).await
}

/// Nothing of these subscriptions will be charged any more.
pub async fn finish(tx: &DatabaseTransaction, subscriptions: Vec<Uuid>) -> Written<()> {
    if !subscriptions.is_empty() {
        Entity::delete_many().filter(is_among(Column::SubscriptionId, &subscriptions, tx)).exec(tx).await?;
    }
    Ok(())
}

/// The subscriptions of these organisations that may have something to bill on the day or before.
pub async fn list(tx: &DatabaseTransaction, organisations: &[Uuid], horizon: Date) -> Written<Vec<Model>> {
    let of_them = Entity::find().filter(Column::OrganisationId.is_in(organisations.iter().copied()));
    of_them.filter(Column::Since.lte(horizon)).order_by_asc(Column::SubscriptionId).all(tx).await
}

/// The next organisations, in the order of ids, that may have something to bill on the day or before.
pub async fn organisations(
    tx: &impl sea_orm::ConnectionTrait,
    horizon: Date,
    after: Uuid,
    limit: u64,
) -> Written<Vec<Uuid>> {
    let due = Entity::find().filter(Column::Since.lte(horizon)).filter(Column::OrganisationId.gt(after));
    let due = due.select_only().column(Column::OrganisationId).distinct().order_by_asc(Column::OrganisationId);
    due.limit(limit).into_tuple().all(tx).await
}
