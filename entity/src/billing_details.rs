//! The legal name and address of an organisation, and where its invoices go.

use sea_orm::entity::prelude::*;

/// One row of `billing_details`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_details")]
pub struct Model {
    /// The organisation; one row each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Legal name.
    pub legal_name: String,
    /// Lines of the address.
    pub address: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number, if it has one.
    pub vat_id: Option<String>,
    /// The address that invoices are sent to.
    pub email: String,
    /// ISO 4217.
    pub currency: String,
    /// The contact that receives the invoices instead of the organisation itself.
    pub contact_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
