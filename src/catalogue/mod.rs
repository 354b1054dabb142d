//! What is sold: `product` and its `price`; an `order` of products, the `subscription` to each, and the `service` that it
//! provides; and the `task`s of programs that set services up.

pub mod order;
pub mod price;
pub mod product;
pub mod service;
pub mod subscription;
pub mod task;
