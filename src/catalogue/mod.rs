//! What is sold: `product` and its `price`, a `subscription` to a product, and the `service` that it provides.

pub mod price;
pub mod product;
pub mod order;
pub mod service;
pub mod subscription;
