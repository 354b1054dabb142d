//! Rates between currencies: an invoice in another currency than that of the accounting states its VAT in both.
//!
//! Rates are facts: staff record them with their day and their source, or the file of the European Central Bank is imported
//! (`ecb`, `import`). A correction is a further fact. `rules` finds the rate that counts on a day: the newest one that is
//! not too old, between the two currencies themselves or by way of the euro. An issued invoice keeps its rate.

mod add;
pub mod ecb;
pub mod import;
mod object;
pub mod rules;
pub mod store;

use macros::merged;

pub use object::{ExchangeRate, ExchangeRateOfDay};
pub use rules::{Known, NoRate, Rate};

/// The mutations of exchange rates.
#[merged]
pub struct ExchangeMutation(add::AddExchangeRates);
