//! A change of product that is allowed within a term.

use sea_orm::entity::prelude::*;

/// One row of `product_upgrade`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_upgrade")]
pub struct Model {
    /// The product before.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_id: Uuid,
    /// The product after.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
