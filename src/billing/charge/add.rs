//! Adding a charge by hand.

use async_graphql::{ID, InputObject};
use entity::pending_charge::{Model, State};
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::object::Charge;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::base::money::MoneyInput;
use crate::base::text;
use crate::billing::details::rules::currency;
use crate::catalogue::product::TaxClass;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::oversight::audit;

/// The charge.
#[derive(InputObject)]
pub struct AddChargeInput {
    /// Id of the organisation that it is for.
    pub organisation_id: ID,
    /// What it is for: 1 to 200 characters.
    pub description: String,
    /// How many units: not 0; negative for a discount.
    #[graphql(default = 1)]
    pub quantity: i32,
    /// Price of one unit before VAT: 0 or more. A discount has a negative quantity.
    pub unit_price: MoneyInput,
    /// The unit: a code of UN/ECE Recommendation 20, for example HUR for hours.
    #[graphql(default_with = "\"C62\".to_owned()")]
    pub unit_code: String,
    /// How it is taxed.
    #[graphql(default_with = "TaxClass::Standard")]
    pub tax_class: TaxClass,
    /// The account of the bookkeeping that it goes to: up to 100 characters, empty for the usual one.
    #[graphql(default)]
    pub revenue_key: String,
    /// The day of the work or the event; without it, today.
    pub performed_on: Option<Date>,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The new charge.
#[payload]
pub struct AddChargePayload {
    /// The charge; null if it was not added.
    pub charge: Option<Charge>,
}

/// Charges an organisation for something that is no subscription: hours, a fee, or a discount. The next billing run takes
/// it. A discount counts only on an invoice that is larger.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.organisation_id)]
async fn add_charge(act: ActOn<'_, Organisation>, input: AddChargeInput) -> Result<AddChargePayload> {
    let row = input.row(act.request.random.id(act.request.now()), act.organisation(), act.request.today())?;
    let row = Model { created_at: act.request.now(), ..row };
    let id: Uuid = act
        .once(input.idempotency_key.as_deref(), async |work, _| {
            let snapshot = json!({ "description": row.description, "quantity": row.quantity, "unitMinor": row.unit_minor,
                                   "currency": row.currency, "performedOn": row.performed_on });
            let event = act.event().to(Type::Charge.id(row.id)).changing(Json::Null, snapshot);
            store::add(work.tx, vec![row.clone()]).await?;
            audit::record(work, event).await?;
            Ok(row.id)
        })
        .await?;
    Ok(AddChargePayload { charge: Charge::find(act.request, id).await?, ..Default::default() })
}

impl AddChargeInput {
    fn row(&self, id: Uuid, organisation_id: Uuid, today: Date) -> Result<Model, UserError> {
        let wrong = |field: &str, message: Texts| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        let unit_minor = self.unit_price.amount_minor.0;
        if self.quantity == 0 {
            return wrong(
                "quantity",
                [
                    "The quantity cannot be 0. A discount has a negative one.",
                    "Die Menge kann nicht 0 sein. Ein Rabatt hat eine negative.",
                    "Antalet kan inte vara 0. En rabatt har ett negativt.",
                ],
            );
        }
        if unit_minor < 0 {
            return wrong(
                "unitPrice",
                [
                    "The price is 0 or more. A discount has a negative quantity instead.",
                    "Der Preis ist 0 oder mehr. Ein Rabatt hat stattdessen eine negative Menge.",
                    "Priset är 0 eller mer. En rabatt har i stället ett negativt antal.",
                ],
            );
        }
        if unit_minor.checked_mul(i64::from(self.quantity)).is_none() {
            return wrong(
                "unitPrice",
                [
                    "Quantity times price is too large.",
                    "Menge mal Preis ist zu groß.",
                    "Antal gånger pris är för stort.",
                ],
            );
        }
        let unit_code = self.unit_code.trim().to_ascii_uppercase();
        if !(2..=3).contains(&unit_code.len()) || !unit_code.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
            return wrong(
                "unitCode",
                [
                    "This is not a code of UN/ECE Recommendation 20, such as C62 or HUR.",
                    "Das ist kein Code der UN/ECE-Empfehlung 20, wie C62 oder HUR.",
                    "Det är ingen kod ur UN/ECE:s rekommendation 20, som C62 eller HUR.",
                ],
            );
        }
        let revenue_key = match self.revenue_key.trim() {
            "" => String::new(),
            typed => text::reference("revenueKey", typed)?,
        };
        Ok(Model {
            id,
            organisation_id,
            subscription_id: None,
            product_id: None,
            description: text::name("description", &self.description)?,
            quantity: self.quantity,
            unit_minor,
            currency: currency("unitPrice", &self.unit_price.currency)?,
            unit_code,
            tax_class: self.tax_class.into(),
            revenue_key,
            performed_on: self.performed_on.unwrap_or(today),
            state: State::Pending,
            created_at: chrono::DateTime::UNIX_EPOCH,
        })
    }
}
