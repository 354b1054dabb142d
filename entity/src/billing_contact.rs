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
    /// VAT number, if it has one.
    pub vat_id: Option<String>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl Model {
    /// A contact with what everybody must give.
    #[must_use]
    pub fn new(
        (id, organisation_id): (Uuid, Uuid),
        (name, name_key): (String, String),
        address: String,
        country: String,
        email: String,
        created_at: DateTimeUtc,
    ) -> Self {
        Self {
            id,
            organisation_id,
            name,
            name_key,
            address,
            country,
            email,
            post_code: None,
            city: None,
            registration_no: None,
            buyer_reference: None,
            electronic_address: None,
            electronic_scheme: None,
            language: None,
            attaches_pdf: false,
            vat_id: None,
            created_at,
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
