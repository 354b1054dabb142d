//! The VAT on a document, by category and rate as EN 16931 has it.

use chrono::NaiveDate;

use super::figures;
use super::model::Document;
use super::words::{Words, fill};

/// How a supply is taxed: the codes of UNCL 5305 that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VatCategory {
    /// Taxed at a rate (S).
    Standard,
    /// Taxed at zero percent (Z).
    ZeroRated,
    /// Exempt from VAT (E).
    Exempt,
    /// The buyer owes the VAT (AE).
    ReverseCharge,
    /// Outside the scope of VAT (O).
    OutOfScope,
}

impl VatCategory {
    /// The code of UNCL 5305.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::ZeroRated => "Z",
            Self::Exempt => "E",
            Self::ReverseCharge => "AE",
            Self::OutOfScope => "O",
        }
    }
}

/// The VAT of one category and rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatGroup {
    /// VAT category (BT-118).
    pub category: VatCategory,
    /// VAT rate in hundredths of a percent (BT-119).
    pub basis_points: i32,
    /// The sum of the lines of this category and rate (BT-116).
    pub base_minor: i64,
    /// The VAT on it (BT-117).
    pub vat_minor: i64,
    /// VATEX code of the exemption (BT-121).
    pub exemption_code: Option<String>,
    /// Why there is no VAT (BT-120). Reverse charge and out of scope have a standard sentence.
    pub exemption_text: Option<String>,
}

/// The VAT in the currency in which the seller keeps its books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountingVat {
    /// ISO 4217 code (BT-6).
    pub currency: String,
    /// Amount in minor units of that currency (BT-111).
    pub vat_minor: i64,
    /// The rate that it was converted with, if that is known.
    pub rate: Option<ExchangeRate>,
}

/// The rate between the currency of a document and that of the seller's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRate {
    /// How much one unit of the currency of the document is worth, as a decimal number.
    pub rate: String,
    /// The day of which it is.
    pub day: NaiveDate,
    /// Who published it.
    pub source: String,
}

impl AccountingVat {
    /// The rate in a sentence.
    pub fn sentence(&self, document: &Document) -> Option<String> {
        let (language, words) = (document.language, Words::of(document.language));
        let rate = self.rate.as_ref()?;
        let parts = [
            ("from", document.currency.as_str()),
            ("to", &self.currency),
            ("rate", &figures::decimal(&rate.rate, language)),
            ("day", &figures::day(rate.day, language)),
            ("source", &rate.source),
        ];
        Some(fill(words.exchange_rate, &parts))
    }
}
