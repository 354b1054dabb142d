//! The organisation that issues invoices: what stands on them, and how it bills.

use sea_orm::entity::prelude::*;

/// One row of `issuer`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "issuer")]
pub struct Model {
    /// The organisation; one row each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Legal name.
    pub legal_name: String,
    /// Street and house number, with line breaks.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// Post code.
    pub post_code: String,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The number in the register of companies.
    pub registration_no: String,
    /// VAT number, if it has one.
    pub vat_id: Option<String>,
    /// Whether it declares VAT of other EU countries in the One Stop Shop.
    pub in_oss: bool,
    /// Whether it is approved for Swedish F-tax.
    pub has_f_tax: bool,
    /// The currency of its accounting, as ISO 4217.
    pub currency: String,
    /// The account that customers pay to.
    pub iban: Option<String>,
    /// The bank of the account.
    pub bic: Option<String>,
    /// Its Swedish bankgiro number.
    pub bankgiro: Option<String>,
    /// Its own address in the network of electronic invoices (BT-34).
    pub electronic_address: Option<String>,
    /// The scheme of that address, of the EAS list.
    pub electronic_scheme: Option<String>,
    /// The kind of payment references on its invoices.
    pub reference_kind: ReferenceKind,
    /// The person or department that answers questions about invoices.
    pub contact_name: String,
    /// The telephone number for questions.
    pub telephone: String,
    /// The email address for questions.
    pub email: String,
    /// Days from the issue to the last day to pay.
    pub payment_days: i32,
    /// How many days before an interval begins it is billed.
    pub lead_days: i32,
    /// A run stops for a look if it is this much above the last one, in percent of that.
    pub stop_above_percent: Option<i32>,
    /// What is done about overdue invoices, as a JSON array.
    #[sea_orm(column_type = "Text")]
    pub reminders: String,
    /// The accounts of its bookkeeping, as a JSON object.
    #[sea_orm(column_type = "Text")]
    pub accounts: String,
    /// Whether partners earn on what is invoiced or on what is paid.
    pub commission_basis: CommissionBasis,
    /// Commission below this sum is carried over to the next month, in minor units.
    pub commission_threshold_minor: i64,
}

/// The kind of payment references on invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReferenceKind {
    /// A number with a check digit, as Nordic banks read it.
    Ocr,
    /// ISO 11649.
    Rf,
}

/// What partners earn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CommissionBasis {
    /// On what is invoiced, when it is.
    Invoiced,
    /// On what is paid, when it is.
    Paid,
}

impl ActiveModelBehavior for ActiveModel {}
