//! What a reseller asks of a class of clients.

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
    /// What clients of the class are to let through to themselves.
    pub delegated: i64,
    /// What they are to let through to their own clients.
    pub client_delegated: i64,
    /// Whether people of resellers above are to come through.
    pub includes_upstream: bool,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
