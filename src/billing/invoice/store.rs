//! Statements about invoices.

use std::sync::Arc;

use entity::{invoice, invoice_line};
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::rules::InvoiceState;
use crate::base::error::Result;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

/// The invoices for an organisation, the newest first.
static OF_ORGANISATION: List<invoice::Model> =
    List { descending: true, ..List::of_rows("invoice", "organisation_id", Key::Day("issued_on")) };

/// The invoices that a payer is to pay, the newest first.
static OF_PAYER: List<invoice::Model> = List { parent: "payer_id", ..OF_ORGANISATION };

/// The lines of an invoice, in their order.
static LINES: List<invoice_line::Model> = List::of_rows("invoice_line", "invoice_id", Key::Number("position"));

/// The condition that an invoice is in this state on a day; all invoices without a state.
fn in_state(state: Option<InvoiceState>, today: Date) -> Filter {
    let condition = match state {
        None => return Filter::default(),
        Some(InvoiceState::Draft) => "t.state = 'DRAFT'",
        Some(InvoiceState::Paid) => "t.state = 'PAID'",
        Some(InvoiceState::Void) => "t.state = 'VOID'",
        Some(InvoiceState::Open) => "t.state = 'OPEN' AND t.due_on >= :today",
        Some(InvoiceState::Overdue) => "t.state = 'OPEN' AND t.due_on < :today",
    };
    // PostgreSQL refuses a parameter without a use.
    if condition.contains(":today") {
        return Filter::default().and_with(condition, [(":today", today.into())]);
    }
    Filter::default().and(condition)
}

/// A page of the invoices for an organisation.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    state: Option<InvoiceState>,
) -> Result<Page<invoice::Model>> {
    OF_ORGANISATION.rows(request, organisation, page, in_state(state, request.now().date_naive())).await
}

/// A page of the invoices that an organisation is to pay: its own and those of others.
pub async fn list_to_pay(
    request: &Request,
    payer: Uuid,
    page: &PageArguments,
    state: Option<InvoiceState>,
) -> Result<Page<invoice::Model>> {
    OF_PAYER.rows(request, payer, page, in_state(state, request.now().date_naive())).await
}

/// A page of the lines of an invoice.
pub async fn list_lines(request: &Request, invoice: Uuid, page: &PageArguments) -> Result<Page<invoice_line::Model>> {
    LINES.rows(request, invoice, page, Filter::default()).await
}

/// An invoice by its id, for the object that checks who sees it.
pub async fn find_row(request: &Request, id: Uuid) -> Result<Option<Arc<invoice::Model>>> {
    OF_ORGANISATION.find(request.db(), &request.lists, id).await
}
