//! Statements about partnerships.
#![expect(clippy::disallowed_methods, reason = "the statements about partnerships belong in this file")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use entity::partnership::{ActiveModel, Column, EndedBy, Entity, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, Set, Statement,
};
use uuid::Uuid;

use super::reminder::DAYS;
use super::rules::{self, PartnershipState};
use super::terms::Terms;
use crate::access::Unchecked;
use crate::base::db::{Db, is_one_of};
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;
use crate::people::membership::store::{GIVEN, Member, select};

/// The partnerships of a client, the oldest first.
static OF_CLIENT: List<Model> = List::of_kept_rows(Table::Partnership, "client_id", Key::Instant("created_at"));

/// The most partnerships that one round of the server handles.
const PER_ROUND: u64 = 100;

type Written<T> = Result<T, DbErr>;

impl Heap for Model {
    fn heap(&self) -> usize {
        self.client_name.heap()
            + self.client_key.heap()
            + self.client_folded.heap()
            + self.reference.heap()
            + self.reference_folded.heap()
    }
}

impl Kept for Model {}

/// The condition that partnership `p` is in force at the time `now`. Both are names in the statement.
pub fn in_force(p: &str, now: &str) -> String {
    format!("{p}.state = 'ACTIVE' AND {p}.starts_at <= {now} AND ({p}.ends_at IS NULL OR {p}.ends_at > {now})")
}

/// The condition that nobody has ended partnership `p`.
pub fn not_ended(p: &str) -> String {
    format!("{p}.state <> 'ENDED'")
}

/// Whether any partnership ends by itself behind an instant and up to another.
pub async fn any_ends(db: &Db, since: DateTimeUtc, until: DateTimeUtc) -> Result<bool> {
    let ending = Entity::find().filter(Column::EndsAt.gt(since)).filter(Column::EndsAt.lte(until));
    Ok(ending.one(db.reader()).await?.is_some())
}

/// `in_force` for statements that the query builder makes.
pub fn is_in_force_at(now: DateTimeUtc) -> Condition {
    Condition::all().add(Column::State.eq(State::Active)).add(Column::StartsAt.lte(now)).add(is_before_end(now))
}

/// `not_ended` for statements that the query builder makes.
pub fn is_not_ended() -> Condition {
    Condition::all().add(Column::State.ne(State::Ended))
}

fn is_before_end(now: DateTimeUtc) -> Condition {
    Condition::any().add(Column::EndsAt.is_null()).add(Column::EndsAt.gt(now))
}

/// The condition that a partnership `t` is in one of the states. Without any, ended ones are left out.
pub fn in_states(states: Option<&[PartnershipState]>, now: DateTimeUtc) -> Filter {
    use PartnershipState as S;
    let states = states.unwrap_or(&[S::Scheduled, S::Active, S::Expired]);
    // Together these are all that nobody has ended, whatever the time.
    let alive = [S::Scheduled, S::Active, S::Expired];
    if alive.iter().all(|state| states.contains(state)) {
        let ended = if states.contains(&S::Ended) { "TRUE" } else { "t.state = 'ACTIVE'" };
        return Filter::default().and(ended);
    }
    let scheduled = "t.state = 'ACTIVE' AND t.starts_at > :now AND (t.ends_at IS NULL OR t.ends_at > :now)";
    // Each state once and in a fixed order, so that the same request always has the same statement.
    let conditions: Vec<String> = [
        (S::Ended, "t.state = 'ENDED'".to_owned()),
        (S::Expired, "t.state = 'ACTIVE' AND t.ends_at <= :now".to_owned()),
        (S::Scheduled, scheduled.to_owned()),
        (S::Active, in_force("t", ":now")),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    if conditions.is_empty() {
        return Filter::default().and("1 = 0");
    }
    // The time is always used, so that every filter has the same parameters.
    let wanted = format!("(:now IS NOT NULL AND ({}))", conditions.join(" OR "));
    Filter::default().and_with(&wanted, [(":now", now.into())])
}

/// The partnerships of a client, the oldest first.
pub async fn list_of_client(
    request: &Request,
    client: Uuid,
    page: &PageArguments,
    states: Option<&[PartnershipState]>,
) -> Result<Page<Model>> {
    OF_CLIENT.rows(request, client, page, in_states(states, request.now())).await
}

/// The partnership.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_CLIENT.look_up(request, id).await
}

/// The row of a partnership, for what its client may know of it.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Arc<Model>>> {
    OF_CLIENT.find(request.db(), &request.lists, id).await
}

/// The partnership as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// Which of these partnerships belong to the reseller, as the transaction sees them.
pub async fn of_reseller(
    tx: &DatabaseTransaction,
    db: &Db,
    reseller: Uuid,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    let sql = format!("SELECT id FROM partnership WHERE reseller_id = $2 AND {}", db.among("id", 1));
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.keys(ids), reseller.into()]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// All partnerships of these clients, ended ones too, as the transaction sees them.
pub async fn of_clients(tx: &DatabaseTransaction, clients: &[Uuid]) -> Written<Vec<Model>> {
    if clients.is_empty() {
        return Ok(Vec::new());
    }
    Entity::find().filter(Column::ClientId.is_in(clients.iter().copied())).all(tx).await
}

/// Whether the partnership is in force, as the transaction sees it.
pub async fn is_in_force(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<bool> {
    Ok(find_row(tx, id).await?.is_some_and(|row| rules::is_in_force(&row, now)))
}

/// Keeps others from changing the graph of partnerships until the transaction ends. Take this lock before that of any
/// organisation. (On SQLite only one transaction writes at a time.)
pub async fn lock_graph(tx: &DatabaseTransaction) -> Written<()> {
    const GRAPH_OF_PARTNERSHIPS: i64 = 0x7061_7274;
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = format!("SELECT pg_advisory_xact_lock({GRAPH_OF_PARTNERSHIPS})");
        tx.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    }
    Ok(())
}

/// The partnership between the two that nobody has ended, whatever its dates. There is at most one.
pub async fn between(tx: &DatabaseTransaction, reseller: Uuid, client: Uuid) -> Written<Option<Model>> {
    let alive = Entity::find().filter(is_not_ended());
    alive.filter(Column::ResellerId.eq(reseller)).filter(Column::ClientId.eq(client)).one(tx).await
}

/// The partnerships that nobody has ended, as pairs of reseller and client: all above the first organisation and all
/// below the second. Of the clients of each reseller it reads only those that can have clients themselves, and one
/// other.
pub async fn around(tx: &DatabaseTransaction, above: Uuid, below: Uuid) -> Written<Vec<(Uuid, Uuid)>> {
    let alive = not_ended("p");
    let sql = format!(
        "WITH RECURSIVE up(id) AS ( \
           SELECT id FROM organisation WHERE id = $1 \
           UNION SELECT p.reseller_id FROM up JOIN partnership p ON p.client_id = up.id AND {alive} \
         ), down(id) AS ( \
           SELECT id FROM organisation WHERE id = $2 \
           UNION SELECT p.client_id FROM down JOIN partnership p ON p.reseller_id = down.id AND {alive} \
             JOIN organisation o ON o.id = p.client_id AND o.kind = 'RESELLER' \
         ) SELECT p.reseller_id, p.client_id FROM up JOIN partnership p ON p.client_id = up.id AND {alive} \
         UNION SELECT p.reseller_id, p.client_id FROM down JOIN partnership p ON p.reseller_id = down.id \
           AND {alive} JOIN organisation o ON o.id = p.client_id AND o.kind = 'RESELLER' \
         UNION SELECT down.id, (SELECT p.client_id FROM partnership p WHERE p.reseller_id = down.id \
           AND {alive} LIMIT 1) FROM down"
    );
    let values = [above.into(), below.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index::<Option<Uuid>>(1)?)));
    let pairs = pairs.collect::<Written<Vec<_>>>()?.into_iter();
    Ok(pairs.filter_map(|(reseller, client)| Some((reseller, client?))).collect())
}

/// Inserts new partnerships.
pub async fn create(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// Gives a partnership other terms. `reminded` is the reminder that counts as sent for the new end.
pub async fn set_terms(tx: &DatabaseTransaction, id: Uuid, terms: Terms, reminded: Option<i32>) -> Written<()> {
    let change = ActiveModel {
        delegated: Set(terms.delegated.to_stored()),
        client_delegated: Set(terms.client_delegated.to_stored()),
        includes_upstream: Set(terms.includes_upstream),
        ends_at: Set(terms.ends_at),
        reminded_days: Set(reminded),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Whether a partnership between the two was ended since this time.
pub async fn ended_since(tx: &DatabaseTransaction, reseller: Uuid, client: Uuid, since: DateTimeUtc) -> Written<bool> {
    let of_both = Entity::find().filter(Column::ResellerId.eq(reseller)).filter(Column::ClientId.eq(client));
    Ok(of_both.filter(Column::EndedAt.gte(since)).one(tx).await?.is_some())
}

/// Ends a partnership; false if it was ended already.
pub async fn set_ended(tx: &DatabaseTransaction, id: Uuid, by: EndedBy, now: DateTimeUtc) -> Written<bool> {
    let change = ActiveModel {
        state: Set(State::Ended),
        ended_at: Set(Some(now)),
        ended_by: Set(Some(by)),
        ..Default::default()
    };
    let alive = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(is_not_ended());
    Ok(alive.exec(tx).await?.rows_affected == 1)
}

/// Up to `most` partnerships of a reseller with its clients that were not ended.
pub async fn alive_of(tx: &DatabaseTransaction, reseller: Uuid, most: u64) -> Written<Vec<Model>> {
    let alive = Entity::find().filter(Column::ResellerId.eq(reseller)).filter(is_not_ended());
    alive.limit(most).all(tx).await
}

/// Names of up to `most` clients whose partnerships with the reseller are in force or scheduled, by name.
pub async fn client_names(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    now: DateTimeUtc,
    most: u64,
) -> Written<Vec<String>> {
    Entity::find()
        .select_only()
        .column(Column::ClientName)
        .filter(Column::ResellerId.eq(reseller))
        .filter(Column::State.eq(State::Active))
        .filter(is_before_end(now))
        .order_by_asc(Column::ClientName)
        .limit(most)
        .into_tuple()
        .all(tx)
        .await
}

/// Which of these reference numbers the reseller's clients already have, each with the name of the client.
pub async fn taken_references(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    references: &[&str],
) -> Written<HashMap<String, String>> {
    if references.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Option<String>, String)> = Entity::find()
        .select_only()
        .column(Column::Reference)
        .column(Column::ClientName)
        .filter(Column::ResellerId.eq(reseller))
        .filter(is_not_ended())
        .filter(is_one_of(Column::Reference, references, tx))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(found.into_iter().filter_map(|(reference, name)| Some((reference?, name))).collect())
}

/// Gives a client another reference number, or none.
pub async fn set_reference(tx: &DatabaseTransaction, id: Uuid, reference: Option<String>) -> Written<()> {
    let folded = reference.as_deref().map(collation::fold);
    let change = ActiveModel { reference: Set(reference), reference_folded: Set(folded), ..Default::default() };
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Partnerships that end soon and whose reminder is due.
pub async fn list_to_remind(db: &Db, now: DateTimeUtc) -> Result<Vec<Model>> {
    let [month, week, day] = DAYS;
    let sql = format!(
        "SELECT * FROM partnership WHERE state = 'ACTIVE' AND ends_at > $1 AND ends_at <= $2 \
         AND COALESCE(reminded_days, 1000) > \
           CASE WHEN ends_at <= $4 THEN {day} WHEN ends_at <= $3 THEN {week} ELSE {month} END \
         ORDER BY ends_at, id LIMIT {PER_ROUND}"
    );
    let ahead = |days: i32| (now + TimeDelta::days(i64::from(days))).into();
    let rows = db.rows(sql, vec![now.into(), ahead(month), ahead(week), ahead(day)]).await?;
    Ok(rows.iter().map(|row| Model::from_query_result(row, "")).collect::<Written<_>>()?)
}

/// Records that a reminder is sent. False if another server has sent it, or if the end has changed in the meantime.
pub async fn note_reminder(tx: &DatabaseTransaction, row: &Model, days: i32) -> Written<bool> {
    let is_later = Column::RemindedDays.is_null().or(Column::RemindedDays.gt(days));
    let change = ActiveModel { reminded_days: Set(Some(days)), ..Default::default() };
    let due = Entity::update_many().set(change).filter(Column::Id.eq(row.id)).filter(Column::State.eq(State::Active));
    let due = due.filter(Column::EndsAt.eq(row.ends_at)).filter(is_later);
    Ok(due.exec(tx).await?.rows_affected == 1)
}

/// The memberships of the reseller's own people that were given through the partnership.
pub async fn memberships_of_own_people(tx: &DatabaseTransaction, row: &Model) -> Written<Vec<Member>> {
    let condition = "t.partnership_id = $1 AND EXISTS (SELECT 1 FROM membership own \
                     WHERE own.organisation_id = $2 AND own.user_id = t.user_id)";
    select(tx, condition, [row.id.into(), row.reseller_id.into()]).await
}

/// The memberships that a user has through partnerships of the reseller.
pub async fn memberships_of_user(tx: &DatabaseTransaction, reseller: Uuid, user: Uuid) -> Written<Vec<Member>> {
    let condition = "t.user_id = $1 AND t.partnership_id IN (SELECT p.id FROM partnership p WHERE p.reseller_id = $2)";
    select(tx, condition, [user.into(), reseller.into()]).await
}

/// All memberships that were given through a partnership, in the order in which they were given.
pub async fn list_given_memberships(
    request: &Request,
    partnership: Uuid,
    page: &PageArguments,
) -> Result<Page<Member>> {
    GIVEN.rows(request, partnership, page, Filter::default()).await
}

/// Partnerships past their end through which people of their resellers are still members.
pub async fn list_expired_with_members(db: &Db, now: DateTimeUtc) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT p.id FROM partnership p WHERE p.state = 'ACTIVE' AND p.ends_at <= $1 \
         AND EXISTS (SELECT 1 FROM membership m JOIN membership own ON own.organisation_id = p.reseller_id \
           AND own.user_id = m.user_id WHERE m.partnership_id = p.id) LIMIT {PER_ROUND}"
    );
    let rows = db.rows(sql, vec![now.into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
