//! A decision of the operator that an organisation is taxed in another way.

use sea_orm::entity::prelude::*;

/// One row of `vat_override`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vat_override")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The category that its lines get.
    pub category: super::invoice_line::VatCategory,
    /// Why. This stands on the invoice.
    pub reason: String,
    /// The first day on which it counts.
    pub starts_on: Date,
    /// The last day on which it counts; none if it has no end.
    pub ends_on: Option<Date>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
