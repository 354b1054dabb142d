//! The statements about audit logs: events, the ends of their chains, and how long they are kept.
#![expect(clippy::disallowed_methods, reason = "the statements about the audit log stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::audit_event::{self, ActorKind, Outcome, Way};
use entity::{audit_chain, organisation};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, Set, Statement,
};
use uuid::Uuid;

use super::anchor::{Anchor, Present};
use super::rules::BEGINNING;
use crate::access::Unchecked;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// The most events that one transaction removes from a log.
const REMOVED_AT_ONCE: u64 = 1_000;

/// Ordered by sequence, which is the order of writing. Clocks may run backwards, and two events may have the same time.
static OF_ORGANISATION: List<audit_event::Model> =
    List { descending: true, ..List::of_rows("audit_event", "organisation_id", Key::Large("sequence")) };

/// Filters the events of a log. `None` is no condition.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only of this user or API key.
    pub actor: Option<Uuid>,
    /// Only these mutations.
    pub actions: Option<Vec<String>>,
    /// Only acts with this outcome.
    pub outcome: Option<Outcome>,
    /// Only with this object, by its public id.
    pub object: Option<String>,
    /// Only acts allowed in this way.
    pub way: Option<Way>,
    /// Only acts allowed by this partnership.
    pub partnership: Option<Uuid>,
    /// Only events at or after this time.
    pub from: Option<DateTimeUtc>,
    /// Only events before this time.
    pub until: Option<DateTimeUtc>,
    /// No events at all.
    pub is_empty: bool,
}

impl EventFilter {
    fn conditions(self) -> Filter {
        let mut conditions = Filter::default();
        if let Some(actor) = self.actor {
            conditions = conditions.and_with("t.actor_id = :actor", [(":actor", actor.into())]);
        }
        if let Some(mut actions) = self.actions {
            // Each action once and in a fixed order, so that the same request always has the same statement.
            actions.sort_unstable();
            actions.dedup();
            // No text of the databases holds a NUL, and PostgreSQL refuses one.
            actions.retain(|action| !action.contains('\0'));
            let places: Vec<String> = actions.into_iter().map(|action| conditions.value(action)).collect();
            conditions = match places.join(", ") {
                none if none.is_empty() => conditions.and("FALSE"),
                places => conditions.and(&format!("t.action IN ({places})")),
            };
        }
        if let Some(outcome) = self.outcome {
            conditions = conditions.and_with("t.outcome = :outcome", [(":outcome", outcome.to_value().into())]);
        }
        if let Some(object) = self.object {
            conditions = conditions.and_with("t.object_id = :object", [(":object", object.into())]);
        }
        if let Some(way) = self.way {
            conditions = conditions.and_with("t.way = :way", [(":way", way.to_value().into())]);
        }
        if let Some(key) = self.partnership {
            conditions = conditions.and_with("t.partnership_id = :partnership", [(":partnership", key.into())]);
        }
        if let Some(from) = self.from {
            conditions = conditions.and_with("t.at >= :from", [(":from", from.into())]);
        }
        if let Some(until) = self.until {
            conditions = conditions.and_with("t.at < :until", [(":until", until.into())]);
        }
        if self.is_empty { conditions.and("FALSE") } else { conditions }
    }
}

/// The log of an organisation, the newest event first.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    filter: EventFilter,
) -> Result<Page<audit_event::Model>> {
    OF_ORGANISATION.rows(request, organisation, page, filter.conditions()).await
}

/// An event by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<audit_event::Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// Starts the chains of new organisations.
pub async fn insert_chains(tx: &DatabaseTransaction, organisations: impl Iterator<Item = Uuid>) -> Written<()> {
    let chains = organisations.map(|organisation| audit_chain::ActiveModel {
        organisation_id: Set(organisation),
        sequence: Set(0),
        hash: Set(BEGINNING.to_owned()),
        removed_sequence: Set(0),
        removed_hash: Set(BEGINNING.to_owned()),
        ..Default::default()
    });
    audit_chain::Entity::insert_many(chains.collect::<Vec<_>>()).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes events.
pub async fn insert(tx: &DatabaseTransaction, rows: impl IntoIterator<Item = audit_event::Model>) -> Written<()> {
    let rows: Vec<_> = rows.into_iter().collect();
    insert_all(tx, &rows).await
}

/// The end of the chain: sequence and hash of the newest event. It is locked until the transaction ends.
pub async fn lock_end(tx: &DatabaseTransaction, organisation: Uuid) -> Written<(i64, String)> {
    let sql = "INSERT INTO audit_chain (organisation_id, sequence, hash, removed_sequence, removed_hash) \
               VALUES ($1, 0, $2, 0, $2) ON CONFLICT (organisation_id) DO UPDATE SET sequence = audit_chain.sequence \
               RETURNING sequence, hash";
    let values = [organisation.into(), BEGINNING.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let row = tx.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the end of an audit log".to_owned()))?;
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}

/// The ends of the chains of many organisations, in one statement.
pub async fn lock_ends(
    tx: &DatabaseTransaction,
    db: &Db,
    organisations: &[Uuid],
) -> Written<HashMap<Uuid, (i64, String)>> {
    let sql = format!(
        "INSERT INTO audit_chain (organisation_id, sequence, hash, removed_sequence, removed_hash) \
         SELECT o.id, 0, '{BEGINNING}', 0, '{BEGINNING}' FROM organisation o WHERE {} ORDER BY o.id \
         ON CONFLICT (organisation_id) DO UPDATE SET sequence = audit_chain.sequence \
         RETURNING organisation_id, sequence, hash",
        db.among("o.id", 1)
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.keys(organisations)]);
    let rows = tx.query_all_raw(statement).await?;
    let read = |row: &QueryResult| {
        let (organisation, sequence, hash) = row.try_get_many_by_index()?;
        Ok((organisation, (sequence, hash)))
    };
    rows.iter().map(read).collect()
}

/// The chain of an organisation: the start and end of its log.
pub async fn find_chain(db: &Db, organisation: Uuid) -> Result<Option<audit_chain::Model>> {
    Ok(audit_chain::Entity::find_by_id(organisation).one(db.reader()).await?)
}

/// The ends of the logs that have events, in the order of their organisations, after one if it is given: at most so many.
pub async fn anchors(db: &Db, after: Option<Uuid>, most: u64) -> Result<Vec<Anchor>> {
    let sql = format!(
        "SELECT c.organisation_id, c.sequence, c.hash, e.at FROM audit_chain c LEFT JOIN audit_event e \
         ON e.organisation_id = c.organisation_id AND e.sequence = c.sequence \
         WHERE c.sequence > 0 AND c.organisation_id > $1 ORDER BY c.organisation_id LIMIT {most}"
    );
    let rows = db.rows(sql, vec![after.unwrap_or(Uuid::nil()).into()]).await?;
    let read = |row: &QueryResult| {
        let (organisation, sequence, hash, at) = row.try_get_many_by_index()?;
        Ok(Anchor { organisation, sequence, hash, at })
    };
    rows.iter().map(read).collect()
}

/// What the log holds now where the anchor points; `None` if there is no log.
pub async fn present(db: &Db, anchor: &Anchor) -> Result<Option<Present>> {
    let sql = "SELECT c.sequence, c.removed_sequence, c.removed_hash, e.hash FROM audit_chain c \
               LEFT JOIN audit_event e ON e.organisation_id = c.organisation_id AND e.sequence = $2 \
               WHERE c.organisation_id = $1";
    let rows = db.rows(sql, vec![anchor.organisation.into(), anchor.sequence.into()]).await?;
    let read = |row: &QueryResult| {
        let (sequence, removed_sequence, removed_hash, hash) = row.try_get_many_by_index()?;
        Ok(Present { sequence, removed: (removed_sequence, removed_hash), hash })
    };
    rows.first().map(read).transpose()
}

/// The oldest events of an organisation, or those after a sequence, up to `most`.
pub async fn events(db: &Db, organisation: Uuid, after: Option<i64>, most: u64) -> Result<Vec<audit_event::Model>> {
    let mut query = audit_event::Entity::find().filter(audit_event::Column::OrganisationId.eq(organisation));
    if let Some(sequence) = after {
        query = query.filter(audit_event::Column::Sequence.gt(sequence));
    }
    Ok(query.order_by_asc(audit_event::Column::Sequence).limit(most).all(db.reader()).await?)
}

/// Organisations in the order of their keys, after a key if one is given, up to `most`.
pub async fn organisations(db: &Db, after: Option<Uuid>, most: u64) -> Result<Vec<Uuid>> {
    let mut query = organisation::Entity::find().select_only().column(organisation::Column::Id);
    if let Some(id) = after {
        query = query.filter(organisation::Column::Id.gt(id));
    }
    Ok(query.order_by_asc(organisation::Column::Id).limit(most).into_tuple().all(db.reader()).await?)
}

/// Removes the details of all events about or by a user, when the law requires it: names, and values before and after.
/// The events themselves and the chain stay.
pub async fn forget_person(tx: &DatabaseTransaction, user: Uuid) -> Written<u64> {
    let forgotten = audit_event::ActiveModel { details: Set(None), ..Default::default() };
    let about_user =
        Condition::any().add(audit_event::Column::ActorId.eq(user)).add(audit_event::Column::PersonId.eq(user));
    let known = audit_event::Column::Details.is_not_null();
    let events = audit_event::Entity::update_many().set(forgotten).filter(about_user).filter(known);
    Ok(events.exec(tx).await?.rows_affected)
}

/// Whether the organisation exists.
pub async fn is_there(db: &Db, organisation: Uuid) -> Result<bool> {
    Ok(organisation::Entity::find_by_id(organisation).one(db.reader()).await?.is_some())
}

/// Sets for how many days a log is kept, and returns the previous number. `None` is forever.
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

/// For how many days the log of an organisation is kept; `None` is forever. Concurrent calls share one statement.
pub async fn retention(request: &Request, organisation: Uuid) -> Result<Option<i32>> {
    let batch = request.lists.batch::<i32>("retention of logs".to_owned());
    let load = async |ids: Vec<Uuid>| {
        let chains = audit_chain::Entity::find().filter(audit_chain::Column::OrganisationId.is_in(ids));
        let chains = chains.all(request.db().reader()).await?.into_iter();
        Ok(chains.filter_map(|chain| Some((chain.organisation_id, chain.retention_days?))).collect())
    };
    batch.load(organisation, load).await
}

/// The organisations whose logs are not kept forever, with their number of days.
pub async fn with_retention(db: &Db) -> Result<Vec<(Uuid, i32)>> {
    let chains = audit_chain::Entity::find().filter(audit_chain::Column::RetentionDays.is_not_null());
    let chains = chains.all(db.reader()).await?.into_iter();
    Ok(chains.filter_map(|chain| Some((chain.organisation_id, chain.retention_days?))).collect())
}

/// The time of the oldest event left in a log.
pub async fn oldest(db: &Db, organisation: Uuid) -> Result<Option<DateTimeUtc>> {
    let first = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::At)
        .filter(audit_event::Column::OrganisationId.eq(organisation))
        .order_by_asc(audit_event::Column::Sequence);
    Ok(first.into_tuple().one(db.reader()).await?)
}

/// Removes some events from the start of a log that are older than the given time, and returns how many.
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

/// The events of a user's own acts in all logs, after one if it is given: at most so many.
pub async fn events_of(db: &Db, user: Uuid, after: Option<Uuid>, most: u64) -> Result<Vec<audit_event::Model>> {
    let mut query = audit_event::Entity::find()
        .filter(audit_event::Column::ActorId.eq(user))
        .filter(audit_event::Column::ActorKind.eq(ActorKind::User));
    if let Some(id) = after {
        query = query.filter(audit_event::Column::Id.gt(id));
    }
    Ok(query.order_by_asc(audit_event::Column::Id).limit(most).all(db.reader()).await?)
}
