//! A template: the permissions that a reseller asks of a class of clients.

use sea_orm::entity::prelude::*;

/// One row of `delegation_template`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation_template")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reseller.
    pub organisation_id: Uuid,
    /// Its name, unique at the reseller.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// The permissions that the clients are asked to delegate at themselves, as a bit set.
    pub delegated: i64,
    /// The permissions that they are asked to delegate at their own clients, as a bit set.
    pub client_delegated: i64,
    /// Whether they are asked to let in people of the resellers above.
    pub includes_upstream: bool,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
