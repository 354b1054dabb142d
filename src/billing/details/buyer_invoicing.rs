//! What invoices need to know about a buyer besides its address, as clients give it and see it.

use async_graphql::InputObject;
use macros::guarded;

use super::invoicing::{Invoicing, wrong};
use super::{rules, vat};
use crate::base::error::UserError;
use crate::base::locale::Locale;

/// What invoices need to know about a buyer besides its address. Everything is optional.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InvoicingInput {
    /// Post code.
    pub post_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Its number in the register of companies. With this or a VAT number, it counts as a business.
    pub registration_number: Option<String>,
    /// What it wants to be named on invoices: a department, or the Leitweg-ID of a German authority (BT-10).
    pub buyer_reference: Option<String>,
    /// Its address for electronic invoices (BT-49), for example a GLN.
    pub electronic_address: Option<String>,
    /// The scheme of that address: four digits of the EAS list, for example 0088 for a GLN, or EM for an email address.
    pub electronic_scheme: Option<String>,
    /// The language of its invoices. Without one, English.
    pub language: Option<Locale>,
    /// Whether the PDF of an invoice is attached to the mails about it. Without this, it is not.
    pub attaches_pdf: Option<bool>,
    /// The VAT number of a contact as it is printed. An organisation gives its own as `vatId`.
    pub vat_id: Option<String>,
}

impl InvoicingInput {
    /// Checks what was typed about a buyer in this country.
    pub fn checked(&self, country: &str) -> Result<Invoicing, UserError> {
        let line = |typed: &Option<String>| rules::line("invoicing", typed.as_deref());
        let (address, scheme) = (self.electronic_address.as_deref(), self.electronic_scheme.as_deref());
        let (electronic_address, electronic_scheme) = rules::electronic("invoicing", address, scheme)?;
        let vat_id = line(&self.vat_id)?.map(|typed| vat::parse(country, &typed).map_err(wrong));
        Ok(Invoicing {
            post_code: line(&self.post_code)?,
            city: line(&self.city)?,
            registration_no: line(&self.registration_number)?,
            buyer_reference: line(&self.buyer_reference)?,
            electronic_address,
            electronic_scheme,
            language: self.language.map(|language| language.tag().to_ascii_uppercase()),
            attaches_pdf: self.attaches_pdf.unwrap_or_default(),
            vat_id: vat_id.transpose()?,
        })
    }
}

/// What invoices need to know about a buyer besides its address.
pub struct BuyerInvoicing(pub(super) Invoicing);

/// What invoices need to know about a buyer besides its address.
#[guarded]
impl BuyerInvoicing {
    /// Post code.
    #[public]
    fn post_code(&self) -> Option<&str> {
        self.0.post_code.as_deref()
    }

    /// City.
    #[public]
    fn city(&self) -> Option<&str> {
        self.0.city.as_deref()
    }

    /// Its number in the register of companies.
    #[public]
    fn registration_number(&self) -> Option<&str> {
        self.0.registration_no.as_deref()
    }

    /// What it wants to be named on invoices (BT-10).
    #[public]
    fn buyer_reference(&self) -> Option<&str> {
        self.0.buyer_reference.as_deref()
    }

    /// Its address for electronic invoices (BT-49).
    #[public]
    fn electronic_address(&self) -> Option<&str> {
        self.0.electronic_address.as_deref()
    }

    /// The scheme of that address, of the EAS list.
    #[public]
    fn electronic_scheme(&self) -> Option<&str> {
        self.0.electronic_scheme.as_deref()
    }

    /// Whether the PDF of an invoice is attached to the mails about it.
    #[public]
    fn attaches_pdf(&self) -> bool {
        self.0.attaches_pdf
    }

    /// The language of its invoices.
    #[public]
    fn language(&self) -> Locale {
        Locale::of_tag(self.0.language.as_deref())
    }

    /// The VAT number of a contact; null for an organisation, whose number stands in its billing details.
    #[public]
    fn vat_id(&self) -> Option<&str> {
        self.0.vat_id.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_electronic_address_needs_a_known_form_of_scheme() {
        let with = |address: Option<&str>, scheme: Option<&str>| InvoicingInput {
            electronic_address: address.map(str::to_owned),
            electronic_scheme: scheme.map(str::to_owned),
            ..Default::default()
        };
        for (address, scheme, is_good) in [
            (Some("7300010000001"), Some("0088"), true),
            (Some("a@b.example"), Some("em"), true),
            (None, None, true),
            (Some("7300010000001"), None, false),
            (None, Some("0088"), false),
            (Some("1"), Some("88"), false),
        ] {
            assert_eq!(with(address, scheme).checked("SE").is_ok(), is_good, "{address:?} {scheme:?}");
        }
        let long = InvoicingInput { city: Some("x".repeat(101)), ..Default::default() };
        assert!(long.checked("SE").is_err());
    }
}
