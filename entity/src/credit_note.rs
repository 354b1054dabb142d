//! A credit note: what is taken back of an invoice.

use sea_orm::entity::prelude::*;

/// One row of `credit_note`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_note")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that the invoice is for.
    pub organisation_id: Uuid,
    /// The organisation that issued it.
    pub issuer_id: Uuid,
    /// The organisation that was to pay the invoice.
    pub payer_id: Uuid,
    /// The invoice.
    pub invoice_id: Uuid,
    /// Its number. The numbers of one issuer have no gaps.
    pub number: String,
    /// ISO 4217.
    pub currency: String,
    /// Sum of the lines before VAT, in minor units; not negative.
    pub net_minor: i64,
    /// VAT, in minor units.
    pub vat_minor: i64,
    /// The amount with VAT, in minor units.
    pub total_minor: i64,
    /// How much of it was allocated to invoices and refunds, in minor units.
    pub allocated_minor: i64,
    /// Why it was issued. This stands on it.
    pub reason: String,
    /// Day of issue (business day).
    pub issued_on: Date,
    /// The currency of the accounting of the issuer, if it is another one.
    pub accounting_currency: Option<String>,
    /// VAT in that currency, in minor units.
    pub accounting_vat_minor: Option<i64>,
    /// Whether its documents are still to be written.
    pub needs_documents: bool,
    /// The billing run that made it; none if a person did.
    pub run_id: Option<Uuid>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
