//! Statements about invoices.

use std::sync::Arc;

use entity::{invoice, invoice_line};
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::rules::InvoiceState;
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Search};
use crate::graphql::request::Request;

/// The invoices for an organisation, the newest first.
static OF_ORGANISATION: List<invoice::Model> =
    List { descending: true, ..List::of_kept_rows(Table::Invoice, "organisation_id", Key::Day("issued_on")) };

/// The invoices that a payer is to pay, the newest first.
static OF_PAYER: List<invoice::Model> = List { parent: "payer_id", ..OF_ORGANISATION };

/// The lines of an invoice, in their order.
static LINES: List<invoice_line::Model> = List::of_kept_rows(Table::InvoiceLine, "invoice_id", Key::Number("position"));

impl Heap for invoice::Model {
    fn heap(&self) -> usize {
        self.number.heap() + self.currency.heap() + self.recipient_name.heap() + self.recipient_address.heap()
    }
}

impl Kept for invoice::Model {}

impl Heap for invoice_line::Model {
    fn heap(&self) -> usize {
        self.description.heap()
    }
}

impl Kept for invoice_line::Model {}

/// Which invoices a list shows. The days of a range are inclusive.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// In one of these states; in any without.
    pub states: Option<Vec<InvoiceState>>,
    /// With this part of a number.
    pub number: Search,
    /// Issued from and until.
    pub issued: (Option<Date>, Option<Date>),
    /// Due from and until.
    pub due: (Option<Date>, Option<Date>),
}

impl Criteria {
    /// The conditions, on a day.
    fn filter(&self, today: Date) -> Filter {
        use InvoiceState as S;
        let mut filter = Filter::default();
        if let Some(states) = &self.states {
            // Each state once and in one order, so that the same request has the same statement.
            let wanted: Vec<&str> = [
                (S::Draft, "t.state = 'DRAFT'"),
                (S::Open, "(t.state = 'OPEN' AND t.due_on >= :today)"),
                (S::Paid, "t.state = 'PAID'"),
                (S::Void, "t.state = 'VOID'"),
                (S::Overdue, "(t.state = 'OPEN' AND t.due_on < :today)"),
            ]
            .into_iter()
            .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
            .collect();
            filter = match wanted.join(" OR ") {
                none if none.is_empty() => filter.and("FALSE"),
                any if any.contains(":today") => filter.and_with(&format!("({any})"), [(":today", today.into())]),
                any => filter.and(&format!("({any})")),
            };
        }
        // Numbers are made of ASCII letters and digits.
        filter = self.number.narrow(filter, "lower(t.number) LIKE :search ESCAPE '!'");
        for (column, (from, until)) in [("issued_on", self.issued), ("due_on", self.due)] {
            for (comparison, day) in [(">=", from), ("<=", until)] {
                if let Some(day) = day {
                    filter = filter.and_with(&format!("t.{column} {comparison} :day"), [(":day", day.into())]);
                }
            }
        }
        filter
    }
}

/// A page of the invoices for an organisation.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    criteria: Criteria,
) -> Result<Page<invoice::Model>> {
    OF_ORGANISATION.rows(request, organisation, page, criteria.filter(request.today())).await
}

/// A page of the invoices that an organisation is to pay: its own and those of others.
pub async fn list_to_pay(
    request: &Request,
    payer: Uuid,
    page: &PageArguments,
    criteria: Criteria,
) -> Result<Page<invoice::Model>> {
    OF_PAYER.rows(request, payer, page, criteria.filter(request.today())).await
}

/// A page of the lines of an invoice.
pub async fn list_lines(request: &Request, invoice: Uuid, page: &PageArguments) -> Result<Page<invoice_line::Model>> {
    LINES.rows(request, invoice, page, Filter::default()).await
}

/// An invoice by its id, for the object that checks who sees it.
pub async fn find_row(request: &Request, id: Uuid) -> Result<Option<Arc<invoice::Model>>> {
    OF_ORGANISATION.find(request.db(), &request.lists, id).await
}
