//! Changing the billing details of an organisation.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::billing_details::Model;
use macros::{mutation, payload};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::buyer_invoicing::InvoicingInput;
use super::invoicing::Invoicing;
use super::object::BillingDetails;
use super::{rules, store, vat};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::organisation::Organisation;
use crate::oversight::audit;

/// The new billing details. Fields that are left out stay the same. The first time, every field except `vatId` is
/// required.
#[derive(InputObject)]
pub struct UpdateBillingDetailsInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Its legal name: 1 to 200 characters.
    pub legal_name: Option<String>,
    /// Its postal address, with line breaks: 1 to 1000 characters.
    pub address: Option<String>,
    /// Its country, as ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its VAT number as it is printed; null removes it. It is kept without spaces and punctuation. Numbers of EU countries,
    /// GB and CH must have the form of the country. Others have up to 20 letters and digits.
    pub vat_id: MaybeUndefined<String>,
    /// The email address that invoices are sent to.
    pub email: Option<String>,
    /// The currency of new invoices, as ISO 4217. Withdrawn currencies are refused, unless it is the present one.
    pub currency: Option<String>,
    /// What its invoices need besides. It replaces all that was there.
    pub invoicing: Option<InvoicingInput>,
}

/// The changed billing details.
#[payload]
pub struct UpdateBillingDetailsPayload {
    /// The details; null if they were not changed.
    pub billing: Option<BillingDetails>,
}

/// Changes the billing details of an organisation. New invoices use them; issued invoices stay the same. This also works
/// while the organisation is suspended.
#[mutation]
#[acts(BILLING_UPDATE, on = input.organisation_id)]
async fn update_billing_details(
    act: ActOn<'_, Organisation>,
    input: UpdateBillingDetailsInput,
) -> Result<UpdateBillingDetailsPayload> {
    let organisation = act.organisation();
    act.locked(async |work, at| {
        let old = store::find_details(work.tx, organisation).await?;
        rules::require_open(at.row())?;
        let new = input.apply(organisation, old.as_ref())?;
        let before = old.as_ref().map_or(Json::Null, audit_snapshot);
        let event = act.event().to(input.organisation_id.clone()).changing(before, audit_snapshot(&new));
        store::save_details(work.tx, new).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let billing = BillingDetails::load(act.request, organisation).await?;
    Ok(UpdateBillingDetailsPayload { billing: Some(billing), ..Default::default() })
}

impl UpdateBillingDetailsInput {
    /// The details after the change. The first invalid field is the error.
    fn apply(&self, organisation: Uuid, old: Option<&Model>) -> Result<Model, UserError> {
        let was = |field: fn(&Model) -> &String| old.map(|row| field(row).as_str());
        let country = rules::typed_or_old("country", self.country.as_deref(), was(|row| &row.country), rules::country)?;
        let typed = |name, typed: &Option<String>, old, read| rules::typed_or_old(name, typed.as_deref(), old, read);
        let mut new = Model {
            organisation_id: organisation,
            vat_id: self.vat_id(&country, old)?,
            legal_name: typed("legalName", &self.legal_name, was(|row| &row.legal_name), text::name)?,
            address: typed("address", &self.address, was(|row| &row.address), text::address)?,
            email: typed("email", &self.email, was(|row| &row.email), rules::email)?,
            currency: typed("currency", &self.currency, was(|row| &row.currency), rules::currency)?,
            contact_id: old.and_then(|row| row.contact_id),
            country,
            ..old.cloned().unwrap_or_else(|| {
                let none = String::new;
                Model::new(organisation, none(), none(), none(), none(), none())
            })
        };
        if let Some(invoicing) = &self.invoicing {
            invoicing.checked(&new.country)?.set(&mut new)?;
        }
        Ok(new)
    }

    fn vat_id(&self, country: &str, old: Option<&Model>) -> Result<Option<String>, UserError> {
        let number = match &self.vat_id {
            MaybeUndefined::Value(typed) => Some(typed.as_str()),
            MaybeUndefined::Null => None,
            MaybeUndefined::Undefined => old.and_then(|row| row.vat_id.as_deref()),
        };
        // An old number is checked again only if the country changes, because each country has its own form.
        let needs_check = !self.vat_id.is_undefined() || old.is_some_and(|row| row.country != country);
        match number {
            Some(number) if needs_check => vat::parse(country, number)
                .map(Some)
                .map_err(|message| UserError::at("vatId", UserErrorCode::InvalidInput, message)),
            other => Ok(other.map(str::to_owned)),
        }
    }
}

/// The billing details as the audit log keeps them.
fn audit_snapshot(row: &Model) -> Json {
    json!({
        "legalName": row.legal_name,
        "address": row.address,
        "country": row.country,
        "vatId": row.vat_id,
        "email": row.email,
        "currency": row.currency,
        "invoicing": Invoicing::of_details(row).audit_snapshot(),
    })
}
