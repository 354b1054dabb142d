//! The state of an invoice on a day.

use async_graphql::Enum;
use entity::invoice::{Model, State};
use sea_orm::prelude::Date;

/// The state of an invoice, for filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum InvoiceStanding {
    /// Not issued yet.
    Draft,
    /// Issued and not fully paid, overdue or not.
    Open,
    /// Open, and the due date has passed.
    Overdue,
    /// Fully paid.
    Paid,
    /// Cancelled.
    Void,
}

/// Whether it is open and its due date has passed.
pub fn is_overdue(row: &Model, today: Date) -> bool {
    row.state == State::Open && row.due_on < today
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_is_overdue_from_the_day_after_its_due_date() {
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
