//! The client list of a reseller: reads one page, with a filter and an order.

use std::collections::HashMap;
use std::sync::Arc;

use entity::partnership;
use futures_util::future::join_all;
use uuid::Uuid;

use super::ranked::{self, Ranking};
use crate::access::Decision;
use crate::base::error::Result;
use crate::base::memory::Table;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Placing, Slice, Total};
use crate::graphql::request::Request;
use crate::partners::overview::Figure;
use crate::partners::property;

/// The clients of a reseller, one list for each order that the API offers.
static BY_NAME: List<partnership::Model> =
    List::of_kept_rows(Table::Partnership, "reseller_id", Key::Text("client_key"));
static BY_NAME_DESCENDING: List<partnership::Model> = List { descending: true, ..BY_NAME };
static BY_AGE: List<partnership::Model> =
    List::of_kept_rows(Table::Partnership, "reseller_id", Key::Instant("created_at"));
static BY_AGE_DESCENDING: List<partnership::Model> = List { descending: true, ..BY_AGE };
/// By the value of a property, whose definition is the parent. Clients without a value come last in both directions.
static BY_PROPERTY: List<partnership::Model> = List {
    placing: Some(Placing {
        table: "property_value",
        item: "partnership_id",
        find: "JOIN property_definition d ON d.id = page.parent_id \
               JOIN property_value o ON o.partnership_id = t.id AND o.\"key\" = d.\"key\"",
    }),
    parent: "definition_id",
    key: Key::Text("ascending_key"),
    ..BY_NAME
};
static BY_PROPERTY_DESCENDING: List<partnership::Model> =
    List { key: Key::Text("descending_key"), descending: true, ..BY_PROPERTY };

/// What the clients can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKey {
    /// The client's name.
    Name,
    /// When the partnership was agreed.
    CreatedAt,
    /// The value of the property of this definition.
    Property(Uuid),
    /// A figure of the client.
    Figure(Figure),
}

/// What a client list shows, and in which order.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the clients are ordered by.
    pub key: ClientKey,
    /// Whether the largest value comes first.
    pub descending: bool,
    /// How a figure orders them, if one does.
    pub ranking: Option<Ranking>,
    /// Conditions on the list in this order.
    pub filter: Filter,
    /// Conditions that few clients may meet, on properties other than the one that orders the list. Each has the
    /// definition of its property, and the condition for the list ordered by that property.
    pub narrow: Vec<(Uuid, Filter)>,
    /// Set if counting is faster in the list ordered by another property: its definition, and the conditions there.
    pub counted: Option<(Uuid, Filter)>,
}

/// A page of partnerships, and their clients.
pub struct Relations {
    /// The partnerships, each with its cursor.
    pub slice: Arc<Slice<partnership::Model>>,
    /// The count of the whole list.
    pub total: Total,
    /// The clients by id, with the viewer's grants there.
    pub clients: HashMap<Uuid, Decision>,
}

/// A page of the clients of a reseller.
pub async fn list(request: &Request, reseller: Uuid, page: &PageArguments, choice: Choice) -> Result<Relations> {
    if let Some(ranking) = &choice.ranking {
        let Page { slice, total } = ranked::list(request, reseller, page, ranking, &choice.filter).await?;
        let clients = request.access.look_all(slice.items.iter().map(|(_, row)| row.client_id)).await?;
        return Ok(Relations { slice, total, clients });
    }
    let (order, parent) = match (choice.key, choice.descending) {
        (ClientKey::Name | ClientKey::Figure(_), false) => (&BY_NAME, reseller),
        (ClientKey::Name | ClientKey::Figure(_), true) => (&BY_NAME_DESCENDING, reseller),
        (ClientKey::CreatedAt, false) => (&BY_AGE, reseller),
        (ClientKey::CreatedAt, true) => (&BY_AGE_DESCENDING, reseller),
        (ClientKey::Property(definition), false) => (&BY_PROPERTY, definition),
        (ClientKey::Property(definition), true) => (&BY_PROPERTY_DESCENDING, definition),
    };
    let filter = restrict_to_few(request, &choice.narrow, choice.filter).await?;
    let Page { slice, mut total } = order.rows(request, parent, page, filter).await?;
    if let Some((definition, filter)) = choice.counted {
        let filter = Arc::new(filter);
        total = Total::later(move |request| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { BY_PROPERTY.count(request.db(), &request.lists, definition, &filter).await })
        });
    }
    let clients = request.access.look_all(slice.items.iter().map(|(_, row)| row.client_id)).await?;
    Ok(Relations { slice, total, clients })
}

/// Restricts the list to the clients that meet a narrow condition, if they are few. Otherwise a list in another order
/// would read one client after the other until its page is full.
async fn restrict_to_few(request: &Request, narrow: &[(Uuid, Filter)], filter: Filter) -> Result<Filter> {
    let found = narrow.iter().map(|(definition, alone)| property::store::few(request, *definition, alone));
    let few = join_all(found).await.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().next();
    let db = request.db();
    Ok(match few {
        Some(few) => filter.and_with(&db.among("t.id", 0), [("$0", db.keys(&few))]),
        None => filter,
    })
}
