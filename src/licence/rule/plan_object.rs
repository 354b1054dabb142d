//! The preview of rules, as clients of the API see it.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum};
use entity::subscription;
use macros::{guarded, public_object};
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::evaluate::{Action, Change, source_of};
use super::plan::Plan;
use super::writing::Counts;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::money::Money;
use crate::catalogue::feature::Feature;
use crate::catalogue::subscription::{BillingInterval, Subscription};
use crate::directory::person::DirectoryPerson;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::licence::assignment::{LicenceReason, LicenceSource};
use crate::licence::pool::main_source;

/// What happens to a person when rules are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Action")]
pub enum LicencePlanAction {
    /// Gets a licence.
    Assign,
    /// Gets another feature of the family instead.
    Change,
    /// Gets back a licence that was ending.
    Resume,
    /// Loses the licence on `endsOn`.
    Reclaim,
    /// Should get one, but none is left: waits in the queue, and keeps what is there.
    Unmet,
    /// Keeps the licence, for another reason than before.
    Explain,
}

/// What applying the rules of a family would change.
#[derive(Clone)]
pub struct LicencePlan {
    plan: Arc<Plan>,
    organisation: Decision,
}

impl LicencePlan {
    /// A plan of an organisation.
    pub fn new(plan: Plan, at: &Decision) -> Self {
        Self { plan: Arc::new(plan), organisation: at.clone() }
    }
}

impl Guarded for LicencePlan {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// What applying the rules of a family would change now.
#[guarded(exists(LICENCE_READ))]
impl LicencePlan {
    /// For `applyLicenceRules`. It changes with anything that the plan depends on.
    #[public]
    fn digest(&self) -> &str {
        &self.plan.digest
    }

    /// How many people it is about.
    #[public]
    fn counts(&self) -> LicencePlanCounts {
        let counts = Counts::of(&self.plan.changes);
        let small = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        LicencePlanCounts {
            assign: small(counts.assign),
            change: small(counts.change),
            resume: small(counts.resume),
            reclaim: small(counts.reclaim),
            unmet: small(counts.unmet),
        }
    }

    /// Whether so many people lose their licence that it must be confirmed.
    #[public]
    fn guard(&self) -> LicencePlanGuard {
        let small = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let guard = self.plan.guard;
        LicencePlanGuard { losing: small(guard.losing), of: small(guard.of), stops: guard.stops }
    }

    /// The people for whom something changes, and those who wait: first those who lose something, then those who get
    /// something, then those who wait.
    #[public]
    async fn rows(&self, page: PageArguments) -> Result<Option<Connection<LicencePlanRow>>> {
        let rank = |change: &Change| match change.action {
            Action::Reclaim => 0,
            Action::Change => 1,
            Action::Assign => 2,
            Action::Resume => 3,
            Action::Unmet => 4,
            Action::Explain => 5,
        };
        let shown = self.plan.changes.iter().enumerate().filter(|(_, change)| change.action != Action::Explain);
        let mut rows: Vec<(String, Uuid, Arc<usize>)> = shown
            .map(|(index, change)| {
                let place = change.queue_place.unwrap_or(index);
                (format!("{}{place:010}", rank(change)), change.person, Arc::new(index))
            })
            .collect();
        rows.sort_unstable_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        let total = Total::known(rows.len());
        let slice = slice_sorted(rows.into_iter(), &page, self.plan.set.id)?;
        let row = |index: &Arc<usize>| LicencePlanRow {
            plan: Arc::clone(&self.plan),
            index: **index,
            organisation: self.organisation.clone(),
        };
        Ok(Some(Connection::new(&slice, total, row)))
    }

    /// What can be saved: for each feature whose licences become free, the subscription that could be lowered.
    #[requires(SUBSCRIPTION_READ)]
    async fn savings(&self, context: &Context<'_>) -> Result<Option<Vec<LicenceSaving>>> {
        savings(Request::of(context)?, &self.organisation, &self.plan).await.map(Some)
    }
}

/// How many people a plan is about.
#[public_object]
pub struct LicencePlanCounts {
    /// People who get a licence.
    pub assign: i32,
    /// People who get another feature of the family.
    pub change: i32,
    /// People who get back a licence that was ending.
    pub resume: i32,
    /// People who lose their licence.
    pub reclaim: i32,
    /// People who wait for one.
    pub unmet: i32,
}

/// Whether so many people lose their licence that it must be confirmed.
#[public_object]
pub struct LicencePlanGuard {
    /// How many people lose their licence.
    pub losing: i32,
    /// How many people have one.
    pub of: i32,
    /// Whether `applyLicenceRules` needs `confirmLosses` with the number of those who lose theirs.
    pub stops: bool,
}

/// What can be saved, because licences become free.
#[public_object]
pub struct LicenceSaving {
    /// The feature.
    pub feature: Feature,
    /// How many licences become free.
    pub licences: i32,
    /// The subscription that could be lowered.
    pub subscription: Subscription,
    /// By how many units.
    pub units: i32,
    /// How often it is billed.
    pub interval: BillingInterval,
    /// What those units cost in one interval, without VAT.
    pub amount: Money,
    /// The first day on which it counts: the renewal.
    pub from: Date,
}

/// What happens to one person.
#[derive(Clone)]
pub struct LicencePlanRow {
    plan: Arc<Plan>,
    index: usize,
    organisation: Decision,
}

impl LicencePlanRow {
    fn change(&self) -> &Change {
        &self.plan.changes[self.index]
    }
}

impl Guarded for LicencePlanRow {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// What happens to one person when the rules are applied.
#[guarded(exists(LICENCE_READ))]
impl LicencePlanRow {
    /// The person; null if they were deleted and forgotten.
    #[requires(DIRECTORY_READ)]
    async fn person(&self, context: &Context<'_>) -> Result<Option<DirectoryPerson>> {
        DirectoryPerson::find(Request::of(context)?, self.change().person).await
    }

    /// What happens.
    #[public]
    fn action(&self) -> LicencePlanAction {
        self.change().action.into()
    }

    /// The feature that the person has now, if any.
    #[public]
    async fn before(&self, context: &Context<'_>) -> Result<Option<Feature>> {
        feature(context, self.change().before).await
    }

    /// The feature that the person has afterwards; with UNMET, the one that the person waits for.
    #[public]
    async fn after(&self, context: &Context<'_>) -> Result<Option<Feature>> {
        feature(context, self.change().after).await
    }

    /// What decides: a rule, a pin or somebody by hand; null if nothing gives a licence.
    #[public]
    fn source(&self) -> Option<LicenceSource> {
        source_of(self.change().cause).map(Into::into)
    }

    /// Why.
    #[requires(DIRECTORY_READ)]
    fn reason(&self) -> Option<LicenceReason> {
        Some(self.plan.reason(self.change()).into())
    }

    /// The first day without the licence, if it is lost; otherwise null.
    #[public]
    fn ends_on(&self) -> Option<Date> {
        self.change().ends_on
    }

    /// The place in the queue, from 1; null for those who do not wait.
    #[public]
    fn queue_place(&self) -> Option<i32> {
        self.change().queue_place.map(|place| i32::try_from(place).unwrap_or(i32::MAX))
    }
}

async fn feature(context: &Context<'_>, key: Option<Uuid>) -> Result<Option<Feature>> {
    let Some(key) = key else { return Ok(None) };
    Feature::of_customer(Request::of(context)?, key, Permission::LicenceRead).await
}

/// For each feature, what its free licences cost: at the subscription that gives most of it.
async fn savings(request: &Request, at: &Decision, plan: &Plan) -> Result<Vec<LicenceSaving>> {
    let mut freed: HashMap<Uuid, i64> = HashMap::new();
    for change in &plan.changes {
        match change.action {
            Action::Reclaim | Action::Change => *freed.entry(change.before.unwrap_or_default()).or_default() += 1,
            Action::Assign | Action::Resume | Action::Unmet | Action::Explain => {}
        }
        if let (Action::Assign | Action::Change | Action::Resume, Some(after)) = (change.action, change.after) {
            *freed.entry(after).or_default() -= 1;
        }
    }
    let mut freed: Vec<(Uuid, i64)> = freed.into_iter().filter(|(_, count)| *count > 0).collect();
    freed.sort_unstable();
    let mut savings = Vec::with_capacity(freed.len());
    for (feature, count) in freed {
        let source = main_source(request, at.id(), feature).await?;
        let Some((subscription, each)) = source else { continue };
        let Some(feature) = Feature::of_customer(request, feature, Permission::LicenceRead).await? else { continue };
        if let Some((units, amount)) = lowered(subscription.row(), each, count) {
            let row = subscription.row();
            savings.push(LicenceSaving {
                feature,
                licences: i32::try_from(count).unwrap_or(i32::MAX),
                units,
                interval: row.interval.into(),
                amount,
                from: row.committed_until,
                subscription,
            });
        }
    }
    Ok(savings)
}

/// By how many units a subscription can be lowered whose units give so many licences each, and what those cost.
fn lowered(row: &subscription::Model, each: i64, freed: i64) -> Option<(i32, Money)> {
    let units = freed.checked_div(each)?.min(i64::from(row.quantity));
    let amount = row.unit_price_minor.checked_mul(units)?;
    (units > 0).then(|| (i32::try_from(units).unwrap_or(i32::MAX), Money::new(amount, &row.currency)))
}
