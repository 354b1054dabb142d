//! A subscription.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject, Object};
use entity::subscription;
use macros::guarded;
use sea_orm::prelude::Date;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::id;
use crate::base::money::Money;

/// How often a subscription renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "subscription::Term")]
pub enum SubscriptionTerm {
    /// Each month.
    Monthly,
    /// Each year.
    Annual,
}

/// Whether a subscription runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "subscription::State")]
pub enum SubscriptionState {
    /// Runs.
    Active,
    /// Ends at its next renewal.
    Cancelled,
    /// Over.
    Ended,
}

/// Which subscriptions.
#[derive(InputObject)]
pub struct SubscriptionFilter {
    /// Only in this state.
    pub state: Option<SubscriptionState>,
}

/// A product that an organisation has, with the price as agreed.
pub struct Subscription {
    row: Arc<subscription::Model>,
    seen: Decision,
}

impl Subscription {
    /// A subscription of an organisation.
    pub fn new(row: &Arc<subscription::Model>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }
}

impl crate::graphql::act::Find for Subscription {
    const TYPE: crate::base::id::Type = crate::base::id::Type::Subscription;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for Subscription {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// A product that an organisation has, with the price as agreed.
#[guarded(exists(SUBSCRIPTION_READ))]
#[Object]
impl Subscription {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Subscription.id(self.row.id)
    }

    /// Code of the article.
    #[public]
    fn product_code(&self) -> &str {
        &self.row.product_code
    }

    /// Name of the article when it was ordered.
    #[public]
    fn product_name(&self) -> &str {
        &self.row.product_name
    }

    /// How many units.
    #[public]
    fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// How often it renews.
    #[public]
    fn term(&self) -> SubscriptionTerm {
        self.row.term.into()
    }

    /// Price of one unit for one term, as agreed.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_price_minor, &self.row.currency)
    }

    /// Whether it runs.
    #[public]
    fn state(&self) -> SubscriptionState {
        self.row.state.into()
    }

    /// Its first day.
    #[public]
    fn starts_on(&self) -> Date {
        self.row.starts_on
    }

    /// The next day on which a term begins.
    #[public]
    fn renews_on(&self) -> Option<Date> {
        self.row.renews_on
    }
}
