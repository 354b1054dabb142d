//! Assigning a delegation template to clients.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::rules::require_count;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::organisation::Organisation;
use crate::oversight::audit;

/// The clients, and their template.
#[derive(InputObject)]
pub struct AssignDelegationTemplateInput {
    /// Id of the reseller's organisation.
    pub organisation_id: ID,
    /// Id of the template. Without it, the clients have no template afterwards.
    pub delegation_template_id: Option<ID>,
    /// Ids of the partnerships with the clients: 1 to 500.
    pub partnership_ids: Vec<ID>,
}

/// How many clients have the template now.
#[payload]
pub struct AssignDelegationTemplatePayload {
    /// How many of the partnerships got the template: those that are the reseller's and were not ended.
    pub assigned: i32,
}

/// Assigns a delegation template to clients, or takes theirs away.
#[mutation]
#[acts(CLIENT_UPDATE, on = input.organisation_id)]
async fn assign_delegation_template(
    act: ActOn<'_, Organisation>,
    input: AssignDelegationTemplateInput,
) -> Result<AssignDelegationTemplatePayload> {
    let template = input.delegation_template_id.as_ref().map(|id| Type::DelegationTemplate.parse(id)).transpose()?;
    let ids = input.partnership_ids.iter().map(|id| Type::Partnership.parse(id)).collect::<Result<Vec<Uuid>>>()?;
    require_count(ids.len())?;
    let assigned = act
        .locked(async |work, at| {
            if let Some(id) = template
                && store::find_row(work.tx, at.id(), id).await?.is_none()
            {
                let message = [
                    "The reseller has no such template.",
                    "Der Reseller hat keine solche Vorlage.",
                    "Återförsäljaren har ingen sådan mall.",
                ];
                return Err(UserError::at("delegationTemplateId", UserErrorCode::Unknown, message).into());
            }
            let before = store::assigned(work.tx, at.id(), &ids).await?;
            let assigned = store::assign(work.tx, at.id(), &ids, template).await?;
            let mut event = act.event();
            event.object = template.map(|id| Type::DelegationTemplate.id(id));
            let named = |template: Option<Uuid>| template.map(|id| Type::DelegationTemplate.id(id).0);
            let list: Vec<String> = before.iter().map(|(id, _)| Type::Partnership.id(*id).0).collect();
            let before: Vec<_> = before.into_iter().map(|(_, template)| named(template)).collect();
            let before = json!({ "partnerships": list, "templates": before });
            let after = json!({ "partnerships": list, "template": named(template) });
            audit::record(work, event.changing(before, after)).await?;
            Ok(assigned)
        })
        .await?;
    let assigned = i32::try_from(assigned).unwrap_or(i32::MAX);
    Ok(AssignDelegationTemplatePayload { assigned, ..Default::default() })
}
