//! Creating a price plan.

use std::sync::Arc;

use async_graphql::InputObject;
use entity::price_plan::Model;
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::PricePlan;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The plan to create.
#[derive(InputObject)]
pub struct CreatePricePlanInput {
    /// Its name: 1 to 200 characters, unique among the plans.
    pub name: String,
    /// Whether it becomes the default plan, in place of the present one. The first plan always does.
    #[graphql(default)]
    pub is_default: bool,
}

/// The new plan.
#[payload]
pub struct CreatePricePlanPayload {
    /// The plan; null if it was not created.
    pub price_plan: Option<PricePlan>,
}

/// Creates a price plan. Exactly one plan is the default: its prices count for organisations without a plan of their own,
/// and for everything that another plan lacks.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = ())]
async fn create_price_plan(act: ActOn<'_, Operator>, input: CreatePricePlanInput) -> Result<CreatePricePlanPayload> {
    let now = act.request.now();
    let name = text::name("name", &input.name)?;
    let row = Model {
        id: act.request.random.id(now),
        organisation_id: act.organisation(),
        name_key: collation::sort_key(&name),
        name,
        is_default: input.is_default,
        created_at: now,
    };
    let plan = act
        .locked(async |work, at| {
            let others = store::all_in(work.tx, at.id()).await?;
            let folded = collation::fold(&row.name);
            if others.iter().any(|other| collation::fold(&other.name) == folded) {
                let message = [
                    "There is already a plan with this name. Choose another name.",
                    "Einen Plan mit diesem Namen gibt es schon. Wählen Sie einen anderen Namen.",
                    "Det finns redan en plan med det här namnet. Välj ett annat namn.",
                ];
                return Err(UserError::at("name", UserErrorCode::Duplicate, message).into());
            }
            let old = others.iter().find(|other| other.is_default);
            let row = Model { is_default: row.is_default || old.is_none(), ..row };
            store::create(work.tx, row.clone()).await?;
            let default = if row.is_default { Some(&row) } else { old };
            let said = |plan: Option<&Model>| plan.map(|plan| Type::PricePlan.id(plan.id).0);
            let after = json!({ "name": row.name, "default": said(default) });
            let before = old.map_or(Json::Null, |old| json!({ "default": said(Some(old)) }));
            audit::record(work, act.event().to(Type::PricePlan.id(row.id)).changing(before, after)).await?;
            Ok(PricePlan::new(Arc::new(row), &at))
        })
        .await?;
    Ok(CreatePricePlanPayload { price_plan: Some(plan), ..Default::default() })
}
