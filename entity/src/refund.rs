//! Money that an issuer paid back.

use sea_orm::entity::prelude::*;

/// One row of `refund`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that paid it back.
    pub issuer_id: Uuid,
    /// The organisation that got it.
    pub payer_id: Uuid,
    /// The amount, in minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The business day.
    pub paid_on: Date,
    /// What the bank calls it; can be empty.
    pub reference: String,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
