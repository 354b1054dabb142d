//! A product with its prices, as a customer sees the catalogue.
//!
//! An organisation sees the products that are offered and have a price in force for it: in its own plan or the default
//! plan, and in the currency of its billing details. Until it has billing details, it has no currency. It then sees the
//! products with a price in any currency, without the prices.

mod object;

pub use object::{CatalogueItem, CataloguePrice};
