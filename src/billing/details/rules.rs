//! What billing details may contain: countries, currencies, email addresses.

use entity::billing_contact;
use entity::organisation::{Model as Organisation, State};
use iso_currency::{Country, Currency};
use serde_json::{Value as Json, json};

use super::invoicing::Invoicing;
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;
use crate::base::text;
use crate::organisation::require_active;
use crate::people::user::Address;

fn invalid<T>(field: &str, message: impl Into<Message>) -> Result<T, UserError> {
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// Reads a country as ISO 3166-1 alpha-2.
pub fn country(field: &str, typed: &str) -> Result<String, UserError> {
    let code = typed.trim().to_ascii_uppercase();
    // The library has one code that is not a country.
    match code.parse::<Country>() {
        Ok(country) if country != Country::Unspecified => Ok(code),
        _ => invalid(
            field,
            [
                "This is not a country. Give the two letters of ISO 3166-1, for example SE.",
                "Das ist kein Land. Geben Sie die zwei Buchstaben nach ISO 3166-1 an, zum Beispiel DE.",
                "Det är inget land. Ange de två bokstäverna enligt ISO 3166-1, till exempel SE.",
            ],
        ),
    }
}

/// Currencies that were withdrawn and that the library does not know as such, with the ones that replaced them.
const WITHDRAWN: [(&str, &str); 1] = [("BGN", "EUR")];

/// The currency that replaced a withdrawn one.
fn replacement(currency: Currency) -> Option<&'static str> {
    let listed = WITHDRAWN.iter().find(|(code, _)| *code == currency.code()).map(|(_, by)| *by);
    listed.or_else(|| currency.is_superseded().map(|by| by.code()))
}

/// Reads a currency as ISO 4217. It must have minor units: others are not used for payments. Withdrawn ones are refused.
pub fn currency(field: &str, typed: &str) -> Result<String, UserError> {
    let code = typed.trim().to_ascii_uppercase();
    match Currency::from_code(&code) {
        Some(currency) if currency.exponent().is_some() => match replacement(currency) {
            Some(by) => {
                let message = [
                    format!("{code} was withdrawn. {by} replaced it."),
                    format!("{code} wurde abgeschafft. {by} hat sie ersetzt."),
                    format!("{code} har utgått. {by} har ersatt den."),
                ];
                invalid(field, message)
            }
            None => Ok(code),
        },
        _ => invalid(
            field,
            [
                "This is not a currency. Give the three letters of ISO 4217, for example EUR.",
                "Das ist keine Währung. Geben Sie die drei Buchstaben nach ISO 4217 an, zum Beispiel EUR.",
                "Det är ingen valuta. Ange de tre bokstäverna enligt ISO 4217, till exempel SEK.",
            ],
        ),
    }
}

/// Reads an email address.
pub fn email(field: &str, typed: &str) -> Result<String, UserError> {
    Ok(Address::read(field, typed)?.as_str().to_owned())
}

/// The longest of the short texts about a buyer or an issuer, in characters.
const LONGEST: usize = 100;

/// Reads one line of text; nothing typed means none.
pub fn line(field: &str, typed: Option<&str>) -> Result<Option<String>, UserError> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
    if typed.chars().count() > LONGEST || typed.chars().any(|letter| letter == '\n' || text::is_deceptive(letter)) {
        return invalid(
            field,
            [
                "Each of these is one line of at most 100 characters.",
                "Jede dieser Angaben ist eine Zeile mit höchstens 100 Zeichen.",
                "Var och en av uppgifterna är en rad med högst 100 tecken.",
            ],
        );
    }
    Ok(Some(typed.to_owned()))
}

/// Reads an address for electronic invoices with its scheme: neither, or both.
pub fn electronic(
    field: &str,
    address: Option<&str>,
    scheme: Option<&str>,
) -> Result<(Option<String>, Option<String>), UserError> {
    let is_code = |scheme: &String| scheme.len() == 4 && scheme.bytes().all(|digit| digit.is_ascii_digit());
    let scheme = line(field, scheme)?.map(|scheme| scheme.to_ascii_uppercase());
    if scheme.as_ref().is_some_and(|scheme| scheme != "EM" && !is_code(scheme)) {
        return invalid(
            field,
            [
                "The scheme of an electronic address has four digits of the EAS list, or is EM.",
                "Das Schema einer elektronischen Adresse hat vier Ziffern aus der EAS-Liste oder ist EM.",
                "En elektronisk adress har ett schema med fyra siffror ur EAS-listan, eller EM.",
            ],
        );
    }
    let address = line(field, address)?;
    if address.is_some() != scheme.is_some() {
        return invalid(
            field,
            [
                "An electronic address needs its scheme, and a scheme needs its address.",
                "Eine elektronische Adresse braucht ihr Schema, und ein Schema braucht seine Adresse.",
                "En elektronisk adress behöver sitt schema, och ett schema behöver sin adress.",
            ],
        );
    }
    Ok((address, scheme))
}

/// Reads a field of an update: the typed value, or the old one if nothing else was typed. One of them is required. An old
/// value stays valid, whatever new ones have to be.
pub fn typed_or_old(
    field: &str,
    typed: Option<&str>,
    old: Option<&str>,
    read: fn(&str, &str) -> Result<String, UserError>,
) -> Result<String, UserError> {
    match (typed, old) {
        (Some(typed), Some(old)) if typed == old => Ok(old.to_owned()),
        (Some(typed), _) => read(field, typed),
        (None, Some(old)) => Ok(old.to_owned()),
        (None, None) => invalid(
            field,
            [
                "There are no billing details yet, so this is required.",
                "Es gibt noch keine Abrechnungsdaten, daher ist das Pflicht.",
                "Det finns inga faktureringsuppgifter ännu, så det här krävs.",
            ],
        ),
    }
}

/// Refuses changes at a closed organisation. A suspended organisation can still change its billing.
pub fn require_open(row: &Organisation) -> Result<(), UserError> {
    if row.state == State::Closed { require_active(row) } else { Ok(()) }
}

/// A contact as the audit log keeps it.
pub fn audit_snapshot(row: &billing_contact::Model) -> Json {
    json!({
        "name": row.name,
        "address": row.address,
        "country": row.country,
        "email": row.email,
        "invoicing": Invoicing::of_contact(row).audit_snapshot(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_and_currencies_are_those_of_the_standards() {
        for good in ["SE", " de ", "XK", "SS"] {
            assert_eq!(country("country", good).is_ok(), good != "XK", "{good}");
        }
        for bad in ["", "S", "SWE", "ZZ", "EU", "UK", "ß", "S\0"] {
            assert!(country("country", bad).is_err(), "{bad:?}");
        }
        assert_eq!(currency("currency", " eur").unwrap(), "EUR");
        for bad in ["", "EU", "EURO", "XYZ", "XXX", "ß"] {
            assert!(currency("currency", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_withdrawn_currency_is_refused_for_new_use_and_stays_where_it_is() {
        for (gone, by) in [("HRK", "EUR"), ("bgn", "EUR"), ("ZWL", "ZWG"), ("SLL", "SLE"), ("CUC", "CUP")] {
            let message = currency("currency", gone).unwrap_err().message.to_string();
            assert!(message.contains(by), "{message}");
        }
        let kept = |typed| typed_or_old("currency", typed, Some("HRK"), currency);
        assert_eq!(kept(None).unwrap(), "HRK");
        assert_eq!(kept(Some("HRK")).unwrap(), "HRK");
        assert_eq!(kept(Some("EUR")).unwrap(), "EUR");
        assert!(kept(Some("BGN")).is_err());
    }
}
