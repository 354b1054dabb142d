//! A payer: an organisation that pays for another, or was asked to.

use sea_orm::entity::prelude::*;

/// One row of `payer`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payer")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that is paid for.
    pub organisation_id: Uuid,
    /// The organisation that pays; none if the request named a code that no organisation has.
    pub payer_id: Option<Uuid>,
    /// The code that the request named, if any.
    pub sought_code: Option<String>,
    /// Its state.
    pub state: State,
    /// First day on which it is in force (business day).
    pub starts_on: Date,
    /// First day on which it is no longer in force (business day).
    pub ends_on: Option<Date>,
    /// The user who requested it; none for a key.
    pub requested_by_id: Option<Uuid>,
    /// The user who accepted or declined it; none for a key.
    pub answered_by_id: Option<Uuid>,
    /// When it was accepted or declined.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was requested.
    pub created_at: DateTimeUtc,
}

/// The state of a payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not answered yet.
    Proposed,
    /// The payer accepted.
    Active,
    /// Ended before it began.
    Ended,
    /// The payer declined.
    Declined,
    /// Withdrawn before it was answered.
    Withdrawn,
}

impl ActiveModelBehavior for ActiveModel {}
