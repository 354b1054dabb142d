//! The statements about events.
#![expect(clippy::disallowed_methods, reason = "the statements about events stand here")]

use std::collections::{HashMap, HashSet};

use entity::event::{Column, Entity, Model};
use entity::{event_end, invitation, service, user, waiting_event};
use sea_orm::prelude::{DateTimeUtc, Expr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, Select, Set, Statement, Value,
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::base::db::{Db, is_among};
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::{Request, Work};
use crate::live::kinds::EventKind;

type Written<T> = Result<T, DbErr>;

/// The most old events that one transaction removes.
const REMOVED_AT_ONCE: u64 = 5_000;

/// The events of an organisation, the newest first.
static OF_ORGANISATION: List<Model> =
    List { descending: true, ..List::of_rows("event", "organisation_id", Key::Large("position")) };

/// What waits for its place: what it says itself, or else what the audit event says.
pub struct Waiting {
    /// Its place among what waits.
    pub place: i64,
    /// Its id.
    pub id: Uuid,
    /// The type, if it says that itself.
    pub kind: Option<String>,
    /// The act of the audit event.
    pub action: Option<String>,
    /// The details of the act, where the type depends on them.
    pub details: Option<String>,
    /// When the act happened.
    pub at: Option<DateTimeUtc>,
    /// Where it happened.
    pub organisation: Option<Uuid>,
    /// Whom it concerns.
    pub user: Option<Uuid>,
    /// Who acted.
    pub actor: Option<(String, Option<Uuid>)>,
    /// The key of the object.
    pub object_key: Option<Uuid>,
    /// Public id of the object.
    pub object_id: Option<String>,
}

/// An event that has its place.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The event.
    pub row: Model,
    /// Its type; `None` if this version does not know it.
    pub kind: Option<EventKind>,
}

/// Adds what has happened to objects of an organisation, if no audit event says so. No objects take no statement.
pub async fn announce(
    work: &Work<'_>,
    kind: EventKind,
    organisation: Uuid,
    objects: impl Iterator<Item = Uuid>,
) -> Written<()> {
    let row = |object| waiting_event::ActiveModel {
        id: Set(work.random.id(work.now)),
        kind: Set(Some(kind.stored().to_owned())),
        organisation_id: Set(Some(organisation)),
        object_key: Set(Some(object)),
        ..Default::default()
    };
    let rows: Vec<_> = objects.map(row).collect();
    if !rows.is_empty() {
        waiting_event::Entity::insert_many(rows).exec_without_returning(work.tx).await?;
    }
    Ok(())
}

/// Whether anything waits.
pub async fn has_waiting(db: &Db) -> Result<bool> {
    Ok(waiting_event::Entity::find().limit(1).count(db.reader()).await? > 0)
}

/// The last position. It is locked until the transaction ends.
pub async fn lock_end(tx: &DatabaseTransaction) -> Written<i64> {
    let sql = "UPDATE event_end SET position = position WHERE id = 1 RETURNING position";
    let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the end of the order of events".to_owned()))?.try_get_by_index(0)
}

/// Sets the last position.
pub async fn set_end(tx: &DatabaseTransaction, position: i64) -> Written<()> {
    let set = event_end::Entity::update_many().col_expr(event_end::Column::Position, Expr::value(position));
    set.exec(tx).await?;
    Ok(())
}

/// The last position that readers see.
pub async fn end(db: &Db) -> Result<i64> {
    let row = event_end::Entity::find().one(db.reader()).await?;
    Ok(row.map_or(0, |row| row.position))
}

/// Some of what waits. That of one organisation comes in the order in which it was committed.
pub async fn waiting(tx: &DatabaseTransaction, most: u64) -> Written<Vec<Waiting>> {
    let sql = format!(
        "SELECT w.id, w.kind, a.action, CASE WHEN a.action = 'updatePartnership' THEN a.details END, a.at, \
           coalesce(a.organisation_id, w.organisation_id), coalesce(a.person_id, w.user_id), a.actor_kind, a.actor_id, \
           w.object_key, a.object_id, w.place \
         FROM waiting_event w LEFT JOIN audit_event a ON a.id = w.id ORDER BY w.place LIMIT {most}"
    );
    let rows = tx.query_all_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
    let read = |row: &QueryResult| {
        let kind: Option<String> = row.try_get_by_index(7)?;
        let actor: Option<Uuid> = row.try_get_by_index(8)?;
        Ok(Waiting {
            place: row.try_get_by_index(11)?,
            id: row.try_get_by_index(0)?,
            kind: row.try_get_by_index(1)?,
            action: row.try_get_by_index(2)?,
            details: row.try_get_by_index(3)?,
            at: row.try_get_by_index(4)?,
            organisation: row.try_get_by_index(5)?,
            user: row.try_get_by_index(6)?,
            actor: kind.map(|kind| (kind, actor)),
            object_key: row.try_get_by_index(9)?,
            object_id: row.try_get_by_index(10)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Those of these services that are domains.
pub async fn domains(tx: &DatabaseTransaction, services: &[Uuid]) -> Written<HashSet<Uuid>> {
    if services.is_empty() {
        return Ok(HashSet::new());
    }
    let query = service::Entity::find().select_only().column(service::Column::Id);
    let query = query.filter(is_among(service::Column::Id, services, tx));
    let found: Vec<Uuid> = query.filter(service::Column::Kind.eq(service::Kind::Domain)).into_tuple().all(tx).await?;
    Ok(found.into_iter().collect())
}

/// The users who have the addresses of invitations, by invitation.
pub async fn invited(tx: &DatabaseTransaction, invitations: &[Uuid]) -> Written<HashMap<Uuid, Uuid>> {
    if invitations.is_empty() {
        return Ok(HashMap::new());
    }
    let query = invitation::Entity::find()
        .select_only()
        .column(invitation::Column::Id)
        .column(user::Column::Id)
        .join(
            JoinType::InnerJoin,
            invitation::Entity::belongs_to(user::Entity).from(invitation::Column::Email).to(user::Column::Email).into(),
        )
        .filter(user::Column::EmailVerifiedAt.is_not_null())
        .filter(is_among(invitation::Column::Id, invitations, tx));
    let found: Vec<(Uuid, Uuid)> = query.into_tuple().all(tx).await?;
    Ok(found.into_iter().collect())
}

/// Writes events, and removes what they were made of.
pub async fn insert(tx: &DatabaseTransaction, events: &[Model], waited: &[i64]) -> Written<()> {
    insert_all(tx, events).await?;
    let gone = waiting_event::Column::Place.is_in(waited.iter().copied());
    waiting_event::Entity::delete_many().filter(gone).exec(tx).await?;
    Ok(())
}

/// Tells the other nodes that there are new events, once the transaction commits. SQLite has no other nodes.
pub async fn ring(tx: &DatabaseTransaction) -> Written<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("NOTIFY {}", super::bell::CHANNEL)).await?;
    }
    Ok(())
}

/// A page of the events of an organisation that have one of these types.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    kinds: &[EventKind],
) -> Result<Page<Model>> {
    let names = kinds.iter().map(|kind| kind.stored().to_owned());
    let (condition, value): (_, Value) = match request.db().backend() {
        DbBackend::Postgres => ("t.kind = ANY(:kinds)", names.collect::<Vec<_>>().into()),
        _ => ("t.kind IN (SELECT value FROM json_each(:kinds))", names.collect::<Json>().to_string().into()),
    };
    OF_ORGANISATION.rows(request, organisation, page, Filter::default().and_with(condition, [(":kinds", value)])).await
}

/// The first position that is still there, and the last one that was given out.
pub async fn ends(db: &Db) -> Result<(i64, i64)> {
    let sql = "SELECT coalesce((SELECT min(position) FROM event), e.position + 1), e.position FROM event_end e";
    let rows = db.rows(sql, Vec::new()).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("the end of the order of events".to_owned()))?;
    Ok(row.try_get_many_by_index::<(i64, i64)>()?)
}

/// The organisations with events behind a position.
pub async fn changed(db: &Db, position: i64) -> Result<HashSet<Uuid>> {
    let found = Entity::find().select_only().column(Column::OrganisationId).distinct();
    let found = found.filter(Column::Position.gt(position)).filter(Column::OrganisationId.is_not_null());
    let found: Vec<Uuid> = found.into_tuple().all(db.reader()).await?;
    Ok(found.into_iter().collect())
}

/// The events behind a position, in their order.
pub async fn after(db: &Db, position: i64, most: u64) -> Result<Vec<Happened>> {
    read(db, Entity::find(), position, most).await
}

/// The events of an organisation behind a position.
pub async fn after_at(db: &Db, organisation: Uuid, position: i64, most: u64) -> Result<Vec<Happened>> {
    read(db, Entity::find().filter(Column::OrganisationId.eq(organisation)), position, most).await
}

/// The events that concern a user, behind a position.
pub async fn after_about(db: &Db, user: Uuid, position: i64, most: u64) -> Result<Vec<Happened>> {
    read(db, Entity::find().filter(Column::UserId.eq(user)), position, most).await
}

async fn read(db: &Db, among: Select<Entity>, position: i64, most: u64) -> Result<Vec<Happened>> {
    let rows = among.filter(Column::Position.gt(position)).order_by_asc(Column::Position).limit(most);
    let rows = rows.all(db.reader()).await?.into_iter();
    Ok(rows.map(|row| Happened { kind: EventKind::from_stored(&row.kind), row }).collect())
}

/// The event with this id.
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find().filter(Column::Id.eq(id)).one(db.reader()).await?)
}

/// Removes some of the events before an instant, and returns how many.
pub async fn remove(tx: &DatabaseTransaction, before: DateTimeUtc) -> Written<u64> {
    let old = Entity::find().select_only().column(Column::Position).filter(Column::At.lt(before));
    let old: Vec<i64> = old.order_by_asc(Column::At).limit(REMOVED_AT_ONCE).into_tuple().all(tx).await?;
    if old.is_empty() {
        return Ok(0);
    }
    Ok(Entity::delete_many().filter(Column::Position.is_in(old)).exec(tx).await?.rows_affected)
}
