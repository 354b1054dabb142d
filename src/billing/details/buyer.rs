//! The buyer on an invoice: the organisation that pays, or the contact that receives its invoices.

use entity::{billing_contact, billing_details};
use serde::{Deserialize, Serialize};

use super::invoicing::Invoicing;
use crate::base::locale::Locale;
use crate::mail::{Attached, Recipient};

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
    /// Whether the PDF is attached to mails about the invoice.
    pub attaches_pdf: bool,
}

impl Buyer {
    /// The recipient of the invoices of an organisation that pays.
    pub fn of(details: &billing_details::Model, contact: Option<&billing_contact::Model>) -> Self {
        match contact {
            Some(contact) => Self {
                name: contact.name.clone(),
                address: contact.address.clone(),
                country: contact.country.clone(),
                email: contact.email.clone(),
                ..Self::invoiced(Invoicing::of_contact(contact))
            },
            None => Self {
                name: details.legal_name.clone(),
                address: details.address.clone(),
                country: details.country.clone(),
                email: details.email.clone(),
                vat_id: details.vat_id.clone(),
                ..Self::invoiced(Invoicing::of_details(details))
            },
        }
    }

    fn invoiced(known: Invoicing) -> Self {
        Self {
            post_code: known.post_code,
            city: known.city,
            vat_id: known.vat_id,
            registration_no: known.registration_no,
            buyer_reference: known.buyer_reference,
            electronic_address: known.electronic_address,
            electronic_scheme: known.electronic_scheme,
            language: known.language,
            attaches_pdf: known.attaches_pdf,
            ..Self::default()
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

    /// The document that mails to it carry, if it wants that.
    pub fn attached(&self, document: Attached) -> Option<Attached> {
        self.attaches_pdf.then_some(document)
    }

    /// The address as it is printed: street, post code and city.
    pub fn printed_address(&self) -> String {
        let place: Vec<&str> = [&self.post_code, &self.city].into_iter().flatten().map(String::as_str).collect();
        if place.is_empty() { self.address.clone() } else { format!("{}\n{}", self.address, place.join(" ")) }
    }
}
