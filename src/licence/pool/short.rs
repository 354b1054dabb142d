//! The pools that a change of a subscription would leave short.

use std::collections::{BTreeSet, HashMap};

use entity::subscription::{Model as Bought, State};
use entity::subscription_change::Model as Change;
use futures_util::future::join_all;
use macros::public_object;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::granted::{held_by, licences_by};
use super::rules::{Held, Level, sums};
use super::store;
use crate::access::Permission;
use crate::base::error::Result;
use crate::base::money::BigInt;
use crate::catalogue::feature::Feature;
use crate::graphql::request::Request;

/// A pool from which more is used today than would be granted after a change.
#[public_object]
pub struct ShortLicencePool {
    /// The feature.
    pub feature: Feature,
    /// How many would be granted on the day of the change.
    pub granted: BigInt,
    /// How many are used today.
    pub used: BigInt,
    /// How many more are used today than would be granted then.
    pub over: BigInt,
}

impl ShortLicencePool {
    /// The pools that have less on the day, and not enough, if the changes of the subscription become `after`: by the name of
    /// the feature.
    pub async fn list(request: &Request, row: &Bought, after: &[Change], day: Date) -> Result<Vec<Self>> {
        if !matches!(row.state, State::Active | State::Cancelled) {
            return Ok(Vec::new());
        }
        let before = held_by(request, row.organisation_id, day).await?;
        let mut then: Vec<Held> = before.iter().filter(|held| held.subscription != row.id).copied().collect();
        then.extend(Held::on(row.id, after, day));
        let before = sums(&licences_by(request, &before).await?);
        let then = sums(&licences_by(request, &then).await?);
        let of = |sums: &HashMap<Uuid, i64>, feature: Uuid| sums.get(&feature).copied().unwrap_or_default();
        let used = store::load(request, row.organisation_id).await?;
        let level = |feature: Uuid, used: i64| Level { granted: of(&then, feature), used };
        let short: BTreeSet<(Uuid, i64)> = used
            .iter()
            .filter(|row| of(&then, row.feature_id) < of(&before, row.feature_id))
            .filter(|row| level(row.feature_id, row.used).over() > 0)
            .map(|row| (row.feature_id, row.used))
            .collect();
        let found = short.into_iter().map(async |(feature, used)| {
            let level = level(feature, used);
            let feature = Feature::of_customer(request, feature, Permission::LicenceRead).await?;
            Ok(feature.map(|feature| Self {
                feature,
                granted: BigInt(level.granted),
                used: BigInt(level.used),
                over: BigInt(level.over()),
            }))
        });
        let mut found =
            join_all(found).await.into_iter().filter_map(Result::transpose).collect::<Result<Vec<Self>>>()?;
        found.sort_by_key(|one| one.feature.place());
        Ok(found)
    }
}
