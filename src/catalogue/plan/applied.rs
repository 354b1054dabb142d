//! The price plan of an organisation as the organisation sees it.

use macros::public_object;
use sea_orm::prelude::Date;

use super::object::PricePlan;
use super::store;
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::catalogue::price;
use crate::graphql::request::Request;

/// The price plan of an organisation on a day.
#[public_object]
pub struct AppliedPricePlan {
    /// Its name.
    pub name: String,
    /// Whether it is the default plan.
    pub is_default: bool,
    /// The plan; null if you lack `CATALOGUE_MANAGE` at the operator.
    pub plan: Option<PricePlan>,
}

impl AppliedPricePlan {
    /// The plan that counts first for an organisation on a day; `None` without any plan.
    pub async fn of(request: &Request, at: &Decision, on: Date) -> Result<Option<Self>> {
        let plans = price::store::plans_for(request, at.id(), on).await?;
        let Some(first) = plans.first() else { return Ok(None) };
        let Some(row) = store::find(request, *first).await? else { return Ok(None) };
        let seller = request.access.look(row.organisation_id).await?;
        Ok(Some(Self {
            name: row.name.clone(),
            is_default: row.is_default,
            plan: seller.and_then(|seller| PricePlan::new(row, &seller).if_visible()),
        }))
    }
}
