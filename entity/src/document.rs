//! A document of an invoice or credit note, as it was written.

use sea_orm::entity::prelude::*;

/// One row of `document`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The invoice.
    pub invoice_id: Option<Uuid>,
    /// The credit note.
    pub credit_note_id: Option<Uuid>,
    /// What kind of document it is.
    pub kind: Kind,
    /// The SHA-256 of the bytes, in hexadecimal digits.
    pub sha256: String,
    /// The document.
    pub bytes: Vec<u8>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// PDF/A-3; it holds the CII if there is one.
    Pdf,
    /// UBL 2.1, as Peppol and XRechnung take it.
    Ubl,
    /// UN/CEFACT Cross Industry Invoice.
    Cii,
}

impl ActiveModelBehavior for ActiveModel {}
