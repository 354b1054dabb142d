//! Taking a payment back, because the bank did.

use async_graphql::{ID, InputObject};
use entity::payment::State;
use macros::{mutation, payload};
use serde_json::json;

use super::object::Payment;
use super::statement::give_back;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The payment that the bank took back.
#[derive(InputObject)]
pub struct ReturnPaymentInput {
    /// Id of the payment.
    pub payment_id: ID,
}

/// The returned payment.
#[payload]
pub struct ReturnPaymentPayload {
    /// The payment; null if it was not returned.
    pub payment: Option<Payment>,
}

/// Records that the bank took a payment back. The invoices that it settled are open again. What was paid back of it is owed:
/// it is taken off the payer's balance, which can be below zero.
#[mutation]
#[acts(PAYMENT_RECORD, on = input.payment_id)]
async fn return_payment(act: ActOn<'_, Payment>, input: ReturnPaymentInput) -> Result<ReturnPaymentPayload> {
    let id = act.object.key();
    act.request
        .transaction(async |work| {
            let row = store::find(work.tx, id).await?.ok_or(Error::NotFound)?;
            if row.state == State::Returned {
                let message = [
                    "This payment is returned already.",
                    "Diese Zahlung ist schon zurückgegeben.",
                    "Betalningen har redan återförts.",
                ];
                return Err(UserError::at("paymentId", UserErrorCode::StaleState, message).into());
            }
            give_back(work, row.issuer_id, id, None).await?;
            act.authorise_in(work).await?;
            let event = act.event().to(input.payment_id.clone());
            let before = json!({ "state": format!("{:?}", row.state) });
            Ok(audit::record(work, event.changing(before, json!({ "state": "Returned" }))).await?)
        })
        .await?;
    Ok(ReturnPaymentPayload { payment: Payment::find(act.request, id).await?, ..Default::default() })
}
