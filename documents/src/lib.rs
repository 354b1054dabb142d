//! Documents of invoices and credit notes: a PDF/A-3 for people with the e-invoice inside (Factur-X), and UBL for the
//! Peppol network. Pure: the same document gives the same bytes, today and next year.

mod closing;
mod countries;
mod einvoice;
mod figures;
mod invoice;
mod layout;
mod letter;
mod missing;
mod model;
mod pdf;
mod statement;
mod sums;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod typeface;
mod vat;
mod words;

pub use einvoice::BrokenRule;
pub use missing::{Field, Missing, NeededFor, missing};
pub use model::{Address, Buyer, Document, ElectronicAddress, Kind, Language, Line, Proration, Seller};
pub use statement::{Statement, StatementRow};
pub use vat::{AccountingVat, ExchangeRate, VatCategory, VatGroup};

use pdf::About;
use typeface::Typeface;
use words::Words;

/// Why no document could be written. It is always a fault of the program, never of the data.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The fonts in the program cannot be read.
    #[error("the fonts cannot be read")]
    Font,
    /// The pages cannot be written as PDF/A-3B.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
    /// The e-invoice cannot be put into the PDF.
    #[error("the e-invoice cannot be put into the PDF: {0}")]
    Embed(String),
}

/// The files of an invoice or a credit note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// PDF/A-3B. It has the CII inside if there is one.
    pub pdf: Vec<u8>,
    /// The e-invoice as UN/CEFACT CII, the same bytes as inside the PDF.
    pub cii: Option<Vec<u8>>,
    /// The e-invoice as UBL: XRechnung for German buyers with a reference, else Peppol BIS Billing 3.0.
    pub ubl: Option<Vec<u8>>,
    /// What is missing for the e-invoices that were not written.
    pub missing: Vec<Missing>,
    /// The rules that kept an e-invoice from being written. Empty for a document that adds up.
    pub broken: Vec<BrokenRule>,
}

/// Writes all files of a document. What an e-invoice lacks is no error: there is always a PDF.
pub fn render(document: &Document) -> Result<Rendered, DocumentError> {
    let outcome = einvoice::check(document);
    let typeface = Typeface::load()?;
    let title = format!("{} {}", invoice::title(document), document.number);
    let author = document.seller.legal_name.clone();
    let about =
        About { title: title.clone(), author: author.clone(), day: document.issued_on, language: document.language };
    let plain = pdf::write(invoice::pages(document, &typeface), &typeface, &about)?;
    let pdf = match &outcome.invoice {
        Some(invoice) => invoice.embed(&plain, title, author)?,
        None => plain,
    };
    Ok(Rendered {
        pdf,
        cii: outcome.invoice.as_ref().map(einvoice::EInvoice::cii),
        ubl: outcome.invoice.as_ref().and_then(einvoice::EInvoice::ubl),
        missing: outcome.missing,
        broken: outcome.broken,
    })
}

/// Writes a commission statement as PDF/A-3B.
pub fn render_statement(statement: &Statement) -> Result<Vec<u8>, DocumentError> {
    let typeface = Typeface::load()?;
    let words = Words::of(statement.language);
    let about = About {
        title: format!("{} {}", words.statement, statement::month(statement)),
        author: statement.seller.legal_name.clone(),
        day: statement.made_on,
        language: statement.language,
    };
    pdf::write(statement::pages(statement, &typeface), &typeface, &about)
}
