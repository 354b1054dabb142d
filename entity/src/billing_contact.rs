//! A recipient of invoices that is not an organisation on the platform.

use sea_orm::entity::prelude::*;

/// One row of `billing_contact`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_contact")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The name.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// Lines of the address.
    pub address: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The address that invoices are sent to.
    pub email: String,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
