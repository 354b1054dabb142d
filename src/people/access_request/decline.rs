//! Declining what somebody asked for.

use async_graphql::{ID, InputObject};
use entity::access_request::State;
use macros::{mutation, payload};
use serde_json::json;

use super::letters::{self, tell};
use super::object::AccessRequest;
use super::{rules, store};
use crate::base::error::Result;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The request to decline.
#[derive(InputObject)]
pub struct DeclineAccessInput {
    /// Id of the request.
    pub access_request_id: ID,
    /// The reason, for the person who asked. 1 to 1,000 characters.
    pub reason: String,
}

/// The declined request.
#[payload]
pub struct DeclineAccessPayload {
    /// The request; null if it was not declined.
    pub request: Option<AccessRequest>,
}

/// Declines what somebody asked for. The person gets the reason by mail, and can ask for the same again after 7 days.
#[mutation]
#[acts(MEMBER_UPDATE, PARTNERSHIP_MANAGE, on = input.access_request_id)]
async fn decline_access(act: ActOn<'_, AccessRequest>, input: DeclineAccessInput) -> Result<DeclineAccessPayload> {
    let reason = text::reason("reason", &input.reason)?;
    let row = act.object.row().clone();
    act.locked(async |work, _| {
        rules::require_open(&row, work.now)?;
        if !store::answer(work.tx, row.id, State::Declined, Some(reason.clone()), work.now).await? {
            return Err(rules::is_answered().into());
        }
        let event = act.event().to(input.access_request_id).about(row.user_id);
        let after = json!({ "state": "DECLINED", "reason": reason });
        audit::record(work, event.changing(json!({ "state": "PENDING" }), after)).await?;
        let Some(permission) = rules::permission_of(&row) else { return Ok(()) };
        tell(work, &row, permission, |locale, about| letters::declined(locale, about, &reason)).await
    })
    .await?;
    let request = AccessRequest::find(act.request, row.id).await?;
    Ok(DeclineAccessPayload { request, ..Default::default() })
}
