//! Withdrawing a request to become a reseller.

use async_graphql::{ID, InputObject};
use entity::reseller_request::State;
use macros::{mutation, payload};
use serde_json::json;

use super::object::ResellerRequest;
use super::{rules, store};
use crate::base::error::Result;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The request to withdraw.
#[derive(InputObject)]
pub struct WithdrawResellerRequestInput {
    /// Id of the request.
    pub reseller_request_id: ID,
}

/// The withdrawn request.
#[payload]
pub struct WithdrawResellerRequestPayload {
    /// The request; null if it was not withdrawn.
    pub request: Option<ResellerRequest>,
}

/// Withdraws a request that the operator has not answered yet.
#[mutation]
#[acts(ORGANISATION_UPDATE, on = input.reseller_request_id)]
async fn withdraw_reseller_request(
    act: ActOn<'_, ResellerRequest>,
    input: WithdrawResellerRequestInput,
) -> Result<WithdrawResellerRequestPayload> {
    let id = act.object.key();
    act.locked(async |work, _| {
        if !store::answer(work.tx, id, State::Withdrawn, None, work.now).await? {
            return Err(rules::is_answered().into());
        }
        let event = act.event().to(input.reseller_request_id);
        let event = event.changing(json!({ "state": "REQUESTED" }), json!({ "state": "WITHDRAWN" }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let withdrawn = ResellerRequest::find(act.request, id).await?;
    Ok(WithdrawResellerRequestPayload { request: withdrawn, ..Default::default() })
}
