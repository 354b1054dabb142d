//! An organisation asks to become a reseller.

use sea_orm::entity::prelude::*;

/// One row of `reseller_request`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reseller_request")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who asks.
    pub organisation_id: Uuid,
    /// What became of it.
    pub state: State,
    /// What it says to the operator.
    #[sea_orm(column_type = "Text")]
    pub message: String,
    /// What the operator says to it.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// The user who asks; none for a key.
    pub requested_by_id: Option<Uuid>,
    /// When it was approved, declined or withdrawn.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for the operator.
    Requested,
    /// The organisation became a reseller.
    Approved,
    /// It did not.
    Declined,
    /// Taken back.
    Withdrawn,
}

impl ActiveModelBehavior for ActiveModel {}
