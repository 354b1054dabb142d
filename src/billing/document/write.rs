//! Writing the documents of an invoice or a credit note.

use entity::document::{Kind, Model};
use uuid::Uuid;

use super::content;
use super::store::{self, Source};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::random::hash_of_bytes;
use crate::billing::invoice::store as invoices;
use crate::graphql::request::Request;

/// Writes the documents of an issued invoice or of a credit note if they are still to be written. Returns how many it wrote.
pub async fn write(request: &Request, of: Source) -> Result<usize> {
    let Some((organisation_id, document)) = load(request.db(), of).await? else { return Ok(0) };
    // Laying out takes milliseconds of computing: no lock is held meanwhile, and no other request waits.
    let files = match document {
        Some(document) => render(of, document).await?,
        None => Vec::new(),
    };
    let (invoice_id, credit_note_id) = of.ids();
    let row = |(kind, bytes): (Kind, Vec<u8>)| Model {
        id: request.random.id(request.now()),
        organisation_id,
        invoice_id,
        credit_note_id,
        kind,
        sha256: hash_of_bytes(&bytes),
        bytes,
        created_at: request.now(),
    };
    let rows: Vec<Model> = files.into_iter().map(row).collect();
    request.transaction(async |work| Ok(store::add(work.tx, of, &rows).await?)).await?;
    Ok(rows.len())
}

/// The organisation that documents belong to, and what stands on them. Without the latter, there are none. Nothing if they
/// are written.
async fn load(db: &Db, of: Source) -> Result<Option<(Uuid, Option<documents::Document>)>> {
    let note = match of {
        Source::Invoice(_) => None,
        Source::CreditNote(id) => store::credit_note(db, id).await?,
    };
    let id = match (of, &note) {
        (Source::Invoice(id), _) => id,
        (Source::CreditNote(_), Some((row, ..))) => row.invoice_id,
        (Source::CreditNote(_), None) => return Ok(None),
    };
    let Some(invoice) = invoices::load_in(db.reader(), &[id]).await?.remove(&id) else { return Ok(None) };
    let (is_due, document) = match &note {
        Some((row, lines, vat)) => (row.needs_documents, content::credit_note(&invoice, row, lines, vat)),
        None => (invoice.invoice.needs_documents, content::invoice(&invoice)),
    };
    Ok(is_due.then_some((invoice.invoice.organisation_id, document)))
}

async fn render(of: Source, document: documents::Document) -> Result<Vec<(Kind, Vec<u8>)>> {
    let rendered = tokio::task::spawn_blocking(move || documents::render(&document)).await;
    let rendered = rendered.map_err(Error::fault)?.map_err(Error::fault)?;
    for broken in &rendered.broken {
        tracing::error!(?broken, ?of, "an e-invoice breaks a rule and was not written");
    }
    let files = [(Kind::Pdf, Some(rendered.pdf)), (Kind::Ubl, rendered.ubl), (Kind::Cii, rendered.cii)];
    Ok(files.into_iter().filter_map(|(kind, bytes)| Some((kind, bytes?))).collect())
}
