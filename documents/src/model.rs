//! What an invoice or a credit note says: plain data, ready to be written down.
//!
//! Numbers such as BT-10 name the business terms of EN 16931-1. All amounts are in minor units of the document's
//! currency.

use chrono::NaiveDate;

use super::vat::{AccountingVat, VatCategory, VatGroup};

/// An invoice or a credit note with everything that appears on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Invoice or credit note, with what only that kind has.
    pub kind: Kind,
    /// The number of the document (BT-1).
    pub number: String,
    /// The business day of issue (BT-2).
    pub issued_on: NaiveDate,
    /// ISO 4217 code of all amounts (BT-5).
    pub currency: String,
    /// The language of the labels and standard sentences.
    pub language: Language,
    /// The company that issues the document (BG-4).
    pub seller: Seller,
    /// The organisation or person that it is addressed to (BG-7).
    pub buyer: Buyer,
    /// The buyer's purchase order (BT-13).
    pub purchase_order: Option<String>,
    /// What is charged or credited, in order (BG-25).
    pub lines: Vec<Line>,
    /// The VAT for each category and rate (BG-23).
    pub vat_groups: Vec<VatGroup>,
    /// The sum of the lines (BT-109).
    pub net_minor: i64,
    /// The sum of the VAT groups (BT-110).
    pub vat_minor: i64,
    /// Net and VAT (BT-112).
    pub total_minor: i64,
    /// What was paid before the document was issued (BT-113).
    pub paid_minor: i64,
    /// The OCR or RF reference for the payment (BT-83).
    pub payment_reference: Option<String>,
    /// The VAT in the seller's accounting currency, if that is another one (BT-6, BT-111).
    pub accounting_vat: Option<AccountingVat>,
}

impl Document {
    /// What is left to pay, in minor units (BT-115).
    pub const fn due_minor(&self) -> i64 {
        self.total_minor.saturating_sub(self.paid_minor)
    }

    /// From the first day of any line to the last one. None if no line has a period.
    pub fn period(&self) -> Option<(NaiveDate, NaiveDate)> {
        let periods = || self.lines.iter().filter_map(|line| line.period);
        Some((periods().map(|(first, _)| first).min()?, periods().map(|(_, last)| last).max()?))
    }

    /// Whether the buyer can pay to a bankgiro number: only in kronor, and only within Sweden.
    pub fn is_paid_by_bankgiro(&self) -> bool {
        self.seller.bankgiro.is_some() && self.currency == "SEK" && self.buyer.address.country == "SE"
    }

    /// Whether this is a credit note.
    pub const fn is_credit_note(&self) -> bool {
        matches!(self.kind, Kind::CreditNote { .. })
    }
}

/// What kind of document it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A demand for payment.
    Invoice {
        /// The last business day for the payment (BT-9).
        due_on: NaiveDate,
    },
    /// Takes back an invoice or a part of it. Its amounts are positive.
    CreditNote {
        /// The number of the invoice that it credits (BT-25).
        invoice_number: String,
        /// The business day on which that invoice was issued (BT-26).
        invoice_issued_on: NaiveDate,
        /// Why it is credited (BT-22).
        reason: String,
    },
}

/// A language that documents are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Swedish.
    Sv,
    /// German.
    De,
}

/// A place where letters arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and house number, or a box (BT-35, BT-50).
    pub street: Option<String>,
    /// City (BT-37, BT-52).
    pub city: Option<String>,
    /// Post code (BT-38, BT-53).
    pub post_code: Option<String>,
    /// ISO 3166-1 code of two letters (BT-40, BT-55).
    pub country: String,
}

/// An address in an electronic network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectronicAddress {
    /// The code of the scheme from the EAS list, for example `0007` for Swedish organisation numbers.
    pub scheme: String,
    /// The address within the scheme.
    pub address: String,
}

/// The company that issues the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seller {
    /// The registered name (BT-27).
    pub legal_name: String,
    /// The registered address.
    pub address: Address,
    /// The number in the register of companies (BT-30).
    pub registration_number: Option<String>,
    /// VAT number with the prefix of its country (BT-31).
    pub vat_id: Option<String>,
    /// Address for answers over Peppol (BT-34). A Swedish company without one gets its organisation number.
    pub electronic_address: Option<ElectronicAddress>,
    /// Account for payments (BT-84).
    pub iban: Option<String>,
    /// The bank of the account (BT-86).
    pub bic: Option<String>,
    /// Swedish account number for payments within Sweden.
    pub bankgiro: Option<String>,
    /// The person or department that answers questions (BT-41).
    pub contact_name: Option<String>,
    /// Telephone number of the contact (BT-42).
    pub telephone: Option<String>,
    /// Mail address of the contact (BT-43).
    pub mail: Option<String>,
    /// Whether the Swedish tax agency has approved the company for F-tax.
    pub has_f_tax: bool,
}

/// The organisation or person that the document is addressed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    /// Name (BT-44).
    pub name: String,
    /// The address for invoices.
    pub address: Address,
    /// VAT number with the prefix of its country (BT-48).
    pub vat_id: Option<String>,
    /// The number in the register of companies (BT-47).
    pub registration_number: Option<String>,
    /// What the buyer wants to read on its invoices, for example a Leitweg-ID (BT-10).
    pub buyer_reference: Option<String>,
    /// Where e-invoices are sent (BT-49).
    pub electronic_address: Option<ElectronicAddress>,
    /// False for consumers.
    pub is_business: bool,
}

/// One line of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was sold (BT-153).
    pub description: String,
    /// The seller's code of the product (BT-155).
    pub product_code: Option<String>,
    /// How many. Negative where something is taken back (BT-129).
    pub quantity: i32,
    /// UN/ECE Recommendation 20 code of the unit, for example `C62` for pieces (BT-130).
    pub unit_code: String,
    /// The full price of one unit, never negative.
    pub unit_minor: i64,
    /// The part of the period that is charged, if not all of it.
    pub proration: Option<Proration>,
    /// The amount of the line without VAT (BT-131).
    pub net_minor: i64,
    /// First and last day of what is charged (BT-134, BT-135).
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// VAT category (BT-151).
    pub vat_category: VatCategory,
    /// VAT rate in hundredths of a percent (BT-152).
    pub basis_points: i32,
}

/// The part of a period that is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proration {
    /// The days that are charged.
    pub days: i32,
    /// The days of the whole period.
    pub of_days: i32,
}
