//! The client list of a reseller: the partnership on the edge, the organisation as the node.

use std::sync::Arc;

use async_graphql::Context;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::clients::Relations;
use crate::access::Decision;
use crate::base::error::Result;
use crate::graphql::page::{PageInfo, Total};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};
use crate::partners::partnership::Partnership;

/// A page of the clients of a reseller.
pub struct ClientConnection {
    edges: Vec<ClientEdge>,
    page_info: PageInfo,
    total: Total,
}

/// A client of a reseller, and the partnership with it.
pub struct ClientEdge {
    cursor: Arc<str>,
    partnership: Partnership,
    client: Decision,
}

impl ClientConnection {
    /// The page that shows these partnerships of the reseller.
    pub fn new(relations: &Relations, reseller: &Decision, now: DateTimeUtc) -> Self {
        let edges = relations.slice.items.iter().filter_map(|(cursor, row)| {
            let client = relations.clients.get(&row.client_id)?.clone();
            let partnership = Partnership::new(row, &client, reseller, now);
            Some(ClientEdge { cursor: cursor.clone(), partnership, client })
        });
        Self { edges: edges.collect(), page_info: PageInfo::of(&relations.slice), total: relations.total.clone() }
    }
}

/// A page of the clients of a reseller.
#[guarded]
impl ClientConnection {
    /// The clients of the page, each with its partnership.
    #[public]
    fn edges(&self) -> &[ClientEdge] {
        &self.edges
    }

    /// Where the page stands in its list.
    #[public]
    fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many clients the whole list has. Counted only when asked for.
    #[public]
    async fn total_count(&self, context: &Context<'_>) -> Result<Option<u64>> {
        Ok(Some(self.total.take(Request::of(context)?).await?))
    }
}

/// A client of a reseller, and the partnership with it.
#[guarded]
impl ClientEdge {
    /// Cursor of the client, for `after` and `before`.
    #[public]
    fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The partnership: what the client delegates, and for how long.
    #[public]
    fn partnership(&self) -> &Partnership {
        &self.partnership
    }

    /// The card of the client, which the reseller always sees.
    #[public]
    fn client(&self) -> OrganisationCard {
        self.client.card().into()
    }

    /// The client; null, without an error, if it is hidden from the viewer.
    #[public]
    fn node(&self) -> Option<Organisation> {
        Organisation::of(&self.client)
    }
}
