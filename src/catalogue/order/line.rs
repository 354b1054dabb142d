//! One product of an order.

use std::sync::Arc;

use async_graphql::Context;
use entity::order_line::Model;
use macros::guarded;

use crate::base::error::Result;
use crate::base::money::Money;
use crate::catalogue::product::Product;
use crate::catalogue::subscription::{BillingInterval, Subscription, SubscriptionTerm};
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// One product of an order.
pub struct OrderLine {
    row: Arc<Model>,
    currency: String,
}

impl OrderLine {
    /// A line of an order in this currency.
    pub fn new(row: &Arc<Model>, currency: &str) -> Self {
        Self { row: Arc::clone(row), currency: currency.to_owned() }
    }
}

/// One product of an order.
#[guarded]
impl OrderLine {
    /// The product.
    #[public]
    async fn product(&self, context: &Context<'_>) -> Result<Option<Product>> {
        Product::of_purchase(Request::of(context)?, self.row.product_id).await
    }

    /// The number of units.
    #[public]
    fn quantity(&self) -> i32 {
        self.row.quantity
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

    /// Price of one unit for one interval.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_minor, &self.currency)
    }

    /// What it cost once.
    #[public]
    fn setup(&self) -> Money {
        Money::new(self.row.setup_minor, &self.currency)
    }

    /// The subscription that it began.
    #[public]
    async fn subscription(&self, context: &Context<'_>) -> Result<Option<Subscription>> {
        Subscription::find(Request::of(context)?, self.row.subscription_id).await
    }
}
