//! Statements about how long logs are kept.
#![expect(clippy::disallowed_methods, reason = "the statements about how long logs are kept stand here")]

use entity::{audit_chain, audit_event};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::request::Request;
use crate::oversight::audit::store::lock_end;

/// Events that one transaction removes from a log at most.
const REMOVED_AT_ONCE: u64 = 1_000;

type Written<T> = Result<T, DbErr>;

/// Sets for how many days a log is kept, and gives for how many it was.
pub async fn set_retention(tx: &DatabaseTransaction, organisation: Uuid, days: Option<i32>) -> Written<Option<i32>> {
    lock_end(tx, organisation).await?;
    let chain = audit_chain::Entity::find_by_id(organisation).one(tx).await?;
    let row = audit_chain::ActiveModel {
        organisation_id: Set(organisation),
        retention_days: Set(days),
        ..Default::default()
    };
    audit_chain::Entity::update(row).exec(tx).await?;
    Ok(chain.and_then(|chain| chain.retention_days))
}

/// For how many days the log of an organisation is kept, asked together with those of its siblings; none for ever.
pub async fn retention(request: &Request, organisation: Uuid) -> Result<Option<i32>> {
    let batch = request.lists.batch::<i32>("retention of logs".to_owned());
    let load = async |ids: Vec<Uuid>| {
        let chains = audit_chain::Entity::find().filter(audit_chain::Column::OrganisationId.is_in(ids));
        let chains = chains.all(request.db().reader()).await?.into_iter();
        Ok(chains.filter_map(|chain| Some((chain.organisation_id, chain.retention_days?))).collect())
    };
    batch.load(organisation, load).await
}

/// The organisations whose logs are not kept for ever, and for how many days they are.
pub async fn with_retention(db: &Db) -> Result<Vec<(Uuid, i32)>> {
    let chains = audit_chain::Entity::find().filter(audit_chain::Column::RetentionDays.is_not_null());
    let chains = chains.all(db.reader()).await?.into_iter();
    Ok(chains.filter_map(|chain| Some((chain.organisation_id, chain.retention_days?))).collect())
}

/// When the oldest event of a log happened that is still there.
pub async fn oldest(db: &Db, organisation: Uuid) -> Result<Option<DateTimeUtc>> {
    let first = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::At)
        .filter(audit_event::Column::OrganisationId.eq(organisation))
        .order_by_asc(audit_event::Column::Sequence);
    Ok(first.into_tuple().one(db.reader()).await?)
}

/// Removes some events from the start of a log that are all older than the moment, and says how many.
pub async fn remove(tx: &DatabaseTransaction, organisation: Uuid, before: DateTimeUtc) -> Written<u64> {
    lock_end(tx, organisation).await?;
    let oldest = audit_event::Entity::find()
        .filter(audit_event::Column::OrganisationId.eq(organisation))
        .order_by_asc(audit_event::Column::Sequence)
        .limit(REMOVED_AT_ONCE)
        .all(tx)
        .await?;
    let Some(last) = oldest.iter().take_while(|event| event.at < before).last() else { return Ok(0) };
    let chain = audit_chain::ActiveModel {
        organisation_id: Set(organisation),
        removed_sequence: Set(last.sequence),
        removed_hash: Set(last.hash.clone()),
        ..Default::default()
    };
    audit_chain::Entity::update(chain).exec(tx).await?;
    let removed = audit_event::Entity::delete_many()
        .filter(audit_event::Column::OrganisationId.eq(organisation))
        .filter(audit_event::Column::Sequence.lte(last.sequence))
        .exec(tx)
        .await?;
    Ok(removed.rows_affected)
}
