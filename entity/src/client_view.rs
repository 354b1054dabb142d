//! A saved view of a reseller's client list: a filter, an order and columns.

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
    /// Its name, for people.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// The filter as JSON; null for the default filter.
    pub filter: Option<String>,
    /// The order as JSON; null for the order by name.
    pub ordering: Option<String>,
    /// Keys of the properties to show, as a JSON array.
    pub columns: String,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
