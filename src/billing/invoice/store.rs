//! Statements about invoices.

use std::sync::Arc;

use entity::{invoice, invoice_line};
use uuid::Uuid;

use super::line::InvoiceLine;
use super::object::Invoice;
use super::rules::InvoiceFilter;
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

/// The newest first.
static OF_ORGANISATION: List<invoice::Model> =
    List { descending: true, ..List::of_rows("invoice", "organisation_id", Key::Day("issued_on")) };

static OF_PAYER: List<invoice::Model> = List { parent: "payer_id", ..OF_ORGANISATION };

static LINES: List<invoice_line::Model> = List::of_rows("invoice_line", "invoice_id", Key::Number("position"));

/// The invoices for an organisation.
pub async fn list(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    filter: Option<&InvoiceFilter>,
) -> Result<Connection<Invoice>> {
    let conditions = InvoiceFilter::conditions(filter, request.now().date_naive());
    let (slice, total) = OF_ORGANISATION.read(request, seen.row.id, page, conditions).await?;
    let payers = request.access.look_all(slice.items.iter().map(|(_, row)| row.payer_id)).await?;
    // A foreign key holds the payer, so none is missing.
    Ok(Connection::new(&slice, total, |row| Invoice::new(row, seen, payers.get(&row.payer_id).unwrap_or(seen))))
}

/// The invoices that an organisation is to pay, its own and those of others.
pub async fn list_to_pay(
    request: &Request,
    payer: &Decision,
    page: &PageArguments,
    filter: Option<&InvoiceFilter>,
) -> Result<Connection<Invoice>> {
    let conditions = InvoiceFilter::conditions(filter, request.now().date_naive());
    let (slice, total) = OF_PAYER.read(request, payer.row.id, page, conditions).await?;
    let ends = request.access.look_all(slice.items.iter().map(|(_, row)| row.organisation_id)).await?;
    Ok(Connection::new(&slice, total, |row| Invoice::new(row, ends.get(&row.organisation_id).unwrap_or(payer), payer)))
}

/// The lines of an invoice, in their order on it.
pub async fn lines(
    request: &Request,
    invoice: Uuid,
    currency: Arc<str>,
    page: &PageArguments,
) -> Result<Connection<InvoiceLine>> {
    LINES.connection(request, invoice, page, Filter::default(), |row| InvoiceLine::new(row, &currency)).await
}

/// The invoice, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Invoice>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let ends = request.access.look_all([row.organisation_id, row.payer_id]).await?;
    let (Some(organisation), Some(payer)) = (ends.get(&row.organisation_id), ends.get(&row.payer_id)) else {
        return Ok(None);
    };
    Ok(Invoice::new(&row, organisation, payer).if_visible())
}
