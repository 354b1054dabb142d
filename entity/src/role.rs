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
    /// Its name, only for people.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// The permissions at the organisation itself, as a bit set.
    pub permissions: i64,
    /// The permissions at the clients of the organisation, as a bit set.
    pub client_permissions: i64,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
