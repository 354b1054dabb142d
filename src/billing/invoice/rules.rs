//! The state of an invoice on a day, and what is left to pay of it.

use async_graphql::Enum;
use entity::invoice::{Model, State};
use sea_orm::prelude::Date;
use serde::Deserialize;

/// The state of an invoice on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceState {
    /// Not issued yet.
    Draft,
    /// Issued, and something is left to pay. Its due date has not passed.
    Open,
    /// Issued, and something is left to pay. Its due date has passed.
    Overdue,
    /// Nothing is left to pay.
    Paid,
    /// Wholly credited.
    Void,
}

/// The state of the invoice on this day.
pub fn state_on(row: &Model, today: Date) -> InvoiceState {
    match row.state {
        State::Draft => InvoiceState::Draft,
        State::Open if row.due_on.is_some_and(|due| due < today) => InvoiceState::Overdue,
        State::Open => InvoiceState::Open,
        State::Paid => InvoiceState::Paid,
        State::Void => InvoiceState::Void,
    }
}

/// What is left to pay of an invoice, in minor units. Nothing has to be paid for a draft.
pub const fn open_minor(row: &Model) -> i64 {
    match row.state {
        State::Draft => 0,
        State::Open | State::Paid | State::Void => row.total_minor - row.paid_minor - row.settled_minor,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::seed::rows;

    #[test]
    fn an_invoice_is_overdue_from_the_day_after_its_due_date() {
        let due = Date::from_ymd_opt(2026, 3, 31).unwrap();
        let parties = (Uuid::nil(), Uuid::nil(), Uuid::nil());
        let mut row = rows::invoice(Uuid::nil(), parties, "1".to_owned(), "SEK", (due, due));
        assert_eq!(state_on(&row, due), InvoiceState::Open);
        assert_eq!(state_on(&row, due.succ_opt().unwrap()), InvoiceState::Overdue);
        row.state = State::Paid;
        assert_eq!(state_on(&row, due.succ_opt().unwrap()), InvoiceState::Paid);
    }
}
