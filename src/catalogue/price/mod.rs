//! Prices: what a product costs in a price plan, from a day on.
//!
//! A price is never changed. A new one follows it from its own day on, so the price of any day in the past can be looked
//! up. Each organisation has a plan on each day: the one that it was assigned last, or the default plan. Read `rules.rs`
//! for the price that counts.

pub mod rules;
pub mod store;
