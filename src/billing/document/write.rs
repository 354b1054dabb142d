//! Writing the documents of an invoice or a credit note.

use entity::document::{Kind, Model};
use uuid::Uuid;

use super::{content, store};
use crate::base::error::{Error, Result};
use crate::base::random::hash_of_bytes;
use crate::billing::invoice::store as invoices;
use crate::graphql::request::{Request, Work};

/// Writes the documents of an issued invoice, and returns how many. An invoice from before documents were written has none.
pub async fn of_invoice(request: &Request, id: Uuid) -> Result<usize> {
    request
        .transaction(async |work| {
            let Some(of) = invoices::load_in(work.tx, &[id]).await?.remove(&id) else { return Ok(0) };
            let Some(document) = content::invoice(&of) else { return Ok(0) };
            write(work, document, of.invoice.organisation_id, (Some(id), None)).await
        })
        .await
}

/// Writes the documents of a credit note, and returns how many.
pub async fn of_credit_note(request: &Request, id: Uuid) -> Result<usize> {
    request
        .transaction(async |work| {
            let Some((row, lines, vat)) = store::credit_note(work.tx, id).await? else { return Ok(0) };
            let found = invoices::load_in(work.tx, &[row.invoice_id]).await?.remove(&row.invoice_id);
            let Some(document) = found.and_then(|of| content::credit_note(&of, &row, &lines, &vat)) else {
                return Ok(0);
            };
            write(work, document, row.organisation_id, (None, Some(id))).await
        })
        .await
}

async fn write(
    work: &Work<'_>,
    document: documents::Document,
    organisation_id: Uuid,
    (invoice_id, credit_note_id): (Option<Uuid>, Option<Uuid>),
) -> Result<usize> {
    // Laying out takes milliseconds of computing, which other requests need not wait for.
    let rendered = tokio::task::spawn_blocking(move || documents::render(&document)).await;
    let rendered = rendered.map_err(Error::fault)?.map_err(Error::fault)?;
    for broken in &rendered.broken {
        tracing::error!(?broken, ?invoice_id, ?credit_note_id, "an e-invoice breaks a rule and was not written");
    }
    let files = [(Kind::Pdf, Some(rendered.pdf)), (Kind::Ubl, rendered.ubl), (Kind::Cii, rendered.cii)];
    let rows = files.into_iter().filter_map(|(kind, bytes)| {
        let bytes = bytes?;
        Some(Model {
            id: work.random.id(work.now),
            organisation_id,
            invoice_id,
            credit_note_id,
            kind,
            sha256: hash_of_bytes(&bytes),
            bytes,
            created_at: work.now,
        })
    });
    let rows: Vec<Model> = rows.collect();
    let count = rows.len();
    store::add(work.tx, rows).await?;
    Ok(count)
}
