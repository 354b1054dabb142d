//! What an organisation has, in short: for a column of a table.

use async_graphql::Context;
use macros::guarded;
use uuid::Uuid;

use super::store::{self, InUse};
use crate::base::error::Result;
use crate::base::money::BigInt;
use crate::catalogue::product::Product;
use crate::graphql::request::Request;

/// How many products are shown.
const MOST: i64 = 20;

/// A product that an organisation has.
pub struct ProductInUse(InUse);

impl ProductInUse {
    /// The products of an organisation, by name.
    pub async fn list(request: &Request, organisation: Uuid) -> Result<Vec<Self>> {
        let found = store::in_use(request, organisation, MOST).await?;
        Ok(found.iter().cloned().map(Self).collect())
    }
}

/// A product that an organisation has.
#[guarded]
impl ProductInUse {
    /// Code of the product.
    #[public]
    fn code(&self) -> &str {
        &self.0.code
    }

    /// Name of the product at the time of the order.
    #[public]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// The units of all subscriptions to it that have not ended.
    #[public]
    fn quantity(&self) -> BigInt {
        BigInt(self.0.quantity)
    }

    /// The product.
    #[public]
    async fn product(&self, context: &Context<'_>) -> Result<Option<Product>> {
        Product::of_purchase(Request::of(context)?, self.0.product).await
    }
}
