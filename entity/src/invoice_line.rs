//! One line of an invoice.

use sea_orm::entity::prelude::*;

/// One row of `invoice_line`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_line")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The invoice.
    pub invoice_id: Uuid,
    /// Its number on the invoice, from 1.
    pub position: i32,
    /// What it is for.
    pub description: String,
    /// Number of units; negative for a discount.
    pub quantity: i32,
    /// Price of one unit, in minor units; never negative.
    pub unit_minor: i64,
    /// The amount before VAT, in minor units.
    pub net_minor: i64,
    /// For how many days of the interval it is; none for the whole of it.
    pub days: Option<i32>,
    /// How many days the interval has, if it is for a part of it.
    pub of_days: Option<i32>,
    /// How it is taxed.
    pub vat_category: VatCategory,
    /// VAT rate in hundredths of a percent.
    pub vat_basis_points: i32,
    /// First day that it covers (business day).
    pub period_starts_on: Option<Date>,
    /// Last day that it covers (business day).
    pub period_ends_on: Option<Date>,
    /// The subscription.
    pub subscription_id: Option<Uuid>,
    /// First day of the interval of the subscription.
    pub interval_starts_on: Option<Date>,
    /// The change of the subscription that caused it; none for what corrects an earlier line.
    pub change_id: Option<Uuid>,
    /// The charge by hand.
    pub charge_id: Option<Uuid>,
    /// The product.
    pub product_id: Option<Uuid>,
    /// Code of the product; can be empty.
    pub product_code: String,
    /// The account of the bookkeeping that its revenue goes to; can be empty.
    pub revenue_key: String,
    /// The class of the product for VAT.
    pub tax_class: super::product::TaxClass,
    /// The unit: a code of UN/ECE Recommendation 20.
    pub unit_code: String,
    /// Whether partners earn commission on it.
    pub is_commissionable: bool,
    /// How much of it was credited, in minor units, with the sign of the amount.
    pub credited_minor: i64,
    /// How much of what was credited counts as not billed, so that it can be billed again.
    pub reopened_minor: i64,
}

/// How a line is taxed: the codes of UNTDID 5305 that EN 16931 uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(2))")]
pub enum VatCategory {
    /// At a rate.
    #[sea_orm(string_value = "S")]
    Standard,
    /// At a rate of zero.
    #[sea_orm(string_value = "Z")]
    ZeroRated,
    /// Exempt.
    #[sea_orm(string_value = "E")]
    Exempt,
    /// The buyer accounts for VAT.
    #[sea_orm(string_value = "AE")]
    ReverseCharge,
    /// Outside the scope of VAT.
    #[sea_orm(string_value = "O")]
    OutsideScope,
}

impl ActiveModelBehavior for ActiveModel {}
