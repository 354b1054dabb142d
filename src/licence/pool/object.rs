//! The pool, and the licences that fill it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::Context;
use entity::subscription::{Model as Bought, State};
use futures_util::future::join_all;
use macros::guarded;
use uuid::Uuid;

use super::granted::{licences_by, licences_of};
use super::rules::{self, Held, Level, sums};
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::money::BigInt;
use crate::catalogue::feature::{Feature, FeatureKind};
use crate::catalogue::subscription::{Subscription, store as subscriptions};
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::licence::asset::Asset;

/// What an organisation may use of a feature, and what it uses.
#[derive(Clone)]
pub struct LicencePool {
    feature: Feature,
    level: Level,
    /// Its key; `None` while nothing was ever taken from it.
    key: Option<Uuid>,
    licences: Arc<Vec<rules::Licence>>,
    organisation: Decision,
}

impl LicencePool {
    /// The pools of an organisation, by the name of the feature: all features that are granted or used.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        kind: Option<FeatureKind>,
    ) -> Result<Connection<Self>> {
        let licences = Arc::new(licences_of(request, at.id()).await?);
        let used = store::load(request, at.id()).await?;
        let granted = sums(&licences);
        let used: HashMap<Uuid, (Uuid, i64)> = used.iter().map(|row| (row.feature_id, (row.id, row.used))).collect();
        let in_use = used.iter().filter(|(_, (_, used))| *used > 0).map(|(feature, _)| *feature);
        let wanted: BTreeSet<Uuid> = granted.keys().copied().chain(in_use).collect();
        let pools = wanted.into_iter().map(async |feature| {
            let found = Feature::of_customer(request, feature, Permission::LicenceRead).await?;
            let found = found.filter(|found| kind.is_none_or(|kind| found.counts() == kind.into()));
            let (key, used) = used.get(&feature).copied().unzip();
            let level =
                Level { granted: granted.get(&feature).copied().unwrap_or_default(), used: used.unwrap_or_default() };
            Ok(found.map(|feature| Self {
                feature,
                level,
                key,
                licences: Arc::clone(&licences),
                organisation: at.clone(),
            }))
        });
        let pools = join_all(pools).await.into_iter().filter_map(Result::transpose).collect::<Result<Vec<Self>>>()?;
        let placed = pools.into_iter().map(|pool| (pool.feature.place(), pool)).collect();
        paged(placed, page, at.id())
    }
}

impl Guarded for LicencePool {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// What an organisation may use of a feature today, and what it uses.
#[guarded(exists(LICENCE_READ))]
impl LicencePool {
    /// The feature.
    #[public]
    fn feature(&self) -> &Feature {
        &self.feature
    }

    /// How many it may use: what its subscriptions give today.
    #[public]
    fn granted(&self) -> BigInt {
        BigInt(self.level.granted)
    }

    /// How many it uses.
    #[public]
    fn used(&self) -> BigInt {
        BigInt(self.level.used)
    }

    /// How many are left; never less than 0.
    #[public]
    fn free(&self) -> BigInt {
        BigInt(self.level.free())
    }

    /// How many more are used than granted: 0, unless a subscription was lowered, changed or ended.
    #[public]
    fn over(&self) -> BigInt {
        BigInt(self.level.over())
    }

    /// The assets that it counts, by name. Deleted ones are left out.
    #[requires(ASSET_READ)]
    async fn assets(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Asset>>> {
        // Without a key nothing was taken yet, and nothing has the nil key.
        let key = self.key.unwrap_or_default();
        Asset::list_of_pool(Request::of(context)?, &self.organisation, key, &page).await.map(Some)
    }

    /// The subscriptions that give the feature today, and how many each gives; the oldest first.
    #[public]
    async fn licences(&self, page: PageArguments) -> Result<Option<Connection<Licence>>> {
        let (_, feature) = self.feature.place();
        let of_it = self.licences.iter().filter(|licence| licence.feature == feature);
        let placed = of_it.map(|licence| {
            let place = (String::new(), licence.subscription);
            (place, Licence::new(self.feature.clone(), licence, &self.organisation))
        });
        paged(placed.collect(), &page, feature).map(Some)
    }
}

/// How many of a feature a subscription gives.
#[derive(Clone)]
pub struct Licence {
    feature: Feature,
    subscription: Uuid,
    quantity: i64,
    organisation: Decision,
}

impl Licence {
    fn new(feature: Feature, licence: &rules::Licence, at: &Decision) -> Self {
        let rules::Licence { subscription, quantity, .. } = *licence;
        Self { feature, subscription, quantity, organisation: at.clone() }
    }

    /// What a subscription gives today, by the name of the feature.
    pub async fn list_of_subscription(
        request: &Request,
        at: &Decision,
        row: &Bought,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let changes = subscriptions::history(request, row.id).await?;
        let is_begun = matches!(row.state, State::Active | State::Cancelled);
        let held = Held::on(row.id, &changes, request.today()).filter(|_| is_begun);
        let licences = licences_by(request, held.as_slice()).await?;
        let found = licences.iter().map(async |licence| {
            let feature = Feature::of_customer(request, licence.feature, Permission::SubscriptionRead).await?;
            Ok(feature.map(|feature| (feature.place(), Self::new(feature, licence, at))))
        });
        let found = join_all(found).await.into_iter().filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
        paged(found, page, row.id)
    }
}

impl Guarded for Licence {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// How many of a feature a subscription gives.
#[guarded]
impl Licence {
    /// The feature.
    #[public]
    fn feature(&self) -> &Feature {
        &self.feature
    }

    /// How many: the units of the subscription today, times what one of them gives.
    #[public]
    fn quantity(&self) -> BigInt {
        BigInt(self.quantity)
    }

    /// The subscription.
    #[requires(SUBSCRIPTION_READ)]
    async fn subscription(&self, context: &Context<'_>) -> Result<Option<Subscription>> {
        Subscription::find(Request::of(context)?, self.subscription).await
    }
}

/// A page of objects that are at hand, in the order of their places.
fn paged<T: Clone>(mut found: Vec<((String, Uuid), T)>, page: &PageArguments, parent: Uuid) -> Result<Connection<T>> {
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let total = Total::known(found.len());
    let items = found.into_iter().map(|((key, id), one)| (key, id, Arc::new(one)));
    Ok(Connection::new(&slice_sorted(items, page, parent)?, total, |one| one.as_ref().clone()))
}

/// The subscription that gives most of a feature today, and how many of it each unit gives. `None` if none gives it, or if
/// the viewer may not see it.
pub async fn main_source(request: &Request, organisation: Uuid, feature: Uuid) -> Result<Option<(Subscription, i64)>> {
    let licences = licences_of(request, organisation).await?;
    let of_it = licences.iter().filter(|licence| licence.feature == feature);
    let Some(most) = of_it.max_by_key(|licence| licence.quantity) else { return Ok(None) };
    let found = Subscription::find(request, most.subscription).await?;
    Ok(found.map(|subscription| {
        let each = most.quantity / i64::from(subscription.row().quantity).max(1);
        (subscription, each)
    }))
}
