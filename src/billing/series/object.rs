//! A number series, for staff.

use async_graphql::Enum;
use entity::number_series::{self, Kind, Model};
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::{rules, store};
use crate::base::error::Result;
use crate::base::money::BigInt;
use crate::graphql::request::Request;

/// What a series numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "number_series::Kind")]
pub enum NumberSeriesKind {
    /// Orders.
    Order,
    /// Invoices.
    Invoice,
    /// Credit notes.
    CreditNote,
}

/// When the count of a series begins again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "number_series::Restarts")]
pub enum NumberSeriesRestart {
    /// With each year.
    Yearly,
    /// Never.
    Never,
}

/// A series of numbers without gaps.
pub struct NumberSeries(pub(super) Model);

impl NumberSeries {
    /// The series of an issuer, one of each kind.
    pub async fn list(request: &Request, issuer: Uuid) -> Result<Vec<Self>> {
        let known = store::list(request.db(), issuer).await?;
        let of_kind = |kind| known.iter().find(|row| row.kind == kind).cloned();
        let series = [Kind::Order, Kind::Invoice, Kind::CreditNote].into_iter();
        Ok(series.map(|kind| Self(of_kind(kind).unwrap_or_else(|| rules::first(issuer, kind)))).collect())
    }
}

/// A series of numbers without gaps.
#[guarded]
impl NumberSeries {
    /// What it numbers.
    #[public]
    fn kind(&self) -> NumberSeriesKind {
        self.0.kind.into()
    }

    /// How a number is written: `{year}` is the year, and `{n:6}` the count with at least six digits.
    #[public]
    fn format(&self) -> &str {
        &self.0.format
    }

    /// When the count begins again at 1.
    #[public]
    fn restarts(&self) -> NumberSeriesRestart {
        self.0.restarts.into()
    }

    /// The next count, unless a new year begins before.
    #[public]
    fn next(&self) -> BigInt {
        BigInt(self.0.next)
    }

    /// The day of the last number; null if there is none. Days never go back.
    #[public]
    fn last_on(&self) -> Option<Date> {
        self.0.last_on
    }
}
