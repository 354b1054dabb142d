//! A rate of commission.

use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::commission_rate::Model;
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::store;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::product::Product;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// A rate of commission, from a day on.
pub struct CommissionRate(Arc<Model>);

impl CommissionRate {
    /// A rate of a reseller whose commission the viewer sees.
    pub const fn new(row: Arc<Model>) -> Self {
        Self(row)
    }

    /// The rates of a reseller, those that begin last first.
    pub async fn list(request: &Request, reseller: Uuid, page: &PageArguments) -> Result<Connection<Self>> {
        Ok(store::list_rates(request, reseller, page).await?.connection(|row| Self(Arc::clone(row))))
    }
}

/// A rate of commission, from a day on.
#[guarded]
impl CommissionRate {
    /// The rate in hundredths of a percent: 1250 is 12.5 %.
    #[public]
    fn basis_points(&self) -> i32 {
        self.0.basis_points
    }

    /// Id of the partnership that it is for; null if it is for all. It counts before a rate for all.
    #[public]
    fn partnership_id(&self) -> Option<ID> {
        self.0.partnership_id.map(|id| Type::Partnership.id(id))
    }

    /// The product that it is for; null if it is for all. It counts before a rate for all.
    #[public]
    async fn product(&self, context: &Context<'_>) -> Result<Option<Product>> {
        let Some(id) = self.0.product_id else { return Ok(None) };
        Product::of_purchase(Request::of(context)?, id).await
    }

    /// The first day on which it counts.
    #[public]
    fn valid_from(&self) -> Date {
        self.0.valid_from
    }

    /// When it was recorded.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.0.created_at
    }
}
