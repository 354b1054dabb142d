//! Withdrawing a charge before it is billed.

use async_graphql::{ID, InputObject};
use entity::pending_charge::State;
use macros::{mutation, payload};
use serde_json::json;

use super::object::Charge;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The charge to withdraw.
#[derive(InputObject)]
pub struct WithdrawChargeInput {
    /// Id of the charge.
    pub charge_id: ID,
}

/// The withdrawn charge.
#[payload]
pub struct WithdrawChargePayload {
    /// The charge; null if it was not withdrawn.
    pub charge: Option<Charge>,
}

/// Withdraws a charge that is not billed. A billed one is taken back by a credit note.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.charge_id)]
async fn withdraw_charge(act: ActOn<'_, Charge>, input: WithdrawChargeInput) -> Result<WithdrawChargePayload> {
    let id = act.object.key();
    act.locked(async |work, _| {
        let row = store::find(work.tx, id).await?.ok_or(Error::NotFound)?;
        if row.state != State::Pending {
            let message = [
                "Only a pending charge can be withdrawn.",
                "Nur ein offener Posten lässt sich zurückziehen.",
                "Bara en post som väntar kan återtas.",
            ];
            return Err(UserError::at("chargeId", UserErrorCode::StaleState, message).into());
        }
        store::set_state(work.tx, vec![id], State::Withdrawn).await?;
        let event = act.event().to(input.charge_id.clone());
        let event = event.changing(json!({ "state": "PENDING" }), json!({ "state": "WITHDRAWN" }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(WithdrawChargePayload { charge: Charge::find(act.request, id).await?, ..Default::default() })
}
