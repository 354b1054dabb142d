//! How many saved views a reseller can have, and a view as the audit log records it.

use entity::client_view::Model;
use serde_json::{Value as Json, json};

/// How many views a reseller can have.
pub const MOST: usize = 100;

/// A view as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    let read = |stored: &str| serde_json::from_str::<Json>(stored).unwrap_or_default();
    json!({
        "name": row.name,
        "filter": row.filter.as_deref().map(read),
        "orderBy": row.ordering.as_deref().map(read),
        "columns": read(&row.columns),
    })
}
