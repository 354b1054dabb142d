//! What one unit of a product entitles to.

use sea_orm::entity::prelude::*;

/// One row of `entitlement`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entitlement")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// The feature.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: Uuid,
    /// How many of it each unit gives.
    pub quantity: i32,
}

impl ActiveModelBehavior for ActiveModel {}
