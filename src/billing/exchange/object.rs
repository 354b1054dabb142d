//! Rates between two currencies: those that were recorded, and the one that counts on a day.

use std::sync::Arc;

use entity::exchange_rate::Model;
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::rules::{Rate, text};
use super::store;
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// A rate between two currencies, as it was recorded.
pub struct ExchangeRate(Arc<Model>);

impl ExchangeRate {
    /// The rates that an issuer has recorded, those of the newest day first.
    pub async fn list(
        request: &Request,
        issuer: Uuid,
        page: &PageArguments,
        days: (Option<Date>, Option<Date>),
    ) -> Result<Connection<Self>> {
        let rows = store::list(request, issuer, page, days).await?;
        Ok(rows.connection(|row| Self(Arc::clone(row))))
    }
}

/// A rate between two currencies, as it was recorded.
#[guarded]
impl ExchangeRate {
    /// A currency, as ISO 4217.
    #[public]
    fn from(&self) -> &str {
        &self.0.from_currency
    }

    /// Another currency, as ISO 4217.
    #[public]
    fn to(&self) -> &str {
        &self.0.to_currency
    }

    /// The day of which it is.
    #[public]
    fn day(&self) -> Date {
        self.0.day
    }

    /// How much of `to` one whole unit of `from` is worth.
    #[public]
    fn rate(&self) -> String {
        text(self.0.billionths.into())
    }

    /// Who published it.
    #[public]
    fn source(&self) -> &str {
        &self.0.source
    }

    /// When it was recorded. Of several of the same currencies and day, the last counts.
    #[public]
    fn recorded_at(&self) -> DateTimeUtc {
        self.0.created_at
    }
}

/// The rate between two currencies that counts on a day.
pub struct ExchangeRateOfDay(Rate);

impl ExchangeRateOfDay {
    /// Shows a rate.
    pub const fn new(rate: Rate) -> Self {
        Self(rate)
    }

    /// The one between two currencies that counts for an issuer on a day, if one does.
    pub async fn find(request: &Request, issuer: Uuid, (from, to): (&str, &str), day: Date) -> Result<Option<Self>> {
        let days = request.config.billing.exchange_rate_days;
        let known = store::known(request.db().reader(), issuer, day, days).await?;
        Ok(known.find(from, to, day, days).ok().map(Self))
    }
}

/// The rate between two currencies that counts on a day.
#[guarded]
impl ExchangeRateOfDay {
    /// The currency of what is converted, as ISO 4217.
    #[public]
    fn from(&self) -> &str {
        &self.0.from
    }

    /// The currency into which it is converted, as ISO 4217.
    #[public]
    fn to(&self) -> &str {
        &self.0.to
    }

    /// The day of which it is: the one that is asked for, or one shortly before it.
    #[public]
    fn day(&self) -> Date {
        self.0.day
    }

    /// How much of `to` one whole unit of `from` is worth, rounded to nine decimals. Amounts are converted with the exact
    /// rate.
    #[public]
    fn rate(&self) -> String {
        self.0.text()
    }

    /// Who published it.
    #[public]
    fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether it is computed from the rates of both currencies to the euro.
    #[public]
    fn is_via_euro(&self) -> bool {
        self.0.is_via_euro
    }
}
