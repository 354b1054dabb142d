//! Withdrawing a price before it begins.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::Price;
use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The price to withdraw.
#[derive(InputObject)]
pub struct WithdrawPriceInput {
    /// Id of the price.
    pub price_id: ID,
}

/// Whether the price was withdrawn.
#[payload]
pub struct WithdrawPricePayload {
    /// Whether the price was withdrawn.
    pub withdrawn: bool,
}

/// Withdraws a price that has not begun. The price before it then stays in force.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = input.price_id)]
async fn withdraw_price(act: ActOn<'_, Price>, input: WithdrawPriceInput) -> Result<WithdrawPricePayload> {
    let id = Type::Price.parse(&input.price_id)?;
    act.locked(async |work, at| {
        let row = store::find_row(work.tx, id).await?.filter(|row| row.organisation_id == at.id());
        let row = row.ok_or(Error::NotFound)?;
        if row.valid_from <= work.today() {
            let message = [
                "This price has begun, so it stays. Add a new price with addPrices, which follows it.",
                "Dieser Preis gilt schon und bleibt daher. Fügen Sie mit addPrices einen neuen Preis hinzu, der ihn \
                 ablöst.",
                "Priset gäller redan, så det står kvar. Lägg till ett nytt pris med addPrices, som avlöser det.",
            ];
            return Err(UserError::at("priceId", UserErrorCode::TooLate, message).into());
        }
        store::withdraw(work.tx, &[id]).await?;
        let event = act.event().to(Type::Price.id(id)).changing(rules::audit_snapshot(&row), Json::Null);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(WithdrawPricePayload { withdrawn: true, ..Default::default() })
}
