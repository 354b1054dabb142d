//! What stands on an invoice, made clean: countries, currencies, addresses of mail.

use entity::organisation::{Model as Organisation, State};
use iso_currency::{Country, Currency};

use crate::base::error::{UserError, UserErrorCode};
use crate::organisation::halted;
use crate::people::user::Address;

fn wrong<T>(field: &str, message: &str) -> Result<T, UserError> {
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// A country as ISO 3166-1 alpha-2.
pub fn country(field: &str, typed: &str) -> Result<String, UserError> {
    let code = typed.trim().to_ascii_uppercase();
    // The library knows one code for no country at all.
    match code.parse::<Country>() {
        Ok(country) if country != Country::Unspecified => Ok(code),
        _ => wrong(field, "This is not a country. Give two letters of ISO 3166-1, for example SE."),
    }
}

/// A currency as ISO 4217: one that people pay with, so one that has minor units.
pub fn currency(field: &str, typed: &str) -> Result<String, UserError> {
    let code = typed.trim().to_ascii_uppercase();
    match Currency::from_code(&code) {
        Some(currency) if currency.exponent().is_some() => Ok(code),
        _ => wrong(field, "This is not a currency. Give three letters of ISO 4217, for example EUR."),
    }
}

/// An address of mail.
pub fn email(field: &str, typed: &str) -> Result<String, UserError> {
    Ok(Address::read(field, typed)?.as_str().to_owned())
}

/// Refuses in a closed organisation. One that is suspended keeps its billing in order.
pub fn is_open(row: &Organisation) -> Result<(), UserError> {
    match halted(row) {
        Some(error) if row.state == State::Closed => Err(error),
        _ => Ok(()),
    }
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
}
