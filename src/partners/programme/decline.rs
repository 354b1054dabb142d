//! Declining a request to become a reseller.

use async_graphql::{ID, InputObject};
use entity::reseller_request::State;
use macros::{mutation, payload};
use serde_json::json;

use super::object::ResellerRequest;
use super::{letters, rules, store};
use crate::base::error::Result;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::people::membership::mail_admins;

/// The request to decline.
#[derive(InputObject)]
pub struct DeclineResellerInput {
    /// Id of the request.
    pub reseller_request_id: ID,
    /// The reason, for the organisation's owners and admins. 1 to 1,000 characters.
    pub reason: String,
}

/// Whether the request was declined.
#[payload]
pub struct DeclineResellerPayload {
    /// Whether the request was declined.
    pub declined: bool,
}

/// Declines a request to become a reseller. The owners and admins of the organisation get the reason by mail.
#[mutation]
#[acts(RESELLER_MANAGE, on = input.reseller_request_id)]
async fn decline_reseller(
    act: ActOn<'_, ResellerRequest>,
    input: DeclineResellerInput,
) -> Result<DeclineResellerPayload> {
    let reason = text::reason("reason", &input.reason)?;
    act.locked(async |work, at| {
        if !store::answer(work.tx, act.object.key(), State::Declined, Some(reason.clone()), work.now).await? {
            return Err(rules::is_answered().into());
        }
        let after = json!({ "state": "DECLINED", "reason": reason });
        let event = act.event().to(input.reseller_request_id);
        audit::record(work, event.changing(json!({ "state": "REQUESTED" }), after)).await?;
        let name = &at.row().name;
        Ok(mail_admins(work, at.id(), |locale| letters::declined(locale, name, &reason)).await?)
    })
    .await?;
    Ok(DeclineResellerPayload { declined: true, ..Default::default() })
}
