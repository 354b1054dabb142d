//! Licences of people who do not log in.

use std::sync::Arc;

use async_graphql::Context;
use chrono::TimeDelta;
use entity::licence_assignment::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::money::Money;
use crate::catalogue::subscription::BillingInterval;
use crate::directory::person::DirectoryPerson;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::licence::assignment::{LicenceAssignment, store as assignments};
use crate::licence::pool::main_source;

/// The most days without a log-in.
const MOST_DAYS: i32 = 3_650;

/// A licence of somebody who does not log in.
#[derive(Clone)]
pub struct UnusedLicence {
    row: Arc<Model>,
    organisation: Decision,
}

impl UnusedLicence {
    /// The licences of people of an organisation who have not logged in for so many days, the newest first.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments, days: i32) -> Result<Connection<Self>> {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Error::InvalidInput(format!("days: give 1 to {MOST_DAYS}.")));
        }
        let since = request.now() - TimeDelta::days(i64::from(days));
        let rows = assignments::list_unused(request, at.id(), page, since).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), organisation: at.clone() }))
    }
}

impl Guarded for UnusedLicence {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A licence of somebody who has not logged in for some time.
#[guarded(exists(USAGE_READ))]
impl UnusedLicence {
    /// The licence, with its person.
    #[requires(LICENCE_READ)]
    fn assignment(&self) -> Option<LicenceAssignment> {
        Some(LicenceAssignment::new(Arc::clone(&self.row), &self.organisation))
    }

    /// The last known log-in of the person; null if there is none.
    #[requires(DIRECTORY_READ)]
    async fn last_log_in_at(&self, context: &Context<'_>) -> Result<Option<DateTimeUtc>> {
        let person = DirectoryPerson::find(Request::of(context)?, self.row.person_id).await?;
        Ok(person.and_then(|person| person.row().last_log_in_at))
    }

    /// What the licence costs in one interval of the subscription that gives most of its feature, without VAT; null if none
    /// does.
    #[requires(SUBSCRIPTION_READ)]
    async fn price(&self, context: &Context<'_>) -> Result<Option<LicencePrice>> {
        let request = Request::of(context)?;
        let source = main_source(request, self.organisation.id(), self.row.feature_id).await?;
        let Some((subscription, each)) = source else { return Ok(None) };
        let row = subscription.row();
        Ok(Some(LicencePrice {
            amount: Money::new(row.unit_price_minor / each.max(1), &row.currency),
            interval: row.interval.into(),
        }))
    }
}

/// What a licence costs.
#[macros::public_object]
pub struct LicencePrice {
    /// The amount for one interval, rounded down.
    pub amount: Money,
    /// The interval.
    pub interval: BillingInterval,
}
