//! The price plan as staff see it.

use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::price_plan::Model;
use macros::guarded;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::price::Price;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// A set of prices.
pub struct PricePlan {
    row: Arc<Model>,
    seller: Decision,
}

impl PricePlan {
    /// A plan of the seller.
    pub fn new(row: Arc<Model>, seller: &Decision) -> Self {
        Self { row, seller: seller.clone() }
    }

    /// The plans of a seller, by name.
    pub async fn list(request: &Request, seller: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list(request, seller.id(), page).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), seller)))
    }
}

impl Find for PricePlan {
    const TYPE: Type = Type::PricePlan;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for PricePlan {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seller.grants_at(side)
    }
}

/// A set of prices.
#[guarded(exists(CATALOGUE_MANAGE))]
impl PricePlan {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::PricePlan.id(self.row.id)
    }

    /// Its name.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// Whether its prices count for organisations without a plan of their own, and for everything that another plan lacks.
    #[public]
    fn is_default(&self) -> bool {
        self.row.is_default
    }

    /// Its prices: past, present and future, ordered by their first day.
    #[public]
    async fn prices(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Price>>> {
        Price::list_of_plan(Request::of(context)?, &self.seller, self.row.id, &page).await.map(Some)
    }
}
