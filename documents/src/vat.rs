//! The VAT on a document, by category and rate as EN 16931 has it.

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
}
