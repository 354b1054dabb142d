//! The price as staff see it.

use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::price::Model;
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::{rules, store};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::catalogue::plan::PricePlan;
use crate::catalogue::product::Product;
use crate::catalogue::subscription::{BillingInterval, SubscriptionTerm};
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;

/// What a product costs in a price plan, from a day on.
pub struct Price {
    row: Arc<Model>,
    seller: Decision,
}

impl Price {
    /// A price of the seller.
    pub fn new(row: Arc<Model>, seller: &Decision) -> Self {
        Self { row, seller: seller.clone() }
    }

    /// The prices of a plan, by their first day.
    pub async fn list_of_plan(
        request: &Request,
        seller: &Decision,
        plan: Uuid,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let rows = store::list_of_plan(request, plan, page).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), seller)))
    }

    /// The prices of a product in all plans: all, or those in force on a day.
    pub async fn list_of_product(
        request: &Request,
        seller: &Decision,
        product: Uuid,
        page: &PageArguments,
        on: Option<Date>,
        currency: Option<&str>,
    ) -> Result<Connection<Self>> {
        let all = store::all_of_product(request, product).await?;
        let wanted = all.iter().filter(|row| currency.is_none_or(|currency| row.currency == currency));
        let mut rows: Vec<&Arc<Model>> = wanted.collect();
        if let Some(on) = on {
            let is_in_force = |row: &&Arc<Model>| {
                let prices = all.iter().map(Arc::as_ref);
                rules::all_in_force(prices, &[row.plan_id], on).iter().any(|price| price.id == row.id)
            };
            rows.retain(is_in_force);
        }
        rows.sort_by(|one, other| rules::order(one).cmp(&rules::order(other)));
        let total = Total::known(rows.len());
        let found = rows.into_iter().map(|row| (key(row), row.id, Arc::clone(row)));
        let slice = slice_sorted(found, page, product)?;
        Ok(Connection::new(&slice, total, |row| Self::new(Arc::clone(row), seller)))
    }
}

/// The place of a price among those of its product, as a text that sorts like `rules::order`.
fn key(row: &Model) -> String {
    let (term, interval, currency, from, day, _) = rules::order(row);
    format!("{term:02} {interval:02} {currency} {from:010} {day}")
}

impl Find for Price {
    const TYPE: Type = Type::Price;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for Price {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seller.grants_at(side)
    }
}

/// What a product costs in a price plan, from a day on. It is never changed: a new price follows it.
#[guarded(exists(CATALOGUE_MANAGE))]
impl Price {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Price.id(self.row.id)
    }

    /// The product.
    #[public]
    async fn product(&self, context: &Context<'_>) -> Result<Option<Product>> {
        Product::find(Request::of(context)?, self.row.product_id).await
    }

    /// The plan that it belongs to.
    #[public]
    async fn plan(&self, context: &Context<'_>) -> Result<Option<PricePlan>> {
        PricePlan::find(Request::of(context)?, self.row.plan_id).await
    }

    /// The commitment.
    #[public]
    fn term(&self) -> SubscriptionTerm {
        self.row.term.into()
    }

    /// The time between two invoices.
    #[public]
    fn interval(&self) -> BillingInterval {
        self.row.interval.into()
    }

    /// It counts for this quantity and larger ones, up to the next price.
    #[public]
    #[graphql(name = "fromQuantity")]
    fn smallest_quantity(&self) -> i32 {
        self.row.from_quantity
    }

    /// What one unit costs for one interval.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_minor, &self.row.currency)
    }

    /// What the order costs once.
    #[public]
    fn setup(&self) -> Money {
        Money::new(self.row.setup_minor, &self.row.currency)
    }

    /// Its currency, as ISO 4217.
    #[public]
    fn currency(&self) -> &str {
        &self.row.currency
    }

    /// The first day on which it counts.
    #[public]
    fn valid_from(&self) -> Date {
        self.row.valid_from
    }

    /// When it was added.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
