//! The rate between two currencies on a day.

use sea_orm::entity::prelude::*;

/// One row of `exchange_rate`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_rate")]
pub struct Model {
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_currency: String,
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_currency: String,
    /// The day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// How much of the second currency one unit of the first is worth, in 1/10,000.
    pub ten_thousandths: i64,
}

impl ActiveModelBehavior for ActiveModel {}
