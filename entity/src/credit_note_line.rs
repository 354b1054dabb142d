//! One line of a credit note.

use sea_orm::entity::prelude::*;

/// One row of `credit_note_line`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_note_line")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The credit note.
    pub credit_note_id: Uuid,
    /// The line of the invoice.
    pub invoice_line_id: Uuid,
    /// Its number on the credit note, from 1.
    pub position: i32,
    /// What it is for.
    pub description: String,
    /// What is taken back before VAT, in minor units.
    pub net_minor: i64,
    /// How it is taxed.
    pub vat_category: super::invoice_line::VatCategory,
    /// VAT rate in hundredths of a percent.
    pub vat_basis_points: i32,
}

impl ActiveModelBehavior for ActiveModel {}
