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
    /// Its name, for people.
    pub name: String,
    /// SHA-256 of the secret, hex.
    #[sea_orm(unique)]
    pub secret_hash: String,
    /// The permissions at the organisation itself, as a bit set.
    pub permissions: i64,
    /// The permissions at the clients of the organisation, as a bit set.
    pub client_permissions: i64,
    /// When it expires.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// The first letters of the secret, so that people recognise the key.
    pub prefix: String,
    /// The user who created it.
    pub created_by_id: Option<Uuid>,
    /// When it was last used, give or take some minutes.
    pub last_used_at: Option<DateTimeUtc>,
    /// SHA-256 of the secret before the last rotation, hex.
    pub previous_hash: Option<String>,
    /// Until when the previous secret is valid.
    pub previous_until: Option<DateTimeUtc>,
    /// The networks from which it works, in CIDR notation with spaces between; everywhere if none.
    pub networks: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
