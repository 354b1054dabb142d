//! The state of an invoice on a day.

use async_graphql::Enum;
use entity::invoice::{Model, State};
use sea_orm::prelude::Date;

/// The state of an invoice on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum InvoiceState {
    /// Not issued yet.
    Draft,
    /// Issued and not fully paid. Its due date has not passed.
    Open,
    /// Issued and not fully paid. Its due date has passed.
    Overdue,
    /// Fully paid.
    Paid,
    /// Cancelled.
    Void,
}

/// The state of the invoice on this day.
pub fn state_on(row: &Model, today: Date) -> InvoiceState {
    match row.state {
        State::Draft => InvoiceState::Draft,
        State::Open if row.due_on < today => InvoiceState::Overdue,
        State::Open => InvoiceState::Open,
        State::Paid => InvoiceState::Paid,
        State::Void => InvoiceState::Void,
    }
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
        assert_eq!(state_on(&row, due), InvoiceState::Open);
        assert_eq!(state_on(&row, due.succ_opt().unwrap()), InvoiceState::Overdue);
        row.state = State::Paid;
        assert_eq!(state_on(&row, due.succ_opt().unwrap()), InvoiceState::Paid);
    }
}
