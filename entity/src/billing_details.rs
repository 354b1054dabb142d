//! Who an organisation is on paper, and where its invoices go.

use sea_orm::entity::prelude::*;

/// One row of `billing_details`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_details")]
pub struct Model {
    /// The organisation; one row each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Name in the register.
    pub legal_name: String,
    /// Lines of the address.
    pub address: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number, if it has one.
    pub vat_id: Option<String>,
    /// Where invoices are sent.
    pub email: String,
    /// ISO 4217.
    pub currency: String,
    /// A contact of the organisation that receives its invoices instead of itself.
    pub contact_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
