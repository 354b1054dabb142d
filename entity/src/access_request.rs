//! A person asks for a permission.

use sea_orm::entity::prelude::*;

/// One row of `access_request`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_request")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that decides.
    pub organisation_id: Uuid,
    /// The person who asks.
    pub user_id: Uuid,
    /// The organisation where the person wants the permission.
    pub target_id: Uuid,
    /// The name of the permission.
    pub permission: String,
    /// The membership of the person that would get another role.
    pub membership_id: Option<Uuid>,
    /// Or the partnership that would delegate it.
    pub partnership_id: Option<Uuid>,
    /// Why the person asks.
    #[sea_orm(column_type = "Text")]
    pub message: String,
    /// The state. PENDING after `expires_at` means expired.
    pub state: State,
    /// Why it was declined.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// Until when it can be answered.
    pub expires_at: DateTimeUtc,
    /// When it was answered.
    pub answered_at: Option<DateTimeUtc>,
}

/// The state of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not answered yet.
    Pending,
    /// The person got the permission.
    Granted,
    /// Somebody declined.
    Declined,
}

impl ActiveModelBehavior for ActiveModel {}
