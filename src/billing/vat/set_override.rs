//! Deciding that an organisation is taxed in another way.

use async_graphql::{Enum, ID, InputObject};
use entity::invoice_line::VatCategory as Stored;
use entity::vat_override::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};

use super::rules::code;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::organisation::{Organisation, OrganisationCard};
use crate::oversight::audit;

/// How an exception is taxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum VatOverrideCategory {
    /// Exempt from VAT (E).
    Exempt,
    /// At a rate of zero (Z).
    ZeroRated,
}

/// The exception.
#[derive(InputObject)]
pub struct SetVatOverrideInput {
    /// Id of the organisation on whose invoices it counts: the one that pays.
    pub organisation_id: ID,
    /// How it is taxed; null ends the exception that there is.
    pub category: Option<VatOverrideCategory>,
    /// Why: 1 to 1000 characters. It stands on the invoices.
    pub reason: Option<String>,
    /// The last day on which it counts; without it, it has no end.
    pub ends_on: Option<Date>,
}

/// The exception that was set.
#[payload]
pub struct SetVatOverridePayload {
    /// The organisation; null if nothing was changed.
    pub organisation: Option<OrganisationCard>,
}

/// Decides that an organisation pays no VAT from today on, against the rules: an embassy, for example. It replaces the
/// exception that there is. Issued invoices stay the same.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.organisation_id)]
async fn set_vat_override(act: ActOn<'_, Organisation>, input: SetVatOverrideInput) -> Result<SetVatOverridePayload> {
    let organisation = act.organisation();
    let today = act.request.today();
    let wrong = |field: &str, message: Texts| UserError::at(field, UserErrorCode::InvalidInput, message);
    let row = match input.category {
        None => None,
        Some(category) => {
            let reason = input
                .reason
                .as_deref()
                .ok_or_else(|| wrong("reason", ["Give a reason.", "Geben Sie einen Grund an.", "Ange ett skäl."]))?;
            if input.ends_on.is_some_and(|last| last < today) {
                return Err(wrong(
                    "endsOn",
                    [
                        "The last day cannot be in the past.",
                        "Der letzte Tag kann nicht in der Vergangenheit liegen.",
                        "Den sista dagen kan inte vara i det förflutna.",
                    ],
                )
                .into());
            }
            Some(Model {
                id: act.request.random.id(act.request.now()),
                organisation_id: organisation,
                category: match category {
                    VatOverrideCategory::Exempt => Stored::Exempt,
                    VatOverrideCategory::ZeroRated => Stored::ZeroRated,
                },
                reason: text::reason("reason", reason)?,
                starts_on: today,
                ends_on: input.ends_on,
                created_at: act.request.now(),
            })
        }
    };
    act.locked(async |work, _| {
        store::end_overrides(work.tx, organisation, today).await?;
        let after = row.as_ref().map_or(
            Json::Null,
            |row| json!({ "category": code(row.category), "reason": row.reason, "endsOn": row.ends_on }),
        );
        let event = act.event().to(Type::Organisation.id(organisation)).changing(Json::Null, after);
        if let Some(row) = row.clone() {
            store::add_override(work.tx, row).await?;
        }
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(SetVatOverridePayload { organisation: Some(act.object.as_ref().card().into()), ..Default::default() })
}
