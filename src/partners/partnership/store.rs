//! Statements about partnerships.
#![expect(clippy::disallowed_methods, reason = "the statements about partnerships stand here")]

use std::collections::{HashMap, HashSet};

use entity::partnership::{self, ActiveModel, Column, EndedBy, Entity, Model, State};
use futures_util::future::join_all;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set, Statement,
};
use uuid::Uuid;

use super::object::Partnership;
use super::rules::{PartnershipState, filter, judge};
use super::terms::Terms;
use crate::access::{Decision, Exists};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::{Connection, Key, List, PageArguments};
use crate::graphql::request::Request;

/// The partnerships of a client, the oldest first.
static OF_CLIENT: List<partnership::Model> = List::of_rows("partnership", "client_id", Key::Instant("created_at"));

type Written<T> = Result<T, DbErr>;

/// The partnerships of a client.
pub async fn of_client(
    request: &Request,
    client: &Decision,
    page: &PageArguments,
    states: Option<&[PartnershipState]>,
) -> Result<Connection<Partnership>> {
    let (slice, total) = OF_CLIENT.read(request, client.row.id, page, filter(states, request.now())).await?;
    let ends = request.access.look_all(slice.items.iter().map(|(_, row)| row.reseller_id)).await?;
    // A foreign key holds both ends, so none is missing.
    Ok(Connection::new(&slice, total, |row| {
        Partnership::new(row, client, ends.get(&row.reseller_id).unwrap_or(client), request.now())
    }))
}

/// The partnership, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Partnership>> {
    let Some(row) = OF_CLIENT.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let ends = request.access.look_all([row.client_id, row.reseller_id]).await?;
    let (Some(client), Some(reseller)) = (ends.get(&row.client_id), ends.get(&row.reseller_id)) else {
        return Ok(None);
    };
    Ok(Partnership::new(&row, client, reseller, request.now()).if_visible())
}

/// Those of the partnerships that are there for the viewer, by their keys.
pub async fn find_all(request: &Request, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, Partnership>> {
    let found = join_all(ids.into_iter().map(async |id| (id, find(request, id).await))).await;
    let found = found.into_iter().map(|(id, found)| Ok(found?.map(|found| (id, found))));
    Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Those of the partnerships that are of the reseller, as the transaction sees them.
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

/// All partnerships in force below a reseller, as pairs of reseller and client: one statement for all resellers of a
/// level, linear in their trees.
pub async fn below(request: &Request, reseller: Uuid, depth: i32) -> Result<Vec<(Uuid, Uuid)>> {
    let batch = request.lists.batch::<Vec<(Uuid, Uuid)>>(format!("below {depth}"));
    let found = batch.load(reseller, async |tops| all_below(request, &tops, depth).await).await?;
    Ok(found.unwrap_or_default())
}

async fn all_below(request: &Request, tops: &[Uuid], depth: i32) -> Result<HashMap<Uuid, Vec<(Uuid, Uuid)>>> {
    let db = request.db();
    let sql = format!(
        "WITH RECURSIVE down(top, id, depth) AS ( \
           SELECT id, id, 0 FROM organisation WHERE {} \
           UNION SELECT down.top, p.client_id, down.depth + 1 FROM down JOIN partnership p ON p.reseller_id = down.id \
             AND p.state = 'ACTIVE' AND p.starts_at <= $2 AND (p.ends_at IS NULL OR p.ends_at > $2) \
             WHERE down.depth < $3 \
         ) SELECT DISTINCT down.top, p.reseller_id, p.client_id \
             FROM down JOIN partnership p ON p.reseller_id = down.id \
             AND p.state = 'ACTIVE' AND p.starts_at <= $2 AND (p.ends_at IS NULL OR p.ends_at > $2) \
           WHERE down.depth < $3",
        db.among("id", 1)
    );
    let mut found: HashMap<Uuid, Vec<(Uuid, Uuid)>> = HashMap::new();
    for row in db.rows(sql, vec![db.keys(tops), request.now().into(), depth.into()]).await? {
        let pair = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        found.entry(row.try_get_by_index(0)?).or_default().push(pair);
    }
    Ok(found)
}

/// The same upwards, as pairs of client and reseller.
pub async fn above(request: &Request, client: Uuid) -> Result<Vec<(Uuid, Uuid)>> {
    let batch = request.lists.batch::<Vec<(Uuid, Uuid)>>("above".to_owned());
    let found = batch.load(client, async |ids| all_above(request, &ids).await).await?;
    Ok(found.unwrap_or_default())
}

async fn all_above(request: &Request, bottoms: &[Uuid]) -> Result<HashMap<Uuid, Vec<(Uuid, Uuid)>>> {
    let db = request.db();
    let in_force = "p.state = 'ACTIVE' AND p.starts_at <= $2 AND (p.ends_at IS NULL OR p.ends_at > $2)";
    let sql = format!(
        "WITH RECURSIVE up(bottom, id) AS ( \
           SELECT id, id FROM organisation WHERE {} \
           UNION SELECT up.bottom, p.reseller_id FROM up JOIN partnership p ON p.client_id = up.id AND {in_force} \
         ) SELECT up.bottom, p.client_id, p.reseller_id FROM up JOIN partnership p ON p.client_id = up.id AND {in_force}",
        db.among("id", 1)
    );
    let mut found: HashMap<Uuid, Vec<(Uuid, Uuid)>> = HashMap::new();
    for row in db.rows(sql, vec![db.keys(bottoms), request.now().into()]).await? {
        let pair = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        found.entry(row.try_get_by_index(0)?).or_default().push(pair);
    }
    Ok(found)
}

/// Whether the partnership is in force, as the transaction sees it.
pub async fn is_in_force(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<bool> {
    Ok(load(tx, id).await?.is_some_and(|row| judge(&row, now) == PartnershipState::Active))
}

/// The partnership as the transaction sees it.
pub async fn load(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// Whoever is above whom stays as it is until the transaction ends, but for what it changes itself. Taken before any
/// organisation is locked. (On SQLite only one transaction writes at a time.)
pub async fn lock_graph(tx: &DatabaseTransaction) -> Written<()> {
    const GRAPH_OF_PARTNERSHIPS: i64 = 0x7061_7274;
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = format!("SELECT pg_advisory_xact_lock({GRAPH_OF_PARTNERSHIPS})");
        tx.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    }
    Ok(())
}

/// The one partnership of the two that was not ended, whatever its dates say.
pub async fn between(tx: &DatabaseTransaction, reseller: Uuid, client: Uuid) -> Written<Option<Model>> {
    let alive = Entity::find().filter(Column::State.ne(State::Ended));
    alive.filter(Column::ResellerId.eq(reseller)).filter(Column::ClientId.eq(client)).one(tx).await
}

/// The pairs of reseller and client that were not ended: all above the one organisation and all below the other. Of what
/// is below a reseller, only what may have clients in turn, and one of the others.
pub async fn around(tx: &DatabaseTransaction, above: Uuid, below: Uuid) -> Written<Vec<(Uuid, Uuid)>> {
    let sql = "WITH RECURSIVE up(id) AS ( \
           SELECT id FROM organisation WHERE id = $1 \
           UNION SELECT p.reseller_id FROM up JOIN partnership p ON p.client_id = up.id AND p.state <> 'ENDED' \
         ), down(id) AS ( \
           SELECT id FROM organisation WHERE id = $2 \
           UNION SELECT p.client_id FROM down JOIN partnership p ON p.reseller_id = down.id AND p.state <> 'ENDED' \
             JOIN organisation o ON o.id = p.client_id AND o.kind = 'RESELLER' \
         ) SELECT p.reseller_id, p.client_id FROM up JOIN partnership p ON p.client_id = up.id AND p.state <> 'ENDED' \
         UNION SELECT p.reseller_id, p.client_id FROM down JOIN partnership p ON p.reseller_id = down.id \
           AND p.state <> 'ENDED' JOIN organisation o ON o.id = p.client_id AND o.kind = 'RESELLER' \
         UNION SELECT down.id, (SELECT p.client_id FROM partnership p WHERE p.reseller_id = down.id \
           AND p.state <> 'ENDED' LIMIT 1) FROM down";
    let values = [above.into(), below.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index::<Option<Uuid>>(1)?)));
    let pairs = pairs.collect::<Written<Vec<_>>>()?.into_iter();
    Ok(pairs.filter_map(|(reseller, client)| Some((reseller, client?))).collect())
}

/// Writes new partnerships: one statement for all of them.
pub async fn create(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    if !rows.is_empty() {
        Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Other terms from now on. Before its new end, its people are reminded anew, but for what is over by then.
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

/// Whether a partnership of the two was ended since the moment.
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
    let alive = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.ne(State::Ended));
    Ok(alive.exec(tx).await?.rows_affected == 1)
}

/// The partnerships of a reseller with its clients that were not ended: so many.
pub async fn alive_of(tx: &DatabaseTransaction, reseller: Uuid, most: u64) -> Written<Vec<Model>> {
    let alive = Entity::find().filter(Column::ResellerId.eq(reseller)).filter(Column::State.ne(State::Ended));
    alive.limit(most).all(tx).await
}
