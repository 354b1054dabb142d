//! Where an invoice stands on a day.

use async_graphql::{Enum, InputObject};
use entity::invoice::{Model, State};
use sea_orm::prelude::Date;

use crate::graphql::page::Filter;

/// Which invoices.
#[derive(InputObject)]
pub struct InvoiceFilter {
    /// Only those that stand like this.
    pub state: Option<InvoiceStanding>,
}

/// Where an invoice stands, for a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum InvoiceStanding {
    /// Not issued yet.
    Draft,
    /// Issued and not wholly paid, overdue or not.
    Open,
    /// Open, and its last day to pay is over.
    Overdue,
    /// Wholly paid.
    Paid,
    /// Cancelled.
    Void,
}

/// Whether it is open and its last day to pay is over.
pub fn is_overdue(row: &Model, today: Date) -> bool {
    row.state == State::Open && row.due_on < today
}

impl InvoiceFilter {
    /// As a condition on rows.
    pub fn conditions(filter: Option<&Self>, today: Date) -> Filter {
        let condition = match filter.and_then(|filter| filter.state) {
            None => return Filter::default(),
            Some(InvoiceStanding::Draft) => "t.state = 'DRAFT'",
            Some(InvoiceStanding::Open) => "t.state = 'OPEN'",
            Some(InvoiceStanding::Paid) => "t.state = 'PAID'",
            Some(InvoiceStanding::Void) => "t.state = 'VOID'",
            Some(InvoiceStanding::Overdue) => {
                return Filter::default()
                    .and_with("t.state = 'OPEN' AND t.due_on < :today", [(":today", today.into())]);
            }
        };
        Filter::default().and(condition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_is_overdue_on_the_day_after_its_last_day_to_pay() {
        let due = Date::from_ymd_opt(2026, 3, 31).unwrap();
        let mut row = Model {
            id: uuid::Uuid::nil(),
            organisation_id: uuid::Uuid::nil(),
            issuer_id: uuid::Uuid::nil(),
            payer_id: uuid::Uuid::nil(),
            number: None,
            state: State::Open,
            currency: "SEK".to_owned(),
            net_minor: 0,
            vat_minor: 0,
            total_minor: 0,
            paid_minor: 0,
            recipient_name: String::new(),
            recipient_address: String::new(),
            issued_on: due,
            due_on: due,
        };
        assert!(!is_overdue(&row, due));
        assert!(is_overdue(&row, due.succ_opt().unwrap()));
        row.state = State::Paid;
        assert!(!is_overdue(&row, due.succ_opt().unwrap()));
    }
}
