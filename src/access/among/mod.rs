//! Deciding for many organisations whose rows are at hand, for exports: brings only what decides.

pub mod store;
