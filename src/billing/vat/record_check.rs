//! Recording a check whether a VAT number is registered.

use async_graphql::{Enum, InputObject};
use entity::vat_check::{self, Model};
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};

use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::base::text;
use crate::billing::details::rules::country as read_country;
use crate::billing::details::vat;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// Who said whether a VAT number is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "vat_check::Source")]
pub enum VatCheckSource {
    /// A person looked it up.
    Manual,
    /// VIES, the register of the EU.
    Vies,
}

/// The check.
#[derive(InputObject)]
pub struct RecordVatCheckInput {
    /// The country of the number, as ISO 3166-1 alpha-2.
    pub country: String,
    /// The VAT number as it is printed.
    pub vat_id: String,
    /// Whether it is registered.
    pub is_valid: bool,
    /// The day of the check; without it, today. It cannot be in the future.
    pub checked_on: Option<Date>,
    /// Who said so.
    #[graphql(default_with = "VatCheckSource::Manual")]
    pub source: VatCheckSource,
    /// The reference that the register gave: up to 100 characters.
    pub reference: Option<String>,
}

/// The recorded check.
#[payload]
pub struct RecordVatCheckPayload {
    /// The number as it is kept; null if the check was not recorded.
    pub vat_id: Option<String>,
}

/// Records whether a VAT number is registered. A business in another EU country is invoiced without VAT if its number was
/// valid in a check of the last 90 days.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn record_vat_check(act: ActOn<'_, Operator>, input: RecordVatCheckInput) -> Result<RecordVatCheckPayload> {
    let country = read_country("country", &input.country)?;
    let wrong = |field: &str, message: Message| UserError::at(field, UserErrorCode::InvalidInput, message);
    let vat_id = vat::parse(&country, &input.vat_id).map_err(|why| wrong("vatId", why))?;
    let today = act.request.today();
    let checked_on = input.checked_on.unwrap_or(today);
    if checked_on > today {
        return Err(wrong(
            "checkedOn",
            [
                "The day of a check cannot be in the future.",
                "Der Tag einer Prüfung kann nicht in der Zukunft liegen.",
                "Dagen för en kontroll kan inte vara i framtiden.",
            ]
            .into(),
        )
        .into());
    }
    let reference = input.reference.as_deref().filter(|typed| !typed.trim().is_empty());
    let row = Model {
        id: act.request.random.id(act.request.now()),
        vat_id: vat_id.clone(),
        is_valid: input.is_valid,
        checked_on,
        source: input.source.into(),
        reference: reference.map(|typed| text::reference("reference", typed)).transpose()?,
        created_at: act.request.now(),
    };
    act.locked(async |work, at| {
        let check = json!({ "vatId": row.vat_id, "isValid": row.is_valid, "checkedOn": row.checked_on,
                            "reference": row.reference });
        let event = act.event().to(Type::Organisation.id(at.id())).changing(Json::Null, check);
        store::record_check(work.tx, row.clone()).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(RecordVatCheckPayload { vat_id: Some(vat_id), ..Default::default() })
}
