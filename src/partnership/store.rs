//! Statements about partnerships.
#![expect(clippy::disallowed_methods, reason = "the statements about partnerships stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::partnership;
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait};
use uuid::Uuid;

use super::object::Partnership;
use super::rules::{PartnershipState, Window};
use crate::access::{Exists, Seen};
use crate::error::Result;
use crate::page::{Connection, Filter, Key, List, PageArguments, Slice, Total};
use crate::request::Request;

/// The partnerships of a client, the oldest first.
static OF_CLIENT: List<partnership::Model> = List::of_rows("partnership", "client_id", Key::Instant("created_at"));

/// The clients of a reseller, in each order that the API offers.
static BY_NAME: List<partnership::Model> = List { parent: "reseller_id", key: Key::Text("client_name"), ..OF_CLIENT };
static BY_NAME_DESCENDING: List<partnership::Model> = List { descending: true, ..BY_NAME };
static BY_AGE: List<partnership::Model> = List { parent: "reseller_id", ..OF_CLIENT };
static BY_AGE_DESCENDING: List<partnership::Model> = List { descending: true, ..BY_AGE };

/// What the clients of a reseller can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKey {
    /// The client's name.
    Name,
    /// The age of the partnership.
    CreatedAt,
}

/// A page of partnerships, and the other ends of them.
pub struct Relations {
    /// The partnerships, each with its cursor.
    pub slice: Arc<Slice<partnership::Model>>,
    /// The count of the whole list.
    pub total: Total,
    /// The organisations at the other end, with the viewer's grants there.
    pub ends: HashMap<Uuid, Seen>,
}

/// The clients of a reseller.
pub async fn clients(
    request: &Request,
    reseller: Uuid,
    page: &PageArguments,
    filter: Filter,
    order: (ClientKey, bool),
) -> Result<Relations> {
    let list = match order {
        (ClientKey::Name, false) => &BY_NAME,
        (ClientKey::Name, true) => &BY_NAME_DESCENDING,
        (ClientKey::CreatedAt, false) => &BY_AGE,
        (ClientKey::CreatedAt, true) => &BY_AGE_DESCENDING,
    };
    let (slice, total) = list.read(request, reseller, page, filter).await?;
    let ends = request.access.look_all(slice.items.iter().map(|(_, row)| row.client_id)).await?;
    Ok(Relations { slice, total, ends })
}

/// The partnerships of a client.
pub async fn of_client(
    request: &Request,
    client: &Seen,
    page: &PageArguments,
    window: Window,
    states: Option<Vec<PartnershipState>>,
) -> Result<Connection<Partnership>> {
    let (slice, total) = OF_CLIENT.read(request, client.row.id, page, window.filter(states)).await?;
    let ends = request.access.look_all(slice.items.iter().map(|(_, row)| row.reseller_id)).await?;
    // A foreign key holds both ends, so none is missing.
    Ok(Connection::new(&slice, total, |row| {
        Partnership::new(row, client, ends.get(&row.reseller_id).unwrap_or(client), window)
    }))
}

/// The partnership, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid, window: Window) -> Result<Option<Partnership>> {
    let Some(row) = OF_CLIENT.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let ends = request.access.look_all([row.client_id, row.reseller_id]).await?;
    let (Some(client), Some(reseller)) = (ends.get(&row.client_id), ends.get(&row.reseller_id)) else {
        return Ok(None);
    };
    Ok(Partnership::new(&row, client, reseller, window).if_visible())
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
pub async fn is_in_force(tx: &DatabaseTransaction, id: Uuid, window: Window) -> std::result::Result<bool, DbErr> {
    let row = partnership::Entity::find_by_id(id).one(tx).await?;
    Ok(row.is_some_and(|row| window.judge(&row) == PartnershipState::Active))
}
