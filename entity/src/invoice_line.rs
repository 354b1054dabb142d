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
    /// Number of units.
    pub quantity: i32,
    /// Price of one unit, in minor units.
    pub unit_minor: i64,
    /// Quantity times unit price, in minor units.
    pub net_minor: i64,
    /// VAT rate in hundredths of a percent.
    pub vat_basis_points: i32,
    /// First day that it covers (business day).
    pub period_starts_on: Option<Date>,
    /// Last day that it covers (business day).
    pub period_ends_on: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
