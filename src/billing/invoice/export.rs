//! The invoices of an organisation as a table, one page at a time.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::resolver_utils::enum_value;
use entity::invoice::Model;
use uuid::Uuid;

use super::object::InvoiceFilter;
use super::reference;
use super::rules::{open_minor, state_on};
use super::store::{self, Criteria};
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::money::Money;
use crate::base::sheet;
use crate::graphql::page::PageArguments;
use crate::graphql::request::Request;

/// The names of the columns, as in the schema.
const COLUMNS: [&str; 14] = [
    "number",
    "state",
    "issuedOn",
    "dueOn",
    "recipientName",
    "payer",
    "currency",
    "net",
    "vat",
    "total",
    "paid",
    "credited",
    "balance",
    "paymentReference",
];

/// An export, and how far it has been read.
pub struct InvoiceExport {
    organisation: Uuid,
    criteria: Criteria,
    rows: usize,
    /// The cursor of the last invoice that was read.
    after: Option<Arc<str>>,
    has_begun: bool,
    is_done: bool,
}

impl InvoiceExport {
    /// The export of the invoices that match, with `rows` of them to a page.
    pub fn new(organisation: Uuid, filter: Option<InvoiceFilter>, rows: usize) -> Result<Self> {
        let criteria = InvoiceFilter::criteria(filter)?;
        Ok(Self { organisation, criteria, rows: rows.max(1), after: None, has_begun: false, is_done: false })
    }

    /// The next page; `None` at the end. The permission is checked again for each page.
    pub async fn page(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        if self.is_done {
            return Ok(None);
        }
        let at = request.access.look(self.organisation).await?.ok_or(Error::NotFound)?;
        let at = at.authorise(Permission::InvoiceRead)?;
        let page = PageArguments::next(self.after.as_deref(), self.rows)?;
        let found = store::list(request, at.id(), &page, self.criteria.clone()).await?;
        let payers = request.access.look_all(found.rows().map(|row| row.payer_id)).await?;
        let mut text = Vec::new();
        if !self.has_begun {
            text.extend_from_slice(sheet::MARK.as_bytes());
            text.extend(sheet::lines([COLUMNS.map(Cow::Borrowed)])?);
        }
        text.extend(sheet::lines(found.rows().map(|row| {
            let payer = payers.get(&row.payer_id).map(|payer| payer.card().name);
            cells(row, payer, request)
        }))?);
        self.has_begun = true;
        self.is_done = !found.slice.has_next;
        self.after = found.slice.items.last().map(|(cursor, _)| Arc::clone(cursor));
        Ok(Some(text))
    }
}

fn cells<'a>(row: &'a Model, payer: Option<String>, request: &Request) -> [Cow<'a, str>; 14] {
    let text = |text: Option<&'a str>| Cow::Borrowed(text.unwrap_or_default());
    let day = |day: Option<sea_orm::prelude::Date>| Cow::Owned(day.map(|day| day.to_string()).unwrap_or_default());
    let amount = |minor: i64| Cow::Owned(Money::new(minor, &row.currency).decimal());
    let state = match enum_value(state_on(row, request.today())) {
        Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    };
    [
        text(row.number.as_deref()),
        Cow::Owned(state),
        day(row.issued_on),
        day(row.due_on),
        text(Some(&row.recipient_name)),
        Cow::Owned(payer.unwrap_or_default()),
        text(Some(&row.currency)),
        amount(row.net_minor),
        amount(row.vat_minor),
        amount(row.total_minor),
        amount(row.paid_minor),
        amount(row.credited_minor),
        amount(open_minor(row)),
        Cow::Owned(row.payment_reference.as_deref().map(reference::shown).unwrap_or_default()),
    ]
}
