//! A document of an invoice or a credit note, to be downloaded.

use async_graphql::Enum;
use documents::{Missing, NeededFor};
use entity::document::{self, Kind};
use entity::{invoice, invoice_vat};
use macros::guarded;
use uuid::Uuid;

use super::content;
use super::store::{self, Head};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::request::Request;

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "document::Kind")]
pub enum DocumentKind {
    /// PDF/A-3 for people. It holds the CII if there is one (Factur-X).
    Pdf,
    /// UBL 2.1 for Peppol BIS Billing 3, or XRechnung for German buyers with a reference.
    Ubl,
    /// UN/CEFACT Cross Industry Invoice.
    Cii,
}

/// A document of an invoice or a credit note, to be downloaded.
pub struct Document(Head);

impl Document {
    /// The documents of an invoice or a credit note that the viewer sees.
    pub async fn list(request: &Request, of: Uuid) -> Result<Vec<Self>> {
        Ok(store::heads(request, of).await?.iter().cloned().map(Self).collect())
    }
}

/// A document of an invoice or a credit note, to be downloaded.
#[guarded]
impl Document {
    /// What kind of document it is.
    #[public]
    fn kind(&self) -> DocumentKind {
        self.0.kind.into()
    }

    /// The path to download it from, with the same authorisation as requests.
    #[public]
    fn path(&self) -> String {
        let file = match self.0.kind {
            Kind::Pdf => "pdf",
            Kind::Ubl => "ubl",
            Kind::Cii => "cii",
        };
        match (self.0.invoice_id, self.0.credit_note_id) {
            (Some(invoice), _) => format!("/invoices/{}/{file}", Type::Invoice.id(invoice).as_str()),
            (None, note) => format!("/credit-notes/{}/{file}", Type::CreditNote.id(note.unwrap_or_default()).as_str()),
        }
    }

    /// The SHA-256 of its bytes, in hexadecimal digits.
    #[public]
    fn sha256(&self) -> &str {
        &self.0.sha256
    }
}

/// Something that an invoice lacks for electronic ones to be written.
pub struct MissingDetail(Missing);

impl MissingDetail {
    /// What an invoice lacks.
    pub fn list(row: &invoice::Model, vat: &[invoice_vat::Model]) -> Vec<Self> {
        content::missing(row, vat).into_iter().map(Self).collect()
    }
}

/// Something that an invoice lacks for electronic ones to be written.
#[guarded]
impl MissingDetail {
    /// What to do about it.
    #[public]
    fn message(&self) -> &'static str {
        self.0.field.what_to_do()
    }

    /// The documents that cannot be written without it.
    #[public]
    fn documents(&self) -> Vec<DocumentKind> {
        match self.0.needed_for {
            NeededFor::EveryForm => vec![DocumentKind::Ubl, DocumentKind::Cii],
            NeededFor::Ubl => vec![DocumentKind::Ubl],
        }
    }
}
