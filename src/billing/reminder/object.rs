//! A reminder of an invoice.

use std::sync::Arc;

use entity::reminder::Model;
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::store;
use crate::base::error::Result;
use crate::base::money::Money;
use crate::billing::issuer::ReminderKind;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// What was done about an overdue invoice on a day.
pub struct Reminder {
    row: Arc<Model>,
    currency: Arc<str>,
}

impl Reminder {
    /// The reminders of an invoice that the viewer sees, in their order.
    pub async fn list(
        request: &Request,
        invoice: Uuid,
        currency: &Arc<str>,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let rows = store::list(request, invoice, page).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), currency: Arc::clone(currency) }))
    }
}

/// What was done about an overdue invoice on a day.
#[guarded]
impl Reminder {
    /// What was done.
    #[public]
    fn kind(&self) -> ReminderKind {
        self.row.kind.into()
    }

    /// The day on which it was done.
    #[public]
    fn sent_on(&self) -> Date {
        self.row.sent_on
    }

    /// What was left to pay on that day.
    #[public]
    fn open(&self) -> Money {
        Money::new(self.row.open_minor, &self.currency)
    }
}
