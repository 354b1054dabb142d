//! What people type in about billing, read field by field. The first mistake is told.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::{billing_contact, billing_details};
use uuid::Uuid;

use super::{rules, vat};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::text;

/// Who an organisation is on paper. What is left out stays; the first time, only the VAT number can be left out.
#[derive(InputObject)]
pub struct UpdateBillingDetailsInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Its name in the register. 1 to 200 characters.
    pub legal_name: Option<String>,
    /// The lines of its address. 1 to 1000 characters.
    pub address: Option<String>,
    /// Its country, as ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its VAT number, in the form of its country in the EU, else up to 20 letters and digits; null for none.
    pub vat_id: MaybeUndefined<String>,
    /// Where its invoices are sent.
    pub email: Option<String>,
    /// The currency of its invoices from now on, as ISO 4217.
    pub currency: Option<String>,
}

/// The contact to make.
#[derive(InputObject)]
pub struct CreateBillingContactInput {
    /// Id of the organisation that it belongs to.
    pub organisation_id: ID,
    /// Who receives. 1 to 200 characters.
    pub name: String,
    /// The lines of the address. 1 to 1000 characters.
    pub address: String,
    /// The country, as ISO 3166-1 alpha-2.
    pub country: String,
    /// Where invoices are sent.
    pub email: String,
}

/// The change of a contact. What is left out stays.
#[derive(InputObject)]
pub struct UpdateBillingContactInput {
    /// Id of the contact.
    pub contact_id: ID,
    /// Who receives. 1 to 200 characters.
    pub name: Option<String>,
    /// The lines of the address. 1 to 1000 characters.
    pub address: Option<String>,
    /// The country, as ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Where invoices are sent.
    pub email: Option<String>,
}

type Read<T> = Result<T, UserError>;
/// Reads what was typed into a field.
type Reader = fn(&str, &str) -> Read<String>;

/// What was typed, else what was there; something has to be.
fn field(name: &str, typed: Option<&str>, before: Option<&str>, read: Reader) -> Read<String> {
    match (typed, before) {
        (Some(typed), _) => read(name, typed),
        (None, Some(before)) => Ok(before.to_owned()),
        (None, None) => {
            let message = "There are no billing details yet, so give this too.";
            Err(UserError::at(name, UserErrorCode::InvalidInput, message))
        }
    }
}

impl UpdateBillingDetailsInput {
    /// The details as they will be.
    pub fn over(&self, organisation: Uuid, before: Option<&billing_details::Model>) -> Read<billing_details::Model> {
        let was = |part: fn(&billing_details::Model) -> &String| before.map(|row| part(row).as_str());
        let country = field("country", self.country.as_deref(), was(|row| &row.country), rules::country)?;
        let vat_id = match &self.vat_id {
            MaybeUndefined::Value(typed) => Some(typed.as_str()),
            MaybeUndefined::Null => None,
            MaybeUndefined::Undefined => before.and_then(|row| row.vat_id.as_deref()),
        };
        // What stays is read again only where another country asks for another form.
        let is_new = !self.vat_id.is_undefined() || before.is_some_and(|row| row.country != country);
        let wrong = |message| UserError::at("vatId", UserErrorCode::InvalidInput, message);
        let vat_id = match vat_id {
            Some(number) if is_new => Some(vat::parse(&country, number).map_err(wrong)?),
            other => other.map(str::to_owned),
        };
        Ok(billing_details::Model {
            organisation_id: organisation,
            legal_name: field("legalName", self.legal_name.as_deref(), was(|row| &row.legal_name), text::name)?,
            address: field("address", self.address.as_deref(), was(|row| &row.address), text::address)?,
            country,
            vat_id,
            email: field("email", self.email.as_deref(), was(|row| &row.email), rules::email)?,
            currency: field("currency", self.currency.as_deref(), was(|row| &row.currency), rules::currency)?,
            contact_id: before.and_then(|row| row.contact_id),
        })
    }
}

impl UpdateBillingContactInput {
    /// The contact as it will be.
    pub fn over(&self, before: &billing_contact::Model) -> Read<billing_contact::Model> {
        Ok(billing_contact::Model {
            name: field("name", self.name.as_deref(), Some(&before.name), text::name)?,
            address: field("address", self.address.as_deref(), Some(&before.address), text::address)?,
            country: field("country", self.country.as_deref(), Some(&before.country), rules::country)?,
            email: field("email", self.email.as_deref(), Some(&before.email), rules::email)?,
            ..before.clone()
        })
    }
}
