//! The commission of a reseller, from a day on.

use sea_orm::entity::prelude::*;

/// One row of `commission_rate`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commission_rate")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reseller.
    pub reseller_id: Uuid,
    /// Only for this partnership.
    pub partnership_id: Option<Uuid>,
    /// Only for this product.
    pub product_id: Option<Uuid>,
    /// The rate in hundredths of a percent.
    pub basis_points: i32,
    /// The first business day on which it counts.
    pub valid_from: Date,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
