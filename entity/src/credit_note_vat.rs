//! VAT of a credit note, for one category and rate.

use sea_orm::entity::prelude::*;

/// One row of `credit_note_vat`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_note_vat")]
pub struct Model {
    /// The credit note.
    #[sea_orm(primary_key, auto_increment = false)]
    pub credit_note_id: Uuid,
    /// The category.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: super::invoice_line::VatCategory,
    /// VAT rate in hundredths of a percent.
    #[sea_orm(primary_key, auto_increment = false)]
    pub basis_points: i32,
    /// Sum of the lines before VAT, in minor units.
    pub base_minor: i64,
    /// VAT, in minor units.
    pub vat_minor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
