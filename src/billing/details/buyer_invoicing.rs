//! What invoices need to know about a buyer besides its address, as clients give it and see it.

use async_graphql::InputObject;
use macros::guarded;

use super::invoicing::{Invoicing, wrong};
use super::vat;
use crate::base::error::UserError;
use crate::base::locale::Locale;
use crate::base::text;

/// The longest of these texts, in characters.
const LONGEST: usize = 100;

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
    /// The VAT number of a contact as it is printed. An organisation gives its own as `vatId`.
    pub vat_id: Option<String>,
}

/// One line of text; nothing typed means none.
fn line(typed: Option<&str>) -> Result<Option<String>, UserError> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
    if typed.chars().count() > LONGEST || typed.chars().any(|letter| letter == '\n' || text::is_deceptive(letter)) {
        return Err(wrong("Each of these is one line of at most 100 characters."));
    }
    Ok(Some(typed.to_owned()))
}

impl InvoicingInput {
    /// Checks what was typed about a buyer in this country.
    pub fn checked(&self, country: &str) -> Result<Invoicing, UserError> {
        let scheme = line(self.electronic_scheme.as_deref())?.map(|scheme| scheme.to_ascii_uppercase());
        let is_scheme = |scheme: &String| {
            scheme == "EM" || (scheme.len() == 4 && scheme.bytes().all(|digit| digit.is_ascii_digit()))
        };
        if scheme.as_ref().is_some_and(|scheme| !is_scheme(scheme)) {
            return Err(wrong("The scheme of an electronic address has four digits of the EAS list, or is EM."));
        }
        let address = line(self.electronic_address.as_deref())?;
        if address.is_some() != scheme.is_some() {
            return Err(wrong("An electronic address needs its scheme, and a scheme needs its address."));
        }
        let vat_id = line(self.vat_id.as_deref())?.map(|typed| vat::parse(country, &typed).map_err(|why| wrong(&why)));
        Ok(Invoicing {
            post_code: line(self.post_code.as_deref())?,
            city: line(self.city.as_deref())?,
            registration_no: line(self.registration_number.as_deref())?,
            buyer_reference: line(self.buyer_reference.as_deref())?,
            electronic_address: address,
            electronic_scheme: scheme,
            language: self.language.map(|language| language.tag().to_ascii_uppercase()),
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
