//! Applying rules by hand.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use uuid::Uuid;

use super::object::LicenceRuleSet;
use super::plan::Plan;
use super::rules::moved;
use super::writing::{Counts, write};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::act::ActOn;
use crate::organisation::Organisation;
use crate::oversight::audit;

/// The rules to apply.
#[derive(InputObject)]
pub struct ApplyLicenceRulesInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The family of features.
    pub family: String,
    /// The digest of the preview: what was seen is done, or nothing.
    pub digest: String,
    /// How many people lose their licence, if the preview says that this must be confirmed.
    pub confirm_losses: Option<i32>,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The applied rules.
#[payload]
pub struct ApplyLicenceRulesPayload {
    /// The rules, with a new preview; null if they were not applied.
    pub rules: Option<LicenceRuleSet>,
}

/// Does what the preview of the rules shows. The answer is STALE_STATE if anything that it depends on changed since: the
/// rules, the directory, the licences, or the day. Applying the rules a second time changes nothing.
#[mutation]
#[acts(LICENCE_ASSIGN, on = input.organisation_id)]
async fn apply_licence_rules(
    act: ActOn<'_, Organisation>,
    input: ApplyLicenceRulesInput,
) -> Result<ApplyLicenceRulesPayload> {
    let _: Uuid = act
        .once(input.idempotency_key.as_deref(), async |work, at| {
            let plan = Plan::make_in(work, at.id(), &input.family).await?;
            let plan = plan.ok_or_else(|| unknown_family(&input.family))?;
            if plan.digest != input.digest {
                return Err(moved().into());
            }
            plan.guard.require(input.confirm_losses)?;
            write(work, &plan).await?;
            let after = Counts::of(&plan.changes).audit_snapshot(&plan);
            audit::record(work, act.event().changing(serde_json::Value::Null, after)).await?;
            Ok(plan.set.id)
        })
        .await?;
    let rules = LicenceRuleSet::find_of(act.request, act.object.as_ref(), &input.family).await?;
    Ok(ApplyLicenceRulesPayload { rules, ..Default::default() })
}

fn unknown_family(family: &str) -> UserError {
    let message = [
        format!("The family {family} has no rules. Save some with saveLicenceRules."),
        format!("Die Familie {family} hat keine Regeln. Speichern Sie welche mit saveLicenceRules."),
        format!("Familjen {family} har inga regler. Spara några med saveLicenceRules."),
    ];
    UserError::at("family", UserErrorCode::Unknown, message)
}
