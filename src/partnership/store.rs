//! Statements about partnerships.
#![expect(clippy::disallowed_methods, reason = "the statements about partnerships stand here")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::partnership;
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, Statement};
use uuid::Uuid;

use super::object::Partnership;
use super::rules::{PartnershipState, Window};
use crate::access::{Exists, Seen};
use crate::db::Db;
use crate::error::Result;
use crate::page::{Connection, Filter, Key, List, PageArguments, Placing, Slice, Total};
use crate::request::Request;

/// The partnerships of a client, the oldest first.
static OF_CLIENT: List<partnership::Model> = List::of_rows("partnership", "client_id", Key::Instant("created_at"));

/// The clients of a reseller, in each order that the API offers.
static BY_NAME: List<partnership::Model> = List { parent: "reseller_id", key: Key::Text("client_name"), ..OF_CLIENT };
static BY_NAME_DESCENDING: List<partnership::Model> = List { descending: true, ..BY_NAME };
static BY_AGE: List<partnership::Model> = List { parent: "reseller_id", ..OF_CLIENT };
static BY_AGE_DESCENDING: List<partnership::Model> = List { descending: true, ..BY_AGE };
/// By the value of a property, whose definition is the parent. What is not set comes last in both.
static BY_PROPERTY: List<partnership::Model> = List {
    placing: Some(Placing {
        table: "property_value",
        item: "partnership_id",
        find: "JOIN property_definition d ON d.id = page.parent_id \
               JOIN property_value o ON o.partnership_id = t.id AND o.\"key\" = d.\"key\"",
    }),
    parent: "definition_id",
    key: Key::Text("ascending_key"),
    ..OF_CLIENT
};
static BY_PROPERTY_DESCENDING: List<partnership::Model> =
    List { key: Key::Text("descending_key"), descending: true, ..BY_PROPERTY };

/// What the clients of a reseller can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKey {
    /// The client's name.
    Name,
    /// The age of the partnership.
    CreatedAt,
    /// The value of the property of this definition.
    Property(Uuid),
}

/// Which clients of a reseller, and in which order.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What they are ordered by.
    pub key: ClientKey,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Conditions on the list in this order.
    pub filter: Filter,
    /// Where the list by another property counts fewer of them: its definition, and the conditions on that list.
    pub counted: Option<(Uuid, Filter)>,
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
pub async fn clients(request: &Request, reseller: Uuid, page: &PageArguments, choice: Choice) -> Result<Relations> {
    let (list, parent) = match (choice.key, choice.descending) {
        (ClientKey::Name, false) => (&BY_NAME, reseller),
        (ClientKey::Name, true) => (&BY_NAME_DESCENDING, reseller),
        (ClientKey::CreatedAt, false) => (&BY_AGE, reseller),
        (ClientKey::CreatedAt, true) => (&BY_AGE_DESCENDING, reseller),
        (ClientKey::Property(definition), false) => (&BY_PROPERTY, definition),
        (ClientKey::Property(definition), true) => (&BY_PROPERTY_DESCENDING, definition),
    };
    let (slice, mut total) = list.read(request, parent, page, choice.filter).await?;
    if let Some((definition, filter)) = choice.counted {
        let filter = Arc::new(filter);
        total = Total::later(move |request| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { BY_PROPERTY.count(request.db(), &request.lists, definition, &filter).await })
        });
    }
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

/// Those of the partnerships that are there for the viewer, looked up together.
pub async fn find_all(
    request: &Request,
    ids: impl IntoIterator<Item = Uuid>,
    window: Window,
) -> Result<HashMap<Uuid, Partnership>> {
    let found = join_all(ids.into_iter().map(async |id| Ok((id, find(request, id, window).await?)))).await;
    let found = found.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(found.into_iter().filter_map(|(id, partnership)| Some((id, partnership?))).collect())
}

/// Those of the partnerships that are of the reseller, as the transaction sees them.
pub async fn of_reseller(
    tx: &DatabaseTransaction,
    db: &Db,
    reseller: Uuid,
    ids: &[Uuid],
) -> std::result::Result<HashSet<Uuid>, DbErr> {
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

/// Whether the partnership is in force, as the transaction sees it.
pub async fn is_in_force(tx: &DatabaseTransaction, id: Uuid, window: Window) -> std::result::Result<bool, DbErr> {
    let row = partnership::Entity::find_by_id(id).one(tx).await?;
    Ok(row.is_some_and(|row| window.judge(&row) == PartnershipState::Active))
}
