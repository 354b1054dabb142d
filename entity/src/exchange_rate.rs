//! A rate between two currencies that was recorded for a day.

use sea_orm::entity::prelude::*;

/// One row of `exchange_rate`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_rate")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The issuer that keeps its books with it.
    pub issuer_id: Uuid,
    /// The day of which it is.
    pub day: Date,
    /// ISO 4217.
    pub from_currency: String,
    /// ISO 4217.
    pub to_currency: String,
    /// How much of the second currency one unit of the first is worth, in 1/1,000,000,000.
    pub billionths: i64,
    /// Who published it.
    pub source: String,
    /// When it was recorded. Of several of the same day, the last counts.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
