//! A series of numbers without gaps.

use sea_orm::entity::prelude::*;

/// One row of `number_series`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "number_series")]
pub struct Model {
    /// The organisation whose numbers they are.
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer_id: Uuid,
    /// What is numbered.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// How a number is written: `{year}` is the year, `{n:6}` the count with six digits.
    pub format: String,
    /// When the count begins again at 1.
    pub restarts: Restarts,
    /// The next count.
    pub next: i64,
    /// The day of the last number. Days never go back.
    pub last_on: Option<Date>,
}

/// What a series numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Orders.
    Order,
    /// Invoices.
    Invoice,
    /// Credit notes.
    CreditNote,
}

/// When the count of a series begins again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Restarts {
    /// With each year.
    Yearly,
    /// Never.
    Never,
}

impl ActiveModelBehavior for ActiveModel {}
