//! Recording that a statement of commission was paid out.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::json;
use uuid::Uuid;

use super::object::CommissionStatement;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::message::Texts;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The payout.
#[derive(InputObject)]
pub struct RecordCommissionPayoutInput {
    /// Id of the statement.
    pub statement_id: ID,
    /// The day on which it was paid; without it, today. It cannot be in the future.
    pub paid_on: Option<Date>,
    /// What the bank calls it: up to 100 characters.
    pub reference: String,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The statement.
#[payload]
pub struct RecordCommissionPayoutPayload {
    /// The statement; null if nothing was recorded.
    pub statement: Option<CommissionStatement>,
}

/// Records that the payout of a statement was paid to the reseller.
#[mutation]
#[acts(RESELLER_MANAGE, on = input.statement_id)]
async fn record_commission_payout(
    act: ActOn<'_, CommissionStatement>,
    input: RecordCommissionPayoutInput,
) -> Result<RecordCommissionPayoutPayload> {
    let id = act.object.key();
    let today = act.request.today();
    let paid_on = input.paid_on.unwrap_or(today);
    if paid_on > today {
        return Err(UserError::at(
            "paidOn",
            UserErrorCode::InvalidInput,
            [
                "The day cannot be in the future.",
                "Der Tag kann nicht in der Zukunft liegen.",
                "Dagen kan inte vara i framtiden.",
            ],
        )
        .into());
    }
    let reference = text::reference("reference", &input.reference)?;
    let _: Uuid = act
        .once(input.idempotency_key.as_deref(), async |work, _| {
            let row = store::find(work.tx, id).await?.ok_or(Error::NotFound)?;
            let refused =
                |message: Texts| Error::from(UserError::at("statementId", UserErrorCode::StaleState, message));
            if row.payout_minor == 0 {
                return Err(refused([
                    "Nothing of this statement is paid out. It is carried over to the next month.",
                    "Aus dieser Abrechnung wird nichts ausgezahlt. Sie wird auf den nächsten Monat übertragen.",
                    "Inget betalas ut från den här avräkningen. Den överförs till nästa månad.",
                ]));
            }
            if !store::pay(work.tx, id, paid_on, reference.clone()).await? {
                return Err(refused([
                    "This statement is paid out already.",
                    "Diese Abrechnung ist schon ausgezahlt.",
                    "Avräkningen är redan utbetald.",
                ]));
            }
            let after = json!({ "state": "PAID", "paidOn": paid_on, "reference": reference,
                                "payoutMinor": row.payout_minor, "currency": row.currency });
            let event = act.event().to(input.statement_id.clone());
            audit::record(work, event.changing(json!({ "state": "CLOSED" }), after)).await?;
            Ok(id)
        })
        .await?;
    let statement = CommissionStatement::find(act.request, id).await?;
    Ok(RecordCommissionPayoutPayload { statement, ..Default::default() })
}
