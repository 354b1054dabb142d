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
    /// Post code.
    pub post_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// The number in the register of companies.
    pub registration_no: Option<String>,
    /// What the buyer asks to be named on invoices: a department or a Leitweg-ID (BT-10).
    pub buyer_reference: Option<String>,
    /// The address for electronic invoices (BT-49).
    pub electronic_address: Option<String>,
    /// The scheme of that address, a code of the EAS list.
    pub electronic_scheme: Option<String>,
    /// The language of the invoices: EN, SV or DE.
    pub language: Option<String>,
    /// Whether the PDF of an invoice is attached to the mails about it.
    pub attaches_pdf: bool,
    /// The contact that receives the invoices instead of the organisation itself.
    pub contact_id: Option<Uuid>,
}

impl Model {
    /// Details with what everybody must give.
    #[must_use]
    pub const fn new(
        organisation_id: Uuid,
        legal_name: String,
        address: String,
        country: String,
        email: String,
        currency: String,
    ) -> Self {
        Self {
            organisation_id,
            legal_name,
            address,
            country,
            vat_id: None,
            email,
            currency,
            post_code: None,
            city: None,
            registration_no: None,
            buyer_reference: None,
            electronic_address: None,
            electronic_scheme: None,
            language: None,
            attaches_pdf: false,
            contact_id: None,
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
