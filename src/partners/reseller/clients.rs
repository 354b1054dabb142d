//! The clients of a reseller as a list: which of them, and in which order.

use std::collections::HashMap;
use std::sync::Arc;

use entity::partnership;
use futures_util::future::join_all;
use uuid::Uuid;

use crate::access::Decision;
use crate::base::error::Result;
use crate::graphql::page::{Filter, Key, List, PageArguments, Placing, Slice, Total};
use crate::graphql::request::Request;
use crate::partners::property::values;

/// The clients of a reseller, one list for each order that the API offers.
static BY_NAME: List<partnership::Model> = List::of_rows("partnership", "reseller_id", Key::Text("client_name"));
static BY_NAME_DESCENDING: List<partnership::Model> = List { descending: true, ..BY_NAME };
static BY_AGE: List<partnership::Model> = List::of_rows("partnership", "reseller_id", Key::Instant("created_at"));
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
    /// Conditions that few clients may meet, on properties other than that of the order. Each has the definition of its
    /// property, and the condition for the list by that property.
    pub narrow: Vec<(Uuid, Filter)>,
    /// If counting the list by another property is faster: the definition of that property, and the conditions there.
    pub counted: Option<(Uuid, Filter)>,
}

/// A page of partnerships, and their clients.
pub struct Relations {
    /// The partnerships, each with its cursor.
    pub slice: Arc<Slice<partnership::Model>>,
    /// The count of the whole list.
    pub total: Total,
    /// The clients, with the viewer's grants there.
    pub ends: HashMap<Uuid, Decision>,
}

/// A page of the clients of a reseller.
pub async fn list(request: &Request, reseller: Uuid, page: &PageArguments, choice: Choice) -> Result<Relations> {
    let (order, parent) = match (choice.key, choice.descending) {
        (ClientKey::Name, false) => (&BY_NAME, reseller),
        (ClientKey::Name, true) => (&BY_NAME_DESCENDING, reseller),
        (ClientKey::CreatedAt, false) => (&BY_AGE, reseller),
        (ClientKey::CreatedAt, true) => (&BY_AGE_DESCENDING, reseller),
        (ClientKey::Property(definition), false) => (&BY_PROPERTY, definition),
        (ClientKey::Property(definition), true) => (&BY_PROPERTY_DESCENDING, definition),
    };
    let filter = restrict_to_few(request, &choice.narrow, choice.filter).await?;
    let (slice, mut total) = order.read(request, parent, page, filter).await?;
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

/// If few clients meet one of the narrow conditions, restricts the list to them. Otherwise a list in another order
/// would look at one client after the other until its page is full.
async fn restrict_to_few(request: &Request, narrow: &[(Uuid, Filter)], filter: Filter) -> Result<Filter> {
    let found = narrow.iter().map(|(definition, alone)| values::store::few(request, *definition, alone));
    let few = join_all(found).await.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().next();
    let db = request.db();
    Ok(match few {
        Some(few) => filter.and_with(&db.among("t.id", 0), [("$0", db.keys(&few))]),
        None => filter,
    })
}
