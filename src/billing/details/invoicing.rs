//! What invoices, and electronic invoices above all, need to know about a buyer besides its address.

use entity::{billing_contact, billing_details};
use serde_json::{Value as Json, json};

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;

/// What invoices need to know about a buyer besides its address, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invoicing {
    /// See `InvoicingInput`.
    pub(super) post_code: Option<String>,
    /// See `InvoicingInput`.
    pub(super) city: Option<String>,
    /// See `InvoicingInput`.
    pub(super) registration_no: Option<String>,
    /// See `InvoicingInput`.
    pub(super) buyer_reference: Option<String>,
    /// See `InvoicingInput`.
    pub(super) electronic_address: Option<String>,
    /// See `InvoicingInput`.
    pub(super) electronic_scheme: Option<String>,
    /// See `InvoicingInput`.
    pub(super) language: Option<String>,
    /// See `InvoicingInput`.
    pub(super) attaches_pdf: bool,
    /// See `InvoicingInput`.
    pub(super) vat_id: Option<String>,
}

/// The error of a value that is not possible.
pub(super) fn wrong(message: impl Into<Message>) -> UserError {
    UserError::at("invoicing", UserErrorCode::InvalidInput, message)
}

impl Invoicing {
    /// Writes it to billing details, which have a VAT number of their own.
    pub fn set(self, row: &mut billing_details::Model) -> Result<(), UserError> {
        if self.vat_id.is_some() {
            return Err(wrong([
                "An organisation gives its VAT number as vatId of the billing details.",
                "Eine Organisation gibt ihre USt-IdNr. als vatId der Abrechnungsdaten an.",
                "En organisation anger sitt momsnummer som vatId i faktureringsuppgifterna.",
            ]));
        }
        row.post_code = self.post_code;
        row.city = self.city;
        row.registration_no = self.registration_no;
        row.buyer_reference = self.buyer_reference;
        row.electronic_address = self.electronic_address;
        row.electronic_scheme = self.electronic_scheme;
        row.language = self.language;
        row.attaches_pdf = self.attaches_pdf;
        Ok(())
    }

    /// Writes it to a contact.
    pub fn set_contact(self, row: &mut billing_contact::Model) {
        row.post_code = self.post_code;
        row.city = self.city;
        row.registration_no = self.registration_no;
        row.buyer_reference = self.buyer_reference;
        row.electronic_address = self.electronic_address;
        row.electronic_scheme = self.electronic_scheme;
        row.language = self.language;
        row.attaches_pdf = self.attaches_pdf;
        row.vat_id = self.vat_id;
    }

    /// That of billing details.
    pub fn of_details(row: &billing_details::Model) -> Self {
        Self {
            post_code: row.post_code.clone(),
            city: row.city.clone(),
            registration_no: row.registration_no.clone(),
            buyer_reference: row.buyer_reference.clone(),
            electronic_address: row.electronic_address.clone(),
            electronic_scheme: row.electronic_scheme.clone(),
            language: row.language.clone(),
            attaches_pdf: row.attaches_pdf,
            vat_id: None,
        }
    }

    /// That of a contact.
    pub fn of_contact(row: &billing_contact::Model) -> Self {
        Self {
            post_code: row.post_code.clone(),
            city: row.city.clone(),
            registration_no: row.registration_no.clone(),
            buyer_reference: row.buyer_reference.clone(),
            electronic_address: row.electronic_address.clone(),
            electronic_scheme: row.electronic_scheme.clone(),
            language: row.language.clone(),
            attaches_pdf: row.attaches_pdf,
            vat_id: row.vat_id.clone(),
        }
    }

    /// It as the audit log keeps it.
    pub fn audit_snapshot(&self) -> Json {
        json!({
            "postCode": self.post_code,
            "city": self.city,
            "registrationNumber": self.registration_no,
            "buyerReference": self.buyer_reference,
            "electronicAddress": self.electronic_address,
            "electronicScheme": self.electronic_scheme,
            "language": self.language,
            "attachesPdf": self.attaches_pdf,
            "vatId": self.vat_id,
        })
    }
}
