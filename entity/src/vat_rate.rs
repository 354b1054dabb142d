//! A VAT rate of a country, from a day on.

use sea_orm::entity::prelude::*;

/// One row of `vat_rate`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vat_rate")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The class of products that it is for.
    pub class: super::product::TaxClass,
    /// The rate in hundredths of a percent.
    pub basis_points: i32,
    /// The first day on which it counts.
    pub valid_from: Date,
    /// Where it is published.
    pub source: String,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
