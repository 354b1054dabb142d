//! Prices: what a product costs in a price plan, from a day on.
//!
//! A price is never changed. A new one follows it from its own day on, so the price of any day in the past can be looked
//! up. It can be withdrawn until it begins. Each organisation has a plan on each day: the one that it was assigned last,
//! or the default plan. Prices exist for staff with CATALOGUE_MANAGE at the operator; customers see those that count for
//! them as part of an `item`. Read `rules.rs` for the price that counts.

mod add;
mod object;
pub mod rules;
pub mod store;
mod withdraw;

use macros::merged;

pub use object::Price;

/// The mutations of prices.
#[merged]
pub struct PriceMutation(add::AddPrices, withdraw::WithdrawPrice);
