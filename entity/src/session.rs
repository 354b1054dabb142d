//! One log-in of one user: the family of its refresh tokens.

use sea_orm::entity::prelude::*;

/// One row of `session`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who logged in.
    pub user_id: Uuid,
    /// The organisation that this session works in.
    pub active_organisation_id: Option<Uuid>,
    /// The device, as it named itself.
    pub user_agent: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When a token of it was last made.
    pub last_used_at: DateTimeUtc,
    /// When it ends by itself.
    pub expires_at: DateTimeUtc,
    /// When it was ended.
    pub revoked_at: Option<DateTimeUtc>,
    /// When its user last proved to be there, by password or second factor.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The address in the network that it was begun from.
    pub client_address: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
