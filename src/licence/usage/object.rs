//! The figures of a day.

use async_graphql::{Context, ID};
use entity::usage_day::Model;
use macros::guarded;
use sea_orm::prelude::Date;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::money::BigInt;
use crate::catalogue::feature::Feature;
use crate::graphql::request::Request;

/// The longest time that can be asked for, in days.
const MOST_DAYS: i64 = 400;

/// What an organisation had and used of a feature on a day.
#[derive(Clone)]
pub struct UsageDay {
    row: Model,
    organisation: Decision,
}

impl UsageDay {
    /// The days from one to another, the oldest first: of all features, or of one.
    pub async fn list(
        request: &Request,
        at: &Decision,
        feature: Option<&ID>,
        (from, until): (Date, Date),
    ) -> Result<Vec<Self>> {
        if until < from || (until - from).num_days() >= MOST_DAYS {
            return Err(Error::InvalidInput(format!("Give up to {MOST_DAYS} days, from the first to the last.")));
        }
        let feature = feature.map(|id| Type::Feature.parse(id)).transpose()?;
        let rows = store::days(request, at.id(), feature, (from, until)).await?;
        Ok(rows.iter().map(|row| Self { row: row.clone(), organisation: at.clone() }).collect())
    }
}

impl Guarded for UsageDay {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// What an organisation had and used of a feature on a day.
#[guarded(exists(USAGE_READ))]
impl UsageDay {
    /// The day.
    #[public]
    fn day(&self) -> Date {
        self.row.day
    }

    /// The feature.
    #[public]
    async fn feature(&self, context: &Context<'_>) -> Result<Option<Feature>> {
        Feature::of_customer(Request::of(context)?, self.row.feature_id, Permission::UsageRead).await
    }

    /// How many it could use.
    #[public]
    fn granted(&self) -> BigInt {
        BigInt(self.row.granted)
    }

    /// How many were in use: seats that people had, or things that a quota counts.
    #[public]
    fn assigned(&self) -> BigInt {
        BigInt(self.row.assigned)
    }

    /// Of the seats in use, how many belong to people who logged in within 7 days.
    #[public]
    fn active_7(&self) -> BigInt {
        BigInt(self.row.active_7)
    }

    /// Of the seats in use, how many belong to people who logged in within 30 days.
    #[public]
    fn active_30(&self) -> BigInt {
        BigInt(self.row.active_30)
    }

    /// Of the seats in use, how many belong to people who never logged in.
    #[public]
    fn never(&self) -> BigInt {
        BigInt(self.row.never)
    }
}
