//! A series of numbers without gaps.

use sea_orm::entity::prelude::*;

/// One row of `number_series`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "number_series")]
pub struct Model {
    /// What is numbered.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The next number.
    pub next: i64,
}

impl ActiveModelBehavior for ActiveModel {}
