//! An organisation that pays for another, or was asked to.

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
    /// Who pays; none if it was sought by a code that nobody has.
    pub payer_id: Option<Uuid>,
    /// The code by which the payer was sought, if it was.
    pub sought_code: Option<String>,
    /// Whether the payer has consented.
    pub state: State,
    /// First day on which it holds (UTC).
    pub starts_on: Date,
    /// First day on which it no longer holds (UTC).
    pub ends_on: Option<Date>,
    /// Who asked for it; none for a key.
    pub requested_by_id: Option<Uuid>,
    /// Who accepted or declined it; none for a key.
    pub answered_by_id: Option<Uuid>,
    /// When it was accepted or declined.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was asked for.
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
    /// Ended before it began.
    Ended,
    /// The payer has declined.
    Declined,
    /// Taken back before it was answered.
    Withdrawn,
}

impl ActiveModelBehavior for ActiveModel {}
