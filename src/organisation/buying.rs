//! The fields of `Organisation` about what it can order.

use async_graphql::Context;
use macros::guarded;
use sea_orm::prelude::Date;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::catalogue::item::CatalogueItem;
use crate::catalogue::order::{Buyer, OrderLineInput, OrderPreview};
use crate::catalogue::plan::AppliedPricePlan;
use crate::catalogue::subscription::ProductInUse;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The fields of an organisation that are about what it can order.
pub struct OrganisationBuying(pub(super) Decision);

impl Guarded for OrganisationBuying {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// The fields of an organisation that are about what it can order.
#[guarded]
impl OrganisationBuying {
    /// The products that it can order, by name, each with what it costs this organisation. Products without a price for it
    /// are left out.
    #[requires(SUBSCRIPTION_READ)]
    async fn catalogue(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A part of the name or code. Case does not matter.")] search: Option<String>,
        #[graphql(desc = "The day whose prices count. Without it, today.")] on: Option<Date>,
    ) -> Result<Option<Connection<CatalogueItem>>> {
        let request = Request::of(context)?;
        let on = on.unwrap_or_else(|| request.today());
        CatalogueItem::list(request, &self.0, &page, search.as_deref(), on).await.map(Some)
    }

    /// What an order would cost, if it were placed today. Nothing is ordered.
    #[requires(SUBSCRIPTION_ORDER)]
    async fn preview_order(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The products: at most 100 lines.")] lines: Vec<OrderLineInput>,
    ) -> Result<Option<OrderPreview>> {
        OrderPreview::of(Request::of(context)?, &self.0, &lines).await.map(Some)
    }

    /// The products that a new client of this organisation can order, by name, each with what it costs such a client: at
    /// the default price plan. Products without a price in the currency are left out.
    #[requires(CLIENT_CREATE)]
    async fn catalogue_for_new_clients(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A part of the name or code. Case does not matter.")] search: Option<String>,
        #[graphql(
            desc = "The currency of the client, as ISO 4217. Without it, that of this organisation, as for a client whose invoices it receives."
        )]
        currency: Option<String>,
    ) -> Result<Option<Connection<CatalogueItem>>> {
        let request = Request::of(context)?;
        let currency = Buyer::currency_of_new(request, self.0.id(), currency.as_deref()).await?;
        CatalogueItem::list_for_new_clients(request, &self.0, &page, search.as_deref(), currency).await.map(Some)
    }

    /// What an order with `placeOrderForNewClient` would cost, if it were placed today. Nothing is ordered. The VAT is null:
    /// nobody knows the client yet.
    #[requires(CLIENT_CREATE)]
    async fn preview_order_for_new_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The products: at most 100 lines.")] lines: Vec<OrderLineInput>,
        #[graphql(
            desc = "The currency of the client, as ISO 4217. Without it, that of this organisation, as for a client whose invoices it receives."
        )]
        currency: Option<String>,
    ) -> Result<Option<OrderPreview>> {
        let request = Request::of(context)?;
        let currency = Buyer::currency_of_new(request, self.0.id(), currency.as_deref()).await?;
        OrderPreview::of_new_client(request, &self.0, &lines, currency).await.map(Some)
    }

    /// What it has: the products of its subscriptions that have not ended, by name. These are the first 20; `subscriptions`
    /// has all.
    #[requires(SUBSCRIPTION_READ)]
    async fn products(&self, context: &Context<'_>) -> Result<Option<Vec<ProductInUse>>> {
        ProductInUse::list(Request::of(context)?, self.0.id()).await.map(Some)
    }

    /// Its price plan; null while the operator has none.
    #[requires(SUBSCRIPTION_READ)]
    async fn price_plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day on which it counts. Without it, today.")] on: Option<Date>,
    ) -> Result<Option<AppliedPricePlan>> {
        let request = Request::of(context)?;
        AppliedPricePlan::of(request, &self.0, on.unwrap_or_else(|| request.today())).await
    }
}
