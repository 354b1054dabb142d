//! A filter, an order and columns of a reseller's client list that were saved under a name.

use sea_orm::entity::prelude::*;

/// One row of `client_view`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_view")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reseller.
    pub organisation_id: Uuid,
    /// What people read.
    pub name: String,
    /// Which clients, as JSON; null for all that a list shows by itself.
    pub filter: Option<String>,
    /// In which order, as JSON; null for the order by name.
    pub ordering: Option<String>,
    /// Keys of the properties that are shown, as a JSON array.
    pub columns: String,
    /// When it was first saved.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
