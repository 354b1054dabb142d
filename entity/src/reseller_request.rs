//! A request of an organisation to become a reseller.

use sea_orm::entity::prelude::*;

/// One row of `reseller_request`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reseller_request")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// Its state.
    pub state: State,
    /// A message to the operator.
    #[sea_orm(column_type = "Text")]
    pub message: String,
    /// The operator's answer.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// The user who requested it; none for a key.
    pub requested_by_id: Option<Uuid>,
    /// When it was approved, declined or withdrawn.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// The state of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not answered yet.
    Requested,
    /// Approved: the organisation is a reseller.
    Approved,
    /// Declined.
    Declined,
    /// Withdrawn.
    Withdrawn,
}

impl ActiveModelBehavior for ActiveModel {}
