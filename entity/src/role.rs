//! A custom role of one organisation.

use sea_orm::entity::prelude::*;

/// One row of `role`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// For display; never decides anything.
    pub name: String,
    /// Bit set held at the organisation itself.
    pub permissions: i64,
    /// Bit set held at the clients of the organisation.
    pub client_permissions: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
