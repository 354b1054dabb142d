//! An organisation that pays for another.

use sea_orm::entity::prelude::*;

/// One row of `payer`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payer")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who is paid for.
    pub organisation_id: Uuid,
    /// Who pays.
    pub payer_id: Uuid,
    /// Whether the payer has consented.
    pub state: State,
    /// First day on which it holds (UTC).
    pub starts_on: Date,
    /// First day on which it no longer holds (UTC).
    pub ends_on: Option<Date>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Whether the payer has consented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for the payer.
    Proposed,
    /// The payer has consented.
    Active,
    /// Over.
    Ended,
}

impl ActiveModelBehavior for ActiveModel {}
