//! The commission of a closed month.

use sea_orm::entity::prelude::*;

/// One row of `commission_statement`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commission_statement")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reseller.
    pub reseller_id: Uuid,
    /// The first day of the month.
    pub month: Date,
    /// ISO 4217.
    pub currency: String,
    /// What was carried over from the month before, in minor units.
    pub opening_minor: i64,
    /// The sum of the lines, in minor units.
    pub total_minor: i64,
    /// What is paid out, in minor units; the rest is carried over.
    pub payout_minor: i64,
    /// Its state.
    pub state: State,
    /// When the month was closed.
    pub closed_at: DateTimeUtc,
    /// When it was paid out.
    pub paid_on: Option<Date>,
    /// What the bank calls the payout.
    pub payout_reference: Option<String>,
}

/// The state of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It does not change any more.
    Closed,
    /// It was paid out.
    Paid,
}

impl ActiveModelBehavior for ActiveModel {}
