//! A check whether a VAT number is registered.

use sea_orm::entity::prelude::*;

/// One row of `vat_check`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vat_check")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The VAT number.
    pub vat_id: String,
    /// Whether it was registered.
    pub is_valid: bool,
    /// The business day of the check.
    pub checked_on: Date,
    /// Who answered.
    pub source: Source,
    /// The reference that the register gave.
    pub reference: Option<String>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// Who said whether a VAT number is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// A person looked it up.
    Manual,
    /// The register of the EU.
    Vies,
}

impl ActiveModelBehavior for ActiveModel {}
