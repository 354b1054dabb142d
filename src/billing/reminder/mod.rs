//! What is done about overdue invoices: reminders, a fee, suspension of the services on the invoice, and the end.
//!
//! The steps are those of the issuer (`setIssuer`), counted from the due date. `rules` says which step is next, and
//! `worker` takes it, one a day for each invoice. `suspended` starts the services again when the invoice is settled. The
//! reminders of an invoice exist for those who see the invoice.

mod letters;
mod object;
mod pause;
pub mod rules;
pub mod store;
mod suspended;
mod worker;

use macros::merged;

pub use object::Reminder;
pub use suspended::{resume, suspend_again};
pub use worker::{Reminded, remind_now_and_then, run as remind};

/// The mutations of reminders.
#[merged]
pub struct ReminderMutation(pause::PauseReminders);
