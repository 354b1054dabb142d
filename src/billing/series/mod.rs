//! Series of numbers without gaps: of orders, invoices and credit notes.
//!
//! A number is taken in the transaction that uses it, and the series stays locked until that transaction ends. So no number
//! is missing, and the days of the numbers never go back.

mod object;
mod rules;
mod set;
pub mod store;

use macros::merged;

pub use object::NumberSeries;
pub use rules::Format;

/// The mutations of number series.
#[merged]
pub struct NumberSeriesMutation(set::SetNumberSeries);
