//! The fields of `Organisation` about what it has the right to, and what it uses of that.

use async_graphql::{Context, ID};
use chrono::Days;
use macros::guarded;
use sea_orm::prelude::Date;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::catalogue::feature::FeatureKind;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::licence::asset::{Asset, AssetFilter, AssetOrder};
use crate::licence::assignment::{LicenceAssignment, LicenceAssignmentFilter};
use crate::licence::pin::LicencePin;
use crate::licence::pool::LicencePool;
use crate::licence::rule::LicenceRuleSet;
use crate::licence::usage::{UnusedLicence, UsageDay};

/// The fields of an organisation that are about its licences.
pub struct OrganisationLicences(pub(super) Decision);

impl Guarded for OrganisationLicences {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// The fields of an organisation that are about its licences.
#[guarded]
impl OrganisationLicences {
    /// What it may use of each feature today, and what it uses, by the name of the feature: all features that are granted or
    /// used.
    #[requires(LICENCE_READ)]
    async fn licence_pools(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only features that count this. Without it, all.")] kind: Option<FeatureKind>,
    ) -> Result<Option<Connection<LicencePool>>> {
        LicencePool::list(Request::of(context)?, &self.0, &page, kind).await.map(Some)
    }

    /// The assets: things that quotas count. Without an order, by name.
    #[requires(ASSET_READ)]
    async fn assets(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which assets.")] filter: Option<AssetFilter>,
        #[graphql(desc = "The order.")] order_by: Option<AssetOrder>,
    ) -> Result<Option<Connection<Asset>>> {
        Asset::list(Request::of(context)?, &self.0, &page, filter.as_ref(), order_by).await.map(Some)
    }

    /// The licences that people of its directory have, the newest first.
    #[requires(LICENCE_READ)]
    async fn licence_assignments(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which assignments.")] filter: Option<LicenceAssignmentFilter>,
    ) -> Result<Option<Connection<LicenceAssignment>>> {
        LicenceAssignment::list(Request::of(context)?, &self.0, &page, filter.as_ref()).await.map(Some)
    }

    /// The decisions by hand about licences of people, the newest first.
    #[requires(LICENCE_READ)]
    async fn licence_pins(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only those of this family of features.")] family: Option<String>,
    ) -> Result<Option<Connection<LicencePin>>> {
        LicencePin::list(Request::of(context)?, &self.0, &page, family.as_deref()).await.map(Some)
    }

    /// The rules by which its licences are given, one set for each family of features.
    #[requires(LICENCE_READ)]
    async fn licence_rules(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only the set of this family.")] family: Option<String>,
    ) -> Result<Option<Vec<LicenceRuleSet>>> {
        LicenceRuleSet::list(Request::of(context)?, &self.0, family.as_deref()).await.map(Some)
    }

    /// What it had and used of each feature on each day, the oldest first.
    #[requires(USAGE_READ)]
    async fn usage(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only the feature with this id.")] feature_id: Option<ID>,
        #[graphql(desc = "The first day. Without it, the one 30 days before the last.")] from: Option<Date>,
        #[graphql(desc = "The last day. Without it, today. At most 400 days.")] until: Option<Date>,
    ) -> Result<Option<Vec<UsageDay>>> {
        let request = Request::of(context)?;
        let until = until.unwrap_or_else(|| request.today());
        let days = (from.unwrap_or_else(|| until - Days::new(30)), until);
        UsageDay::list(request, &self.0, feature_id.as_ref(), days).await.map(Some)
    }

    /// Licences of people who have not logged in for some time, the newest first, with what they cost.
    #[requires(USAGE_READ)]
    async fn unused_licences(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "For how many days: 1 to 3,650.", default = 30)] days: i32,
    ) -> Result<Option<Connection<UnusedLicence>>> {
        UnusedLicence::list(Request::of(context)?, &self.0, &page, days).await.map(Some)
    }
}
