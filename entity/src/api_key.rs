//! A key that acts for an organisation.

use sea_orm::entity::prelude::*;

/// One row of `api_key`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret, hex.
    #[sea_orm(unique)]
    pub secret_hash: String,
    /// Bit set held at the organisation itself.
    pub permissions: i64,
    /// Bit set held at the clients of the organisation.
    pub client_permissions: i64,
    /// When it ends by itself.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// The first letters of the secret, to recognise it by.
    pub prefix: String,
    /// The user who made it.
    pub created_by_id: Option<Uuid>,
    /// When it was last used, to some minutes.
    pub last_used_at: Option<DateTimeUtc>,
    /// SHA-256 of the secret before the last rotation, hex.
    pub previous_hash: Option<String>,
    /// Until when that one is good.
    pub previous_until: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
