//! Assigning a price plan to an organisation.

use async_graphql::{ID, InputObject};
use entity::plan_assignment::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::json;
use uuid::Uuid;

use super::applied::AppliedPricePlan;
use super::store;
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::price::rules::check_day;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The organisation and its new plan.
#[derive(InputObject)]
pub struct AssignPricePlanInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Id of the plan. Without it, the plan that is now the default one.
    pub price_plan_id: Option<ID>,
    /// The first day on which it counts: today or later.
    pub starts_on: Date,
}

/// The plan from that day on.
#[payload]
pub struct AssignPricePlanPayload {
    /// The plan on that day; null if nothing was changed.
    pub price_plan: Option<AppliedPricePlan>,
}

/// Gives an organisation a price plan from a day on. It replaces an assignment from the same day on, and a later assignment
/// still counts from its own day on. Agreed prices of subscriptions stay the same until they renew.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = ())]
async fn assign_price_plan(act: ActOn<'_, Operator>, input: AssignPricePlanInput) -> Result<AssignPricePlanPayload> {
    let request = act.request;
    let organisation = Type::Organisation.parse(&input.organisation_id)?;
    let plan = input.price_plan_id.as_ref().map(|id| Type::PricePlan.parse(id)).transpose()?;
    let decision = request.access.look(organisation).await?.ok_or(Error::NotFound)?;
    decision.authorise(Permission::OrganisationRead)?;
    check_day("startsOn", input.starts_on, request.today())?;
    act.locked(async |work, at| {
        let plans = store::all_in(work.tx, at.id()).await?;
        let wanted = |id: Option<Uuid>| plans.iter().find(|row| id.map_or(row.is_default, |id| row.id == id));
        let Some(chosen) = wanted(plan) else {
            if plan.is_some() {
                return Err(Error::NotFound);
            }
            let message = [
                "There is no price plan yet. Create one with createPricePlan.",
                "Es gibt noch keinen Preisplan. Legen Sie mit createPricePlan einen an.",
                "Det finns ingen prisplan ännu. Skapa en med createPricePlan.",
            ];
            return Err(UserError::at("pricePlanId", UserErrorCode::Unknown, message).into());
        };
        let old = store::assignments_in(work.tx, organisation).await?;
        let old = old.iter().rev().find(|row| row.starts_on <= input.starts_on);
        let row = Model {
            organisation_id: organisation,
            starts_on: input.starts_on,
            plan_id: chosen.id,
            created_at: work.now,
        };
        let said = |row: &Model| json!({ "pricePlan": Type::PricePlan.id(row.plan_id).0, "startsOn": row.starts_on });
        let event = act.event().to(Type::Organisation.id(organisation));
        let event = event.changing(old.map(said).unwrap_or_default(), said(&row));
        store::assign(work.tx, row).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let price_plan = AppliedPricePlan::of(request, &decision, input.starts_on).await?;
    Ok(AssignPricePlanPayload { price_plan, ..Default::default() })
}
