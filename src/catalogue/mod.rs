//! What is sold, and what customers have of it.
//!
//! The operator's catalogue: a `product`, the `feature`s that it entitles to, a `plan` of prices, and a `price`. An `item`
//! is a product with its prices as a customer sees them, and `exchange` reads and writes the catalogue as a file. What
//! customers have: an `order`, a `subscription` to each product, and the `service` that it provides, which programs of the
//! operator set up by its `task`s.

pub mod exchange;
pub mod feature;
pub mod item;
pub mod order;
pub mod plan;
pub mod price;
pub mod product;
pub mod service;
pub mod subscription;
pub mod task;
