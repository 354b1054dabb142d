//! The buyer on an invoice: the organisation that pays, or the contact that receives its invoices.

use entity::{billing_contact, billing_details};
use serde::{Deserialize, Serialize};

use crate::base::locale::Locale;
use crate::mail::Recipient;

/// The buyer as it stands on an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Buyer {
    /// Name.
    pub name: String,
    /// Street and house number, or the whole address, with line breaks.
    pub address: String,
    /// Post code.
    pub post_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number.
    pub vat_id: Option<String>,
    /// The number in the register of companies.
    pub registration_no: Option<String>,
    /// What it wants to be named on invoices (BT-10).
    pub buyer_reference: Option<String>,
    /// The address for electronic invoices (BT-49).
    pub electronic_address: Option<String>,
    /// The scheme of that address.
    pub electronic_scheme: Option<String>,
    /// The address that invoices are sent to.
    pub email: String,
    /// The language of the invoice, as a tag in capital letters.
    pub language: Option<String>,
}

impl Buyer {
    /// The recipient of the invoices of an organisation that pays.
    pub fn of(details: &billing_details::Model, contact: Option<&billing_contact::Model>) -> Self {
        let Some(contact) = contact else {
            return Self {
                name: details.legal_name.clone(),
                address: details.address.clone(),
                post_code: details.post_code.clone(),
                city: details.city.clone(),
                country: details.country.clone(),
                vat_id: details.vat_id.clone(),
                registration_no: details.registration_no.clone(),
                buyer_reference: details.buyer_reference.clone(),
                electronic_address: details.electronic_address.clone(),
                electronic_scheme: details.electronic_scheme.clone(),
                email: details.email.clone(),
                language: details.language.clone(),
            };
        };
        Self {
            name: contact.name.clone(),
            address: contact.address.clone(),
            post_code: contact.post_code.clone(),
            city: contact.city.clone(),
            country: contact.country.clone(),
            vat_id: contact.vat_id.clone(),
            registration_no: contact.registration_no.clone(),
            buyer_reference: contact.buyer_reference.clone(),
            electronic_address: contact.electronic_address.clone(),
            electronic_scheme: contact.electronic_scheme.clone(),
            email: contact.email.clone(),
            language: contact.language.clone(),
        }
    }

    /// Whether it is a business: it has a VAT number or stands in a register.
    pub const fn is_business(&self) -> bool {
        self.vat_id.is_some() || self.registration_no.is_some()
    }

    /// The language of its invoices.
    pub fn locale(&self) -> Locale {
        Locale::of_tag(self.language.as_deref())
    }

    /// Where its invoices are sent, if it has given an address.
    pub fn recipient(&self) -> Option<Recipient> {
        (!self.email.is_empty()).then(|| Recipient { user: None, address: self.email.clone(), locale: self.locale() })
    }

    /// The address as it is printed: street, post code and city.
    pub fn printed_address(&self) -> String {
        let place: Vec<&str> = [&self.post_code, &self.city].into_iter().flatten().map(String::as_str).collect();
        if place.is_empty() { self.address.clone() } else { format!("{}\n{}", self.address, place.join(" ")) }
    }
}
