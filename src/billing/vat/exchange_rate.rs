//! A rate between two currencies.

use entity::exchange_rate::Model;
use macros::guarded;
use sea_orm::prelude::Date;

use super::store;
use crate::base::error::Result;
use crate::graphql::request::Request;

/// A rate between two currencies.
pub struct ExchangeRate(Model);

impl ExchangeRate {
    /// The rates that count on a day, by their currencies.
    pub async fn list(request: &Request, day: Date) -> Result<Vec<Self>> {
        Ok(store::exchange_rates(request.db().reader(), day).await?.into_iter().map(Self).collect())
    }
}

/// A rate between two currencies.
#[guarded]
impl ExchangeRate {
    /// The currency of invoices or payments, as ISO 4217.
    #[public]
    fn from(&self) -> &str {
        &self.0.from_currency
    }

    /// The currency of the accounting, as ISO 4217.
    #[public]
    fn to(&self) -> &str {
        &self.0.to_currency
    }

    /// The first day on which it counts.
    #[public]
    fn day(&self) -> Date {
        self.0.day
    }

    /// How much of `to` one whole unit of `from` is worth, with four decimals.
    #[public]
    fn rate(&self) -> String {
        format!("{}.{:04}", self.0.ten_thousandths / 10_000, self.0.ten_thousandths % 10_000)
    }
}
