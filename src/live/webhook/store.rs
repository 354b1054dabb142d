//! The statements about webhooks and their deliveries.
#![expect(clippy::disallowed_methods, reason = "the statements about webhooks stand here")]

use std::collections::{HashMap, HashSet};

use chrono::SecondsFormat;
use entity::webhook::{ActiveModel, Column, Entity, Model, Reason};
use entity::{event, organisation, webhook_delivery as delivery};
use sea_orm::prelude::{DateTimeUtc, Expr};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExprTrait,
    FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Set,
    Statement,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::base::db::{Db, is_among};
use crate::base::error::Result;
use crate::base::insert::{insert_all, insert_or};
use crate::base::memory::Look;
use crate::graphql::page::{Filter, Key, List, Search};

type Written<T> = Result<T, DbErr>;

/// The most old deliveries that one transaction removes.
const REMOVED_AT_ONCE: u64 = 5_000;

/// A webhook and the name of its creator.
#[derive(Clone, Debug)]
pub struct WebhookRow {
    /// Its row.
    pub model: Model,
    /// Name of its creator.
    pub creator: Option<String>,
}

/// The webhooks of an organisation, the oldest first.
pub static OF_ORGANISATION: List<WebhookRow> = List {
    table: "webhook",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: false,
    columns: "t.*, u.name AS creator",
    joins: "LEFT JOIN \"user\" u ON u.id = t.created_by_id",
    read,
    keep: None,
};

/// A delivery and the organisation of its webhook.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Its row.
    pub model: delivery::Model,
    /// The organisation of the webhook.
    pub at: Uuid,
}

/// The deliveries of a webhook, the newest first.
pub static OF_WEBHOOK: List<DeliveryRow> = List {
    table: "webhook_delivery",
    placing: None,
    parent: "webhook_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: "t.*, w.organisation_id AS at_id",
    joins: "JOIN webhook w ON w.id = t.webhook_id",
    read: |rows| {
        let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("delivery".to_owned()))?;
        Ok(DeliveryRow { model: delivery::Model::from_query_result(row, "")?, at: row.try_get("", "at_id")? })
    },
    keep: None,
};

fn read(rows: &[QueryResult]) -> Written<WebhookRow> {
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("webhook".to_owned()))?;
    Ok(WebhookRow { model: Model::from_query_result(row, "")?, creator: row.try_get("", "creator")? })
}

/// Webhooks that are enabled or not, and that a search finds.
pub fn found(is_enabled: Option<bool>, search: &Search) -> Filter {
    let filter = match is_enabled {
        Some(true) => Filter::default().and("t.disabled_at IS NULL"),
        Some(false) => Filter::default().and("t.disabled_at IS NOT NULL"),
        None => Filter::default(),
    };
    search.narrow(filter, "t.search_text LIKE :search ESCAPE '!'")
}

/// Deliveries that viewers may know of. That something happened at a client shows only once it was sent, which was decided
/// then.
pub fn shown(state: Option<delivery::State>) -> Filter {
    Filter::default().in_state(state).and("(t.is_own OR t.attempted_at IS NOT NULL)")
}

/// The webhook as the transaction sees it.
pub async fn find_by_id(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// How many webhooks the organisation has.
pub async fn count(tx: &DatabaseTransaction, organisation: Uuid) -> Written<u64> {
    Entity::find().filter(Column::OrganisationId.eq(organisation)).count(tx).await
}

/// Writes a new webhook.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Changes a webhook.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, change: ActiveModel) -> Written<()> {
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Deletes a webhook with its deliveries.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    Entity::delete_many().filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Stops sending, without a reason if a person wants it so. What waits stays, and waits for nothing.
pub async fn disable(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc, reason: Option<Reason>) -> Written<()> {
    let change = ActiveModel {
        disabled_at: Set(Some(now)),
        disabled_reason: Set(reason),
        leased_until: Set(None),
        ..Default::default()
    };
    update(tx, id, change).await?;
    let waiting =
        delivery::Entity::update_many().col_expr(delivery::Column::NextAttemptAt, Expr::value(None::<DateTimeUtc>));
    let waiting =
        waiting.filter(delivery::Column::WebhookId.eq(id)).filter(delivery::Column::NextAttemptAt.is_not_null());
    waiting.exec(tx).await?;
    Ok(())
}

/// Sends again: what waits is due at once, and has its time from now on.
pub async fn enable(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<()> {
    let change = ActiveModel {
        disabled_at: Set(None),
        disabled_reason: Set(None),
        failing_since: Set(None),
        ..Default::default()
    };
    update(tx, id, change).await?;
    let waiting =
        delivery::ActiveModel { next_attempt_at: Set(Some(now)), waits_since: Set(now), ..Default::default() };
    let pending = delivery::Entity::update_many().set(waiting).filter(delivery::Column::WebhookId.eq(id));
    pending.filter(delivery::Column::State.eq(delivery::State::Pending)).exec(tx).await?;
    Ok(())
}

/// The webhooks that may have something to hear of these organisations: their own, and all that include clients. Each with
/// whether it is the operator's. Nobody deletes them until the transaction ends.
pub async fn listening(tx: &DatabaseTransaction, db: &Db, organisations: &[Uuid]) -> Written<Vec<(Model, bool)>> {
    let lock = if db.backend() == DbBackend::Postgres { "FOR KEY SHARE OF w" } else { "" };
    let sql = format!(
        "SELECT w.*, o.kind = 'OPERATOR' AS is_operator FROM webhook w JOIN organisation o ON o.id = w.organisation_id \
         WHERE w.disabled_at IS NULL AND ({} OR w.includes_clients) {lock}",
        db.among("w.organisation_id", 1)
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.keys(organisations)]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok((Model::from_query_result(row, "")?, row.try_get("", "is_operator")?))).collect()
}

/// Pairs of an organisation and one of these resellers above it, by partnerships that nobody has ended.
pub async fn above(
    tx: &DatabaseTransaction,
    db: &Db,
    organisations: &[Uuid],
    resellers: &[Uuid],
) -> Written<HashSet<(Uuid, Uuid)>> {
    let sql = format!(
        "WITH RECURSIVE above(origin, id) AS (SELECT o.id, o.id FROM organisation o WHERE {} \
         UNION SELECT a.origin, p.reseller_id FROM above a JOIN partnership p ON p.client_id = a.id AND p.state = 'ACTIVE') \
         SELECT a.origin, a.id FROM above a WHERE {} AND a.origin <> a.id",
        db.among("o.id", 1),
        db.among("a.id", 2)
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.keys(organisations), db.keys(resellers)]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// Writes new deliveries.
pub async fn insert(tx: &DatabaseTransaction, rows: &[delivery::Model]) -> Written<()> {
    insert_all(tx, rows).await
}

/// Writes deliveries of events that may have been delivered before: those are due again.
pub async fn insert_again(tx: &DatabaseTransaction, rows: &[delivery::Model]) -> Written<()> {
    use delivery::Column as D;
    let known = OnConflict::columns([D::WebhookId, D::EventId])
        .update_columns([D::State, D::WaitsSince, D::NextAttemptAt])
        .action_and_where(Expr::col((delivery::Entity, D::State)).ne(delivery::State::Pending.to_value()))
        .to_owned();
    insert_or(tx, rows, &known).await
}

/// A webhook that has events to deliver again, locked, if there is one that nobody else is busy with.
pub async fn replaying(tx: &DatabaseTransaction) -> Written<Option<(Model, bool)>> {
    let query = Entity::find().filter(Column::ReplayAfter.is_not_null()).filter(Column::DisabledAt.is_null());
    let query = query.order_by_asc(Column::Id);
    let query = if tx.get_database_backend() == DbBackend::Postgres {
        query
            .lock_with_behavior(sea_orm::sea_query::LockType::NoKeyUpdate, sea_orm::sea_query::LockBehavior::SkipLocked)
    } else {
        query
    };
    let Some(row) = query.one(tx).await? else { return Ok(None) };
    let at = organisation::Entity::find_by_id(row.organisation_id).one(tx).await?;
    Ok(Some((row, at.is_some_and(|at| at.kind == organisation::Kind::Operator))))
}

/// Whether any webhook has events to deliver again.
pub async fn is_any_replaying(db: &Db) -> Result<bool> {
    let any = Entity::find().filter(Column::ReplayAfter.is_not_null()).filter(Column::DisabledAt.is_null());
    Ok(any.one(db.reader()).await?.is_some())
}

/// Events behind a position, up to another, of one organisation or of all.
pub async fn events(
    tx: &DatabaseTransaction,
    organisation: Option<Uuid>,
    (after, until): (i64, i64),
    most: u64,
) -> Written<Vec<event::Model>> {
    let mut query = event::Entity::find().filter(event::Column::Position.gt(after));
    query = query.filter(event::Column::Position.lte(until));
    if let Some(organisation) = organisation {
        query = query.filter(event::Column::OrganisationId.eq(organisation));
    }
    query.order_by_asc(event::Column::Position).limit(most).all(tx).await
}

/// Whether a delivery is due. It reads only the index.
pub async fn is_any_due(db: &Db, now: DateTimeUtc) -> Result<bool> {
    let sql = "SELECT 1 FROM webhook_delivery WHERE next_attempt_at <= $1 LIMIT 1";
    Ok(!db.rows(sql, vec![now.into()]).await?.is_empty())
}

/// Number of deliveries that wait.
pub async fn count_waiting(db: &Db) -> Result<i64> {
    let sql = "SELECT count(*) FROM webhook_delivery WHERE next_attempt_at IS NOT NULL";
    Ok(db.rows(sql, Vec::new()).await?[0].try_get_by_index(0)?)
}

/// How much of what is due a server takes at once.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Of all webhooks together.
    pub most: usize,
    /// Of one webhook.
    pub each: usize,
}

/// Takes due deliveries of webhooks that are not in order, until the lease ends. Others take them if they are not settled
/// by then. One statement.
pub async fn claim(
    tx: &DatabaseTransaction,
    db: &Db,
    (now, until): (DateTimeUtc, DateTimeUtc),
    Share { most, each }: Share,
    busy: &[Uuid],
) -> Written<Vec<delivery::Model>> {
    let due = "d.webhook_id = w.id AND d.next_attempt_at <= $1 ORDER BY d.next_attempt_at, d.position";
    let from = if db.backend() == DbBackend::Postgres {
        let of_each =
            format!("(SELECT d.id FROM webhook_delivery d WHERE {due} LIMIT {each} FOR UPDATE SKIP LOCKED) x");
        format!("webhook w CROSS JOIN LATERAL {of_each}")
    } else {
        let of_each = format!("(SELECT d.id FROM webhook_delivery d WHERE {due} LIMIT {each})");
        format!("webhook w JOIN webhook_delivery x ON x.id IN {of_each}")
    };
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT x.id FROM {from} WHERE w.disabled_at IS NULL AND NOT w.is_ordered \
           AND NOT ({}) LIMIT {most}) \
         UPDATE webhook_delivery SET next_attempt_at = $2, claims = claims + 1 WHERE id IN (SELECT id FROM due) \
         RETURNING *",
        db.among("w.id", 3),
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [now.into(), until.into(), db.keys(busy)]);
    taken(&tx.query_all_raw(statement).await?)
}

/// The deliveries that were taken, in the order of their events.
fn taken(rows: &[QueryResult]) -> Written<Vec<delivery::Model>> {
    let rows = rows.iter().map(|row| delivery::Model::from_query_result(row, ""));
    let mut rows: Vec<delivery::Model> = rows.collect::<Result<_, _>>()?;
    rows.sort_by_key(|row| (row.position, row.id));
    Ok(rows)
}

/// Takes the beginnings of what waits for webhooks in order, whose first delivery is due, until the lease ends: two
/// statements, or one if there are none. Only one server sends to such a webhook at a time.
pub async fn claim_ordered(
    tx: &DatabaseTransaction,
    db: &Db,
    (now, until): (DateTimeUtc, DateTimeUtc),
    Share { each, .. }: Share,
    busy: &[Uuid],
) -> Written<Vec<delivery::Model>> {
    let waiting = "FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.next_attempt_at IS NOT NULL \
                   ORDER BY d.position, d.id";
    let sql = format!(
        "UPDATE webhook AS w SET leased_until = $2 WHERE w.is_ordered AND w.disabled_at IS NULL \
           AND (w.leased_until IS NULL OR w.leased_until <= $1) AND NOT ({}) \
           AND (SELECT d.next_attempt_at {waiting} LIMIT 1) <= $1 RETURNING w.id",
        db.among("w.id", 3)
    );
    let sql = if db.backend() == DbBackend::Postgres { sql } else { sql.replace("RETURNING w.id", "RETURNING id") };
    let statement = Statement::from_sql_and_values(db.backend(), sql, [now.into(), until.into(), db.keys(busy)]);
    let leased = tx.query_all_raw(statement).await?;
    let leased: Vec<Uuid> = leased.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    if leased.is_empty() {
        return Ok(Vec::new());
    }
    let from = if db.backend() == DbBackend::Postgres {
        format!("webhook w CROSS JOIN LATERAL (SELECT d.id {waiting} LIMIT {each}) x")
    } else {
        format!("webhook w JOIN webhook_delivery x ON x.id IN (SELECT d.id {waiting} LIMIT {each})")
    };
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT x.id FROM {from} WHERE {}) \
         UPDATE webhook_delivery SET next_attempt_at = $1, claims = claims + 1 WHERE id IN (SELECT id FROM due) \
         RETURNING *",
        db.among("w.id", 2)
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [until.into(), db.keys(&leased)]);
    taken(&tx.query_all_raw(statement).await?)
}

/// The webhooks as they are now. The same statement looks what has changed of what is kept in memory.
pub async fn look(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>> {
    let condition = db.among("w.id", 1);
    let values = vec![db.keys(ids)];
    let look = Look { columns: "w.*", from: "webhook w", condition: &condition, values, most: ids.len() };
    let rows = look.take(db).await?;
    let rows = rows.into_iter().map(|(id, row)| Ok((id, Model::from_query_result(&row, "")?)));
    Ok(rows.collect::<Result<_, DbErr>>()?)
}

/// What came of an attempt, to be written.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The delivery.
    pub id: Uuid,
    /// Which claim it was.
    pub claims: i32,
    /// The state from now on.
    pub state: delivery::State,
    /// When it is tried next.
    pub next: Option<DateTimeUtc>,
    /// The attempts, as JSON.
    pub attempts: String,
    /// When it was first tried.
    pub attempted_at: Option<DateTimeUtc>,
}

impl Settled {
    fn written(&self) -> Json {
        // As the driver writes times, so that SQLite compares them as text.
        let at = |time: DateTimeUtc| time.to_rfc3339_opts(SecondsFormat::AutoSi, false);
        json!({
            "id": self.id.simple().to_string(),
            "claims": self.claims,
            "state": self.state.to_value(),
            "next": self.next.map(at),
            "attempts": self.attempts,
            "attempted": self.attempted_at.map(at),
        })
    }
}

/// Writes the outcomes of many attempts, in one statement. If somebody else has taken a delivery since, only a success
/// counts. None take no statement.
pub async fn settle(tx: &DatabaseTransaction, db: &Db, outcomes: &[Settled]) -> Written<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let list = Json::Array(outcomes.iter().map(Settled::written).collect()).to_string();
    let (next, attempted, given) = if db.backend() == DbBackend::Postgres {
        let given = "json_to_recordset($1::text::json) AS r(id uuid, claims int, state text, next timestamptz, \
                     attempts text, attempted timestamptz)";
        ("r.next", "r.attempted", given.to_owned())
    } else {
        let field = |name: &str| format!("value ->> '{name}' AS {name}");
        let fields = ["claims", "state", "next", "attempts", "attempted"].map(field).join(", ");
        ("r.next", "r.attempted", format!("(SELECT unhex(value ->> 'id') AS id, {fields} FROM json_each($1)) AS r"))
    };
    let sql = format!(
        "UPDATE webhook_delivery SET state = r.state, next_attempt_at = {next}, attempts = r.attempts, \
           attempted_at = {attempted} FROM {given} \
         WHERE webhook_delivery.id = r.id AND (webhook_delivery.claims = r.claims OR r.state = 'DELIVERED')"
    );
    tx.execute_raw(Statement::from_sql_and_values(db.backend(), sql, [list.into()])).await?;
    Ok(())
}

/// Removes deliveries that may not be sent any more. None take no statement.
pub async fn withhold(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<()> {
    if ids.is_empty() {
        return Ok(());
    }
    delivery::Entity::delete_many().filter(is_among(delivery::Column::Id, ids, tx)).exec(tx).await?;
    Ok(())
}

/// Gives taken deliveries back, for anybody to take from that time on. None take no statement.
pub async fn give_back(tx: &DatabaseTransaction, ids: &[Uuid], at: DateTimeUtc) -> Written<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let back = delivery::Entity::update_many().col_expr(delivery::Column::NextAttemptAt, Expr::value(Some(at)));
    let back = back.filter(is_among(delivery::Column::Id, ids, tx));
    back.filter(delivery::Column::NextAttemptAt.is_not_null()).exec(tx).await?;
    Ok(())
}

/// Lets other servers send to these webhooks in order. None take no statement.
pub async fn free(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let free = Entity::update_many().col_expr(Column::LeasedUntil, Expr::value(None::<DateTimeUtc>));
    free.filter(is_among(Column::Id, ids, tx)).exec(tx).await?;
    Ok(())
}

/// Notes that webhooks have begun to fail, or that they work again. None take no statement.
pub async fn note_health(tx: &DatabaseTransaction, ids: &[Uuid], failing_since: Option<DateTimeUtc>) -> Written<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let note = Entity::update_many().col_expr(Column::FailingSince, Expr::value(failing_since));
    let note = note.filter(is_among(Column::Id, ids, tx));
    let note = match failing_since {
        Some(_) => note.filter(Column::FailingSince.is_null()),
        None => note.filter(Column::FailingSince.is_not_null()),
    };
    note.exec(tx).await?;
    Ok(())
}

/// Removes some of the deliveries of events before an instant, and returns how many.
pub async fn remove(tx: &DatabaseTransaction, before: DateTimeUtc) -> Written<u64> {
    let old = delivery::Entity::find().select_only().column(delivery::Column::Id);
    let old = old.filter(delivery::Column::At.lt(before)).order_by_asc(delivery::Column::At);
    let old: Vec<Uuid> = old.limit(REMOVED_AT_ONCE).into_tuple().all(tx).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let gone = delivery::Entity::delete_many().filter(is_among(delivery::Column::Id, &old, tx));
    Ok(gone.exec(tx).await?.rows_affected)
}
