//! What the details of an issuer may contain, and how they stand on an invoice.

use chrono::Days;
use entity::issuer::{CommissionBasis, Model, ReferenceKind};
use iban::IbanLike as _;
use sea_orm::prelude::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;
use crate::base::text;
use crate::billing::details::{rules as details, vat};

/// The most days to pay, and the most days that something is billed ahead.
const MOST_DAYS: i32 = 365;

/// The issuer as it stands on an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Seller {
    /// Legal name.
    pub legal_name: String,
    /// Street and house number.
    pub address: String,
    /// Post code.
    pub post_code: String,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The number in the register of companies.
    pub registration_no: String,
    /// VAT number.
    pub vat_id: Option<String>,
    /// Whether it is approved for Swedish F-tax.
    pub has_f_tax: bool,
    /// The account that customers pay to.
    pub iban: Option<String>,
    /// The bank of the account.
    pub bic: Option<String>,
    /// Its Swedish bankgiro number.
    pub bankgiro: Option<String>,
    /// Its own address in the network of electronic invoices (BT-34).
    pub electronic_address: Option<String>,
    /// The scheme of that address.
    pub electronic_scheme: Option<String>,
    /// Who answers questions.
    pub contact_name: String,
    /// The telephone number for questions.
    pub telephone: String,
    /// The email address for questions.
    pub email: String,
}

impl Seller {
    /// The issuer as it is now.
    pub fn of(row: &Model) -> Self {
        Self {
            legal_name: row.legal_name.clone(),
            address: row.address.clone(),
            post_code: row.post_code.clone(),
            city: row.city.clone(),
            country: row.country.clone(),
            registration_no: row.registration_no.clone(),
            vat_id: row.vat_id.clone(),
            has_f_tax: row.has_f_tax,
            iban: row.iban.clone(),
            bic: row.bic.clone(),
            bankgiro: row.bankgiro.clone(),
            electronic_address: row.electronic_address.clone(),
            electronic_scheme: row.electronic_scheme.clone(),
            contact_name: row.contact_name.clone(),
            telephone: row.telephone.clone(),
            email: row.email.clone(),
        }
    }
}

/// An issuer without details.
pub fn blank() -> Model {
    let none = String::new;
    Model {
        organisation_id: Uuid::nil(),
        legal_name: none(),
        address: none(),
        post_code: none(),
        city: none(),
        country: none(),
        registration_no: none(),
        vat_id: None,
        in_oss: false,
        has_f_tax: false,
        currency: none(),
        iban: None,
        bic: None,
        bankgiro: None,
        electronic_address: None,
        electronic_scheme: None,
        reference_kind: ReferenceKind::Rf,
        contact_name: none(),
        telephone: none(),
        email: none(),
        payment_days: 30,
        lead_days: 0,
        stop_above_percent: None,
        reminders: "[]".to_owned(),
        accounts: "{}".to_owned(),
        commission_basis: CommissionBasis::Invoiced,
        commission_threshold_minor: 0,
    }
}

/// The last day to pay an invoice of this day.
pub fn due_on(row: &Model, issued_on: Date) -> Date {
    issued_on.checked_add_days(Days::new(row.payment_days.unsigned_abs().into())).unwrap_or(issued_on)
}

/// The last day whose intervals a run until this day bills.
pub fn horizon(row: &Model, until: Date) -> Date {
    until.checked_add_days(Days::new(row.lead_days.unsigned_abs().into())).unwrap_or(until)
}

fn wrong<T>(field: &str, message: impl Into<Message>) -> Result<T, UserError> {
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// Checks the details of an issuer, and writes them in their usual form.
pub fn checked(mut row: Model) -> Result<Model, UserError> {
    row.legal_name = text::name("legalName", &row.legal_name)?;
    row.address = text::address("address", &row.address)?;
    row.country = details::country("country", &row.country)?;
    row.currency = details::currency("currency", &row.currency)?;
    row.email = details::email("email", &row.email)?;
    for (field, value) in [
        ("postCode", &mut row.post_code),
        ("city", &mut row.city),
        ("registrationNumber", &mut row.registration_no),
        ("contactName", &mut row.contact_name),
        ("telephone", &mut row.telephone),
    ] {
        *value = text::name(field, value)?;
    }
    if let Some(vat_id) = &row.vat_id {
        row.vat_id = Some(vat::parse(&row.country, vat_id).or_else(|why| wrong("vatId", why))?);
    }
    if let Some(typed) = &row.iban {
        row.iban = Some(iban(typed)?);
    }
    if let Some(typed) = &row.bic {
        row.bic = Some(bic(typed)?);
    }
    if let Some(typed) = &row.bankgiro {
        row.bankgiro = Some(bankgiro(typed)?);
    }
    let (address, scheme) = (row.electronic_address.as_deref(), row.electronic_scheme.as_deref());
    (row.electronic_address, row.electronic_scheme) = details::electronic("electronicAddress", address, scheme)?;
    for (field, days) in [("paymentDays", row.payment_days), ("leadDays", row.lead_days)] {
        if !(0..=MOST_DAYS).contains(&days) {
            return wrong(
                field,
                [
                    "This is a number of days from 0 to 365.",
                    "Das ist eine Anzahl von Tagen, 0 bis 365.",
                    "Det är ett antal dagar, 0 till 365.",
                ],
            );
        }
    }
    if row.stop_above_percent.is_some_and(|percent| percent < 0) {
        return wrong(
            "stopAbovePercent",
            [
                "Give a number of percent, 0 or more.",
                "Geben Sie eine Zahl in Prozent an, 0 oder mehr.",
                "Ange ett antal procent, 0 eller fler.",
            ],
        );
    }
    if row.commission_threshold_minor < 0 {
        return wrong(
            "commissionThreshold",
            [
                "Give an amount of 0 or more.",
                "Geben Sie einen Betrag von 0 oder mehr an.",
                "Ange ett belopp på 0 eller mer.",
            ],
        );
    }
    Ok(row)
}

/// Reads an IBAN: its letters and digits with the check digits of ISO 13616.
fn iban(typed: &str) -> Result<String, UserError> {
    let text: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    match text.to_ascii_uppercase().parse::<iban::Iban>() {
        Ok(iban) => Ok(iban.electronic_str().to_owned()),
        Err(_) => wrong(
            "iban",
            [
                "This is not an IBAN: its check digits or its length are wrong.",
                "Das ist keine IBAN: Ihre Prüfziffern oder ihre Länge stimmen nicht.",
                "Det är inget IBAN: kontrollsiffrorna eller längden är fel.",
            ],
        ),
    }
}

/// Reads a BIC: 8 or 11 letters and digits (ISO 9362).
fn bic(typed: &str) -> Result<String, UserError> {
    let text = typed.trim().to_ascii_uppercase();
    let is_formed = matches!(text.len(), 8 | 11)
        && text.bytes().all(|letter| letter.is_ascii_alphanumeric())
        && text.bytes().take(6).all(|letter| letter.is_ascii_alphabetic());
    if is_formed {
        Ok(text)
    } else {
        wrong(
            "bic",
            [
                "This is not a BIC. It has 8 or 11 letters and digits.",
                "Das ist kein BIC. Er hat 8 oder 11 Buchstaben und Ziffern.",
                "Det är ingen BIC. Den har 8 eller 11 bokstäver och siffror.",
            ],
        )
    }
}

/// Reads a bankgiro number: 7 or 8 digits, the last of them a check digit.
fn bankgiro(typed: &str) -> Result<String, UserError> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let weigh = |(place, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    let sum: u32 = digits.bytes().rev().enumerate().map(weigh).sum();
    if !matches!(digits.len(), 7 | 8) || !sum.is_multiple_of(10) {
        return wrong(
            "bankgiro",
            [
                "This is not a bankgiro number: it has 7 or 8 digits, the last a check digit.",
                "Das ist keine Bankgiro-Nummer: Sie hat 7 oder 8 Ziffern, die letzte eine Prüfziffer.",
                "Det är inget bankgironummer: det har 7 eller 8 siffror, varav den sista är en kontrollsiffra.",
            ],
        );
    }
    let (first, last) = digits.split_at(digits.len() - 4);
    Ok(format!("{first}-{last}"))
}

/// The issuer as the audit log keeps it.
pub fn audit_snapshot(row: &Model) -> Json {
    let mut snapshot = serde_json::to_value(Seller::of(row)).unwrap_or_default();
    snapshot["currency"] = row.currency.clone().into();
    snapshot["isInOss"] = row.in_oss.into();
    snapshot["paymentDays"] = row.payment_days.into();
    snapshot["leadDays"] = row.lead_days.into();
    snapshot["stopAbovePercent"] = row.stop_above_percent.into();
    snapshot["reminders"] = serde_json::from_str(&row.reminders).unwrap_or_default();
    snapshot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_are_checked_by_their_check_digits() {
        assert_eq!(iban("se45 5000 0000 0583 9825 7466").unwrap(), "SE4550000000058398257466");
        assert!(iban("SE46 5000 0000 0583 9825 7466").is_err());
        assert_eq!(bic("essesess").unwrap(), "ESSESESS");
        assert!(bic("ESLA").is_err());
        assert_eq!(bankgiro("5050-1055").unwrap(), "5050-1055");
        assert!(bankgiro("5050-1056").is_err());
        assert!(bankgiro("5050").is_err());
    }
}
